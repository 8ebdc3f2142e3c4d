package io.quarkiverse.raftconfig.benchmarks;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import org.eclipse.microprofile.config.ConfigProvider;
import org.eclipse.microprofile.config.spi.ConfigProviderResolver;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

import io.quarkiverse.raftconfig.Expectation;
import io.quarkiverse.raftconfig.source.RaftConfigSource;
import io.quarkiverse.raftconfig.state.ConfigState;
import io.quarkiverse.raftconfig.state.NameRules;
import io.quarkiverse.raftconfig.state.Transaction;
import io.quarkiverse.raftconfig.state.TransactionCodec;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.config.inject.ConfigProducerUtil;

/**
 * A read of one property by the application, with and without the replicated source among the sources. The configuration is
 * put together as Quarkus does it: system properties, environment, an application.properties of a thousand names, and, where
 * it takes part, a store of a thousand others in front of it.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
@SuppressWarnings("NullAway.Init") // JMH calls @Setup first.
public class ReadBenchmark {
    private static final int PROPERTIES = 1000;

    /** Where the name is found, and whether the source takes part. */
    @Param
    Place place = Place.IN_THE_STORE;

    private String name;
    private SmallRyeConfig config;
    private Supplier<Integer> supplier;

    /** The cases that mean something. */
    public enum Place {
        IN_THE_FILE_WITHOUT_THE_SOURCE("file.p500", false),
        IN_THE_FILE("file.p500", true),
        IN_THE_STORE("store.p500", true),
        NOWHERE_WITHOUT_THE_SOURCE("nowhere.p500", false),
        NOWHERE("nowhere.p500", true);

        final String name;
        final boolean withSource;

        Place(String name, boolean withSource) {
            this.name = name;
            this.withSource = withSource;
        }
    }

    @Setup
    public void build() {
        name = place.name;
        Map<String, String> file = new HashMap<>();
        for (int i = 0; i < PROPERTIES; i++) {
            file.put("file.p" + i, Integer.toString(i));
        }
        SmallRyeConfigBuilder builder = new SmallRyeConfigBuilder()
                .addDefaultInterceptors()
                .addSystemSources()
                .withSources(new PropertiesConfigSource(file, "application.properties", 250));
        if (place.withSource) {
            ConfigState state = state();
            builder.withSources(
                    new RaftConfigSource(state::published, NameRules.DEFAULTS::isProtected, 270, true, Runnable::run));
        }
        config = builder.build();
        ConfigProviderResolver.instance().registerConfig(config, Thread.currentThread().getContextClassLoader());
        var injectionPoint = new Injected(name);
        // As Quarkus makes the Supplier that it injects.
        supplier = () -> ConfigProducerUtil.getValue(injectionPoint, ConfigProvider.getConfig());
    }

    @TearDown
    public void release() {
        ConfigProviderResolver.instance().releaseConfig(config);
    }

    private static ConfigState state() {
        var changes = new ArrayList<Transaction.Change>();
        for (int i = 0; i < PROPERTIES; i++) {
            changes.add(new Transaction.Change("store.p" + i, Integer.toString(i), Expectation.none()));
        }
        var state = new ConfigState();
        state.apply(1, TransactionCodec.encode(new Transaction("benchmark", null, null, changes)));
        state.publish();
        return state;
    }

    /** {@code Config.getOptionalValue}: the name may be absent. */
    @Benchmark
    public Optional<Integer> getValue() {
        return config.getOptionalValue(name, Integer.class);
    }

    /** {@code @ConfigProperty(defaultValue = "7") Supplier<Integer>}. */
    @Benchmark
    public Integer supplier() {
        return supplier.get();
    }
}
