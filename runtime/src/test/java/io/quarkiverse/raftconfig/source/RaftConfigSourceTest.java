package io.quarkiverse.raftconfig.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

import org.eclipse.microprofile.config.Config;
import org.junit.jupiter.api.Test;

import io.quarkiverse.raftconfig.Expectation;
import io.quarkiverse.raftconfig.state.ConfigState;
import io.quarkiverse.raftconfig.state.Transaction;
import io.quarkiverse.raftconfig.state.Transaction.Change;
import io.quarkiverse.raftconfig.state.TransactionCodec;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;

/** The replicated properties among the other sources of a real configuration. */
class RaftConfigSourceTest {
    private final ConfigState state = new ConfigState();
    private final List<Runnable> background = new ArrayList<>();
    private long index;

    @Test
    void showsWhatIsPublishedAndNothingElse() {
        Config config = config(Map.of());

        // given a property that is applied, but not published
        apply("greeting", "hello");
        assertThat(config.getOptionalValue("greeting", String.class)).isEmpty();

        // when it is published
        state.publish();

        // then it is there, converted as any other, until it is removed
        assertThat(config.getValue("greeting", String.class)).isEqualTo("hello");
        put("pool.size", "7");
        assertThat(config.getValue("pool.size", int.class)).isEqualTo(7);
        put("greeting", null);
        assertThat(config.getOptionalValue("greeting", String.class)).isEmpty();
    }

    @Test
    void losesAgainstHigherOrdinalsAndWinsAgainstLower() {
        put("a", "replicated");
        put("b", "replicated");
        Config config = config(Map.of("a", "file", "b", "file"), 250, Map.of("b", "environment"), 300);

        assertThat(config.getValue("a", String.class)).isEqualTo("replicated");
        assertThat(config.getValue("b", String.class)).isEqualTo("environment");
    }

    @Test
    void hidesProtectedNames() {
        put("quarkus.http.port", "1");
        put("greeting", "hello");
        SmallRyeConfig config = config(Map.of());

        assertThat(config.getOptionalValue("quarkus.http.port", String.class)).isEmpty();
        assertThat(names(config)).contains("greeting").doesNotContain("quarkus.http.port");
    }

    @Test
    void doesNotExpandWhatAWriterOfPropertiesPutIn() {
        // given a secret of the application, and values that ask for it
        put("direct", "${secret}");
        put("nested", "${nothing:${secret}}");
        put("other", "x");
        Config config = config(Map.of("secret", "hunter2", "application.says", "${direct}"));

        // then the application sees text, also where its own expression leads to it
        assertThat(config.getValue("direct", String.class)).isEqualTo("${secret}");
        assertThat(config.getValue("nested", String.class)).isEqualTo("${nothing:${secret}}");
        assertThat(config.getValue("application.says", String.class)).isEqualTo("${secret}");
    }

    @Test
    void showsEveryValueAsItWasWritten() {
        // given values of all that is special to expressions, in any order
        String alphabet = "$\\{}:a,";
        Random random = new Random(270);
        List<String> values = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            StringBuilder value = new StringBuilder("v");
            int length = 1 + random.nextInt(12);
            for (int c = 0; c < length; c++) {
                value.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            values.add(value.toString());
        }
        Config config = config(Map.of("a", "expanded"));
        Config plain = config(Map.of(Config.PROPERTY_EXPRESSIONS_ENABLED, "false"));

        for (String value : values) {
            put("any", value);
            assertThat(config.getValue("any", String.class)).isEqualTo(value);
            assertThat(plain.getValue("any", String.class)).isEqualTo(value);
        }
    }

    @Test
    void showsTheSameHoweverOftenAStateIsRead() {
        // given two states, each read so often that the source prepares for more
        put("quarkus.http.port", "1");
        put("greeting", "hello");
        put("price", "$5");
        Config config = config(Map.of());
        for (String greeting : List.of("hello", "goodbye")) {
            put("greeting", greeting);
            for (int read = 0; read < 1000; read++) {
                assertThat(config.getValue("greeting", String.class)).isEqualTo(greeting);
                assertThat(config.getValue("price", String.class)).isEqualTo("$5");
                assertThat(config.getOptionalValue("quarkus.http.port", String.class)).isEmpty();
                assertThat(config.getOptionalValue("absent", String.class)).isEmpty();
                if (read == 500) {
                    assertThat(background).as("prepares once").hasSize(1);
                    background.remove(0).run();
                }
            }
        }

        // when a state is prepared for late, then the newer one is shown all the same
        for (int read = 0; read < 500; read++) {
            put("greeting", "number " + read);
            config.getValue("greeting", String.class);
        }
        assertThat(background).as("nothing is prepared for a state that is read once").isEmpty();
    }

    private void put(String name, @org.jspecify.annotations.Nullable String value) {
        apply(name, value);
        state.publish();
    }

    private void apply(String name, @org.jspecify.annotations.Nullable String value) {
        index++;
        Transaction transaction = new Transaction(new Transaction.Stamp(index, 10, 1000), "test", null, null,
                List.of(new Change(name, value, Expectation.none())));
        state.apply(index, TransactionCodec.encode(transaction));
    }

    /** SmallRye's iterable can be gone through once only. */
    private static List<String> names(SmallRyeConfig config) {
        List<String> names = new ArrayList<>();
        config.getPropertyNames().forEach(names::add);
        return names;
    }

    private SmallRyeConfig config(Map<String, String> properties) {
        return config(properties, 250, Map.of(), 300);
    }

    private SmallRyeConfig config(Map<String, String> lower, int lowerOrdinal, Map<String, String> higher,
            int higherOrdinal) {
        boolean expressions = !"false".equals(lower.get(Config.PROPERTY_EXPRESSIONS_ENABLED));
        return new SmallRyeConfigBuilder()
                .addDefaultInterceptors()
                .withSources(new PropertiesConfigSource(lower, "lower", lowerOrdinal))
                .withSources(new PropertiesConfigSource(higher, "higher", higherOrdinal))
                .withSources(new RaftConfigSource(state::published, name -> name.startsWith("quarkus."), 270, expressions,
                        background::add))
                .build();
    }
}
