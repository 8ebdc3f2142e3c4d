package io.quarkiverse.raftconfig.it.cluster;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.restassured.builder.RequestSpecBuilder;
import io.restassured.config.HttpClientConfig;
import io.restassured.config.RestAssuredConfig;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;

/** What a client says to a replica. */
final class Api {
    private static final int TIMEOUT_MILLIS = 15_000;
    private static final RestAssuredConfig CONFIG = RestAssuredConfig.config().httpClient(HttpClientConfig.httpClientConfig()
            .setParam("http.connection.timeout", TIMEOUT_MILLIS)
            .setParam("http.socket.timeout", TIMEOUT_MILLIS));

    /** A request to {@code replica}, with a bounded wait. */
    static RequestSpecification at(Replica replica) {
        return given().spec(new RequestSpecBuilder().setBaseUri(replica.uri()).setConfig(CONFIG).build());
    }

    static String property(String name) {
        return "/raft-config/v1/properties/" + name;
    }

    /** A write, whatever comes of it. */
    static Response put(Replica replica, String name, String value) {
        return at(replica).contentType(ContentType.TEXT).body(value).put(property(name));
    }

    /** A write that succeeds; its revision. */
    static long write(Replica replica, String name, String value) {
        Response response = put(replica, name, value);
        assertThat(response.statusCode()).as(response.asString()).isIn(200, 201);
        return response.jsonPath().getLong("revision");
    }

    /** The value as this replica has it once it has reached {@code revision}, by the HTTP API. */
    static String readLocal(Replica replica, String name, long revision) {
        return at(replica).accept(ContentType.TEXT)
                .queryParam("consistency", "local").queryParam("minRevision", revision)
                .get(property(name)).then().statusCode(200).extract().asString();
    }

    /** The value as every replica agrees on it now, by the HTTP API. */
    static String readLinearizable(Replica replica, String name) {
        return at(replica).accept(ContentType.TEXT).get(property(name)).then().statusCode(200).extract().asString();
    }

    /** What the application's {@code @ConfigProperty Supplier<Optional<String>>} reads at this moment. */
    static String injectedBanner(Replica replica) {
        return at(replica).get("/shop/config").then().statusCode(200).extract().path("banner");
    }

    /** The applied revision of this replica. */
    static long revision(Replica replica) {
        return at(replica).get("/raft-config/v1/status").then().statusCode(200).extract().jsonPath().getLong("revision");
    }

    /** Who leads, as far as this replica knows; null if it knows of nobody. */
    static String leader(Replica replica) {
        return at(replica).get("/raft-config/v1/status").then().statusCode(200).extract().jsonPath().getString("leader");
    }

    private Api() {
    }
}
