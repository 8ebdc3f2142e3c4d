package io.quarkiverse.raftconfig.runtime;

import io.quarkus.runtime.configuration.ConfigBuilder;
import io.smallrye.config.SmallRyeConfigBuilder;

/** Adds the replicated properties to the configuration of a running application, and to no other: not while it is built. */
public final class RaftConfigBuilder implements ConfigBuilder {
    @Override
    public SmallRyeConfigBuilder configBuilder(SmallRyeConfigBuilder builder) {
        return builder.withSources(new RaftConfigSourceFactory());
    }
}
