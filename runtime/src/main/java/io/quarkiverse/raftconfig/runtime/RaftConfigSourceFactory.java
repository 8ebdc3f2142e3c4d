package io.quarkiverse.raftconfig.runtime;

import java.util.List;

import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.spi.ConfigSource;

import io.quarkus.runtime.ApplicationLifecycleManager;
import io.quarkus.runtime.LaunchMode;
import io.smallrye.config.ConfigSourceContext;
import io.smallrye.config.ConfigSourceFactory;
import io.smallrye.config.ConfigValue;

/**
 * Starts the node, and shows its properties to the application. Called once for each start of the application, while its
 * configuration is put together: so early that mappings and required values are satisfied from the store, and before anything
 * of the application runs. The start waits here for what {@code startup.mode} asks.
 */
final class RaftConfigSourceFactory implements ConfigSourceFactory {
    @Override
    public Iterable<ConfigSource> getConfigSources(ConfigSourceContext context) {
        // A start that dev mode gave up may have left a node; its directory and port are needed now.
        RaftConfigHolder.stop();
        if (ApplicationLifecycleManager.isAppCDSGeneration()) {
            return List.of();
        }
        Settings settings = SettingsReader.read(context, LaunchMode.current());
        RunningNode node = NodeStart.start(settings);
        RaftConfigHolder.set(node);
        return List.of(node.source(expandsExpressions(context)));
    }

    /** MP Config: expressions are expanded unless this property is false. */
    private static boolean expandsExpressions(ConfigSourceContext context) {
        ConfigValue value = context.getValue(Config.PROPERTY_EXPRESSIONS_ENABLED);
        return value == null || value.getValue() == null || Boolean.parseBoolean(value.getValue());
    }
}
