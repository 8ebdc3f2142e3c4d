package io.quarkiverse.raftconfig.it.shop;

import static io.restassured.RestAssured.given;
import static io.restassured.RestAssured.when;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.oneOf;

import java.util.Map;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;

/** The shop as a cluster of one: with no setting at all, as in development. */
@QuarkusTest
class ShopTest {
    private static final String PROPERTIES = "/raft-config/v1/properties/";

    @AfterEach
    void forget() {
        for (String name : new String[] { "shop.discount-percent", "shop.free-shipping-from", "shop.banner",
                "shop.gift-wrap" }) {
            when().delete(PROPERTIES + name);
        }
    }

    @Test
    void sellsOnTheTermsOfItsOwnFileAtFirst() {
        // when two cups are asked for, before anything was changed
        // then they cost what application.properties says
        given().queryParam("item", "espresso-cup").queryParam("quantity", 2)
                .when().get("/shop/quote")
                .then().statusCode(200)
                .body("goods", is(25.00f)).body("discount", is(0.00f)).body("shipping", is(4.90f)).body("total", is(29.90f))
                .body("currency", is("EUR"));
    }

    @Test
    void sellsOnNewTermsAsSoonAsTheyAreAcknowledged() {
        // given a discount and cheaper shipping
        put("shop.discount-percent", "20");
        put("shop.free-shipping-from", "15.00");

        // when the same two cups are asked for
        // then the very next quote knows both
        given().queryParam("item", "espresso-cup").queryParam("quantity", 2)
                .when().get("/shop/quote")
                .then().statusCode(200)
                .body("goods", is(25.00f)).body("discount", is(5.00f)).body("shipping", is(0.00f)).body("total", is(20.00f));
    }

    @Test
    void everyLiveInjectionReadsTheNewValue() {
        // when the banner and a toggle are changed
        put("shop.banner", "Sale, today only");
        put("shop.gift-wrap", "true");

        // then Supplier, Provider and Instance read the same
        when().get("/shop/config").then().statusCode(200)
                .body("banner", is("Sale, today only"))
                .body("giftWrap", is(true))
                .body("bannerByInjection", equalTo(Map.of("instance", "Sale, today only", "provider", "Sale, today only",
                        "supplier", "Sale, today only")));
    }

    @Test
    void aRemovedPropertyGivesWayToTheFileAgain() {
        // given a banner of the store in front of the file's
        put("shop.banner", "Sale");
        when().get("/shop/config").then().body("banner", is("Sale"));

        // when it is removed
        when().delete(PROPERTIES + "shop.banner").then().statusCode(200);

        // then the file's is back
        when().get("/shop/config").then().body("banner", is("Welcome"));
    }

    @Test
    void aNewNameIsReadThoughNobodyDeclaredIt() {
        // when a name is written that no file has
        when().get("/shop/config/news").then().statusCode(404);
        put("shop.news", "Teapots are back");

        // then the application reads it, until it is removed
        when().get("/shop/config/news").then().statusCode(200).body(is("Teapots are back"));
        when().delete(PROPERTIES + "shop.news").then().statusCode(200);
        when().get("/shop/config/news").then().statusCode(404);
    }

    @Test
    void isReadyAndSaysThatItLeads() {
        when().get("/q/health/ready").then().statusCode(200)
                .body("status", is("UP"))
                .body("checks.find { it.name == 'raft-config' }.data.role", is("LEADER"))
                .body("checks.find { it.name == 'raft-config' }.data.term", greaterThan(0));
        when().get("/q/health/live").then().statusCode(200);
        when().get("/q/health/started").then().statusCode(200);
    }

    private static void put(String name, String value) {
        given().contentType(ContentType.TEXT).body(value).when().put(PROPERTIES + name)
                .then().statusCode(oneOf(200, 201));
    }
}
