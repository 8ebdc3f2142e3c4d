package io.quarkiverse.raftconfig.state;

import java.util.Map;
import java.util.Optional;

import io.quarkiverse.raftconfig.ConfigSnapshot;
import io.quarkiverse.raftconfig.Property;

/**
 * The state after some entry of the log, as readers see it. Immutable.
 */
public final class PublishedState implements ConfigSnapshot {
    @Override
    public long revision() {
        throw new UnsupportedOperationException();
    }

    /** The index of the last entry applied. */
    public long lastApplied() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Optional<Property> get(String name) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Map<String, Property> properties() {
        throw new UnsupportedOperationException();
    }
}
