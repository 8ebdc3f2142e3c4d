package io.quarkiverse.raftconfig.it.shop;

import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;

/** What the shop has on its shelves. */
final class Catalog {
    private static final List<Item> ITEMS = List.of(
            new Item("espresso-cup", new BigDecimal("12.50")),
            new Item("saucer", new BigDecimal("6.00")),
            new Item("teapot", new BigDecimal("48.00")));

    static Optional<Item> find(String name) {
        return ITEMS.stream().filter(item -> item.name().equals(name)).findFirst();
    }

    private Catalog() {
    }

    record Item(String name, BigDecimal price) {
    }
}
