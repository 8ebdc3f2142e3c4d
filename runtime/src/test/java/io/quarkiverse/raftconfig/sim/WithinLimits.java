package io.quarkiverse.raftconfig.sim;

import io.quarkiverse.raftconfig.state.PublishedState;

/** The store never holds more than its limits allow, through however many nodes, and under whichever leaders, it is written. */
final class WithinLimits extends Invariant {
    private final int propertiesMax;

    WithinLimits(int propertiesMax) {
        this.propertiesMax = propertiesMax;
    }

    @Override
    void shown(SimNode node, PublishedState before, PublishedState now) {
        require(now.properties().size() <= propertiesMax,
                () -> node + " shows " + now.properties().size() + " properties, and " + propertiesMax + " are allowed");
    }
}
