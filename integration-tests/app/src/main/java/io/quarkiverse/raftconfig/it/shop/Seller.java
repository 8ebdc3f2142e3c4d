package io.quarkiverse.raftconfig.it.shop;

import io.smallrye.config.ConfigMapping;

/** Who sells. Required: without both values the shop does not start. */
@ConfigMapping(prefix = "seller")
public interface Seller {
    String name();

    /** ISO 4217. */
    String currency();
}
