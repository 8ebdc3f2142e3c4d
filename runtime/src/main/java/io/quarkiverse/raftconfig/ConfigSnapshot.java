package io.quarkiverse.raftconfig;

import java.util.Map;
import java.util.Optional;

/** All properties at one revision. Immutable; reading it never blocks and does no I/O. */
public interface ConfigSnapshot {
    /** How many transactions that put or removed something led to this state; 0 for none. */
    long revision();

    Optional<Property> get(String name);

    /** By name, in the order of {@link String#compareTo}. */
    Map<String, Property> properties();
}
