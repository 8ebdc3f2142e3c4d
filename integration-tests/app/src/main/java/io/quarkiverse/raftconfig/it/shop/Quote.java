package io.quarkiverse.raftconfig.it.shop;

import java.math.BigDecimal;
import java.math.RoundingMode;

/** What an order costs. Amounts have two decimals. */
public record Quote(String item, int quantity, BigDecimal goods, BigDecimal discount, BigDecimal shipping, BigDecimal total,
        String currency) {

    private static final BigDecimal SHIPPING = new BigDecimal("4.90");

    static Quote of(Catalog.Item item, int quantity, int discountPercent, BigDecimal freeShippingFrom, String currency) {
        BigDecimal goods = item.price().multiply(BigDecimal.valueOf(quantity));
        BigDecimal discount = goods.multiply(BigDecimal.valueOf(discountPercent, 2)).setScale(2, RoundingMode.HALF_UP);
        BigDecimal reduced = goods.subtract(discount);
        BigDecimal shipping = reduced.compareTo(freeShippingFrom) >= 0 ? BigDecimal.ZERO.setScale(2) : SHIPPING;
        return new Quote(item.name(), quantity, goods, discount, shipping, reduced.add(shipping), currency);
    }
}
