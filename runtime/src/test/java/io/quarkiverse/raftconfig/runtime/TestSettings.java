package io.quarkiverse.raftconfig.runtime;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;

import io.quarkus.runtime.LaunchMode;
import io.smallrye.config.ConfigSourceFactory;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;

/** Settings as an application would have them. */
final class TestSettings {
    private TestSettings() {
    }

    /**
     * Reads as the application does: from a factory inside a configuration.
     *
     * @param settings by name, without {@code quarkus.raft-config.} in front
     */
    static Settings read(LaunchMode launchMode, Map<String, String> settings) {
        Map<String, String> properties = new TreeMap<>();
        settings.forEach((name, value) -> properties.put("quarkus.raft-config." + name, value));
        AtomicReference<@Nullable Settings> read = new AtomicReference<>();
        ConfigSourceFactory factory = context -> {
            read.set(SettingsReader.read(context, launchMode));
            return List.of();
        };
        new SmallRyeConfigBuilder()
                .addDefaultInterceptors()
                .withSources(new PropertiesConfigSource(properties, "test", 250))
                .withSources(factory)
                .build();
        return Objects.requireNonNull(read.get());
    }
}
