package io.quarkiverse.raftconfig.it.shop;

import java.math.BigDecimal;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.inject.Provider;

import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * The terms on which the shop sells, as they are now. Each is read anew whenever it is asked for, so a change is seen by the
 * next quote; a plain field would keep what it was at start.
 */
@ApplicationScoped
public class Terms {
    private final Supplier<Integer> discountPercent;
    private final Supplier<BigDecimal> freeShippingFrom;
    private final Supplier<Optional<String>> banner;
    private final Provider<Boolean> giftWrap;
    private final Instance<String> bannerInstance;
    private final Provider<String> bannerProvider;

    @Inject
    Terms(@ConfigProperty(name = "shop.discount-percent") Supplier<Integer> discountPercent,
            @ConfigProperty(name = "shop.free-shipping-from") Supplier<BigDecimal> freeShippingFrom,
            @ConfigProperty(name = "shop.banner") Supplier<Optional<String>> banner,
            @ConfigProperty(name = "shop.gift-wrap") Provider<Boolean> giftWrap,
            @ConfigProperty(name = "shop.banner") Instance<String> bannerInstance,
            @ConfigProperty(name = "shop.banner") Provider<String> bannerProvider) {
        this.discountPercent = discountPercent;
        this.freeShippingFrom = freeShippingFrom;
        this.banner = banner;
        this.giftWrap = giftWrap;
        this.bannerInstance = bannerInstance;
        this.bannerProvider = bannerProvider;
    }

    int discountPercent() {
        return discountPercent.get();
    }

    BigDecimal freeShippingFrom() {
        return freeShippingFrom.get();
    }

    Optional<String> banner() {
        return banner.get();
    }

    boolean giftWrap() {
        return giftWrap.get();
    }

    /** The banner by each live way that MicroProfile Config knows: they must never differ for long. */
    Map<String, String> bannerByInjection() {
        var seen = new TreeMap<String, String>();
        seen.put("instance", bannerInstance.get());
        seen.put("provider", bannerProvider.get());
        seen.put("supplier", banner.get().orElse(""));
        return seen;
    }
}
