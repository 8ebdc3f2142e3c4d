package io.quarkiverse.raftconfig.it.shop;

import java.math.BigDecimal;
import java.util.Map;

import jakarta.inject.Inject;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;

import org.eclipse.microprofile.config.Config;
import org.jboss.resteasy.reactive.RestResponse;

/** The shop's till. */
@Path("/shop")
public class ShopResource {
    private final Terms terms;
    private final Seller seller;
    private final Config config;

    @Inject
    ShopResource(Terms terms, Seller seller, Config config) {
        this.terms = terms;
        this.seller = seller;
        this.config = config;
    }

    @GET
    @Path("/quote")
    public Quote quote(@QueryParam("item") @DefaultValue("espresso-cup") String item,
            @QueryParam("quantity") @DefaultValue("1") int quantity) {
        return Catalog.find(item)
                .map(found -> Quote.of(found, quantity, terms.discountPercent(), terms.freeShippingFrom(), seller.currency()))
                .orElseThrow(() -> new NotFoundException("the shop has no such item"));
    }

    /** What the injected configuration reads at this moment, on this replica. */
    @GET
    @Path("/config")
    public View config() {
        return new View(seller.name(), seller.currency(), terms.banner().orElse(""), terms.bannerByInjection(),
                terms.discountPercent(), terms.freeShippingFrom(), terms.giftWrap());
    }

    /** {@code shop.<name>} as this replica's {@link Config} has it, from whatever source; no other name is told. */
    @GET
    @Path("/config/{name}")
    public RestResponse<String> property(@PathParam("name") String name) {
        return config.getOptionalValue("shop." + name, String.class).map(RestResponse::ok)
                .orElseGet(RestResponse::notFound);
    }

    /** @param bannerByInjection one value for each way of injection */
    public record View(String seller, String currency, String banner, Map<String, String> bannerByInjection,
            int discountPercent, BigDecimal freeShippingFrom, boolean giftWrap) {
    }
}
