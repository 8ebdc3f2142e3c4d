package io.quarkiverse.raftconfig.deployment;

import java.util.function.BooleanSupplier;

import io.quarkiverse.raftconfig.runtime.RaftConfigBuildTimeConfig;

/** Whether the application is to have a node. */
final class RaftConfigEnabled implements BooleanSupplier {
    private final RaftConfigBuildTimeConfig config;

    RaftConfigEnabled(RaftConfigBuildTimeConfig config) {
        this.config = config;
    }

    @Override
    public boolean getAsBoolean() {
        return config.enabled();
    }
}
