package io.quarkiverse.raftconfig.runtime;

import java.util.Optional;

import io.quarkus.runtime.annotations.ConfigDocDefault;
import io.quarkus.runtime.annotations.ConfigPhase;
import io.quarkus.runtime.annotations.ConfigRoot;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** What is decided when the application is built. */
@ConfigMapping(prefix = "quarkus.raft-config")
@ConfigRoot(phase = ConfigPhase.BUILD_TIME)
public interface RaftConfigBuildTimeConfig {
    /**
     * Whether the application has a node. Without one this extension adds nothing: no port, config source, bean, HTTP API or
     * health check. Code that must start without it injects `Instance<ConfigStore>`.
     */
    @WithDefault("true")
    boolean enabled();

    /** The HTTP API. */
    Rest rest();

    /** The health checks. */
    Health health();

    /** See {@link #rest}. */
    interface Rest {
        /**
         * Whether the application serves the HTTP API.
         */
        @ConfigDocDefault("false; true in dev and test mode")
        Optional<Boolean> enabled();

        /**
         * Where the HTTP API is served, below `quarkus.http.root-path` and `quarkus.rest.path`; its version, `/v1`, follows.
         */
        @WithDefault("/raft-config")
        String path();

        /**
         * Who may use the HTTP API. `required`: authenticated callers, which this version can't tell from others yet, so that
         * the build fails. `none`: anyone who reaches the port may read and change every property.
         */
        @ConfigDocDefault("required; none in dev and test mode")
        Optional<RestSecurity> security();
    }

    /** See {@link #health}. */
    interface Health {
        /**
         * Whether the node's health checks are registered; they also need the extension `quarkus-smallrye-health`.
         */
        @WithDefault("true")
        boolean enabled();
    }

    /** Whether callers of the HTTP API must be authenticated. */
    enum RestSecurity {
        /** Authenticated callers; not possible in this version yet. */
        REQUIRED,
        /** Anyone who reaches the port may read and change every property. */
        NONE
    }
}
