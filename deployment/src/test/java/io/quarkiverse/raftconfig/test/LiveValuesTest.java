package io.quarkiverse.raftconfig.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.inject.Provider;
import jakarta.inject.Singleton;

import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.quarkiverse.raftconfig.ConfigStore;
import io.quarkiverse.raftconfig.ReactiveConfigStore;
import io.quarkus.test.QuarkusUnitTest;

/** A change is seen at once by whoever asks for the value when it is needed. */
class LiveValuesTest {
    @RegisterExtension
    static final QuarkusUnitTest APPLICATION = new QuarkusUnitTest()
            .withApplicationRoot(jar -> jar.addClass(Greeter.class))
            .overrideConfigKey("greeting", "from the file")
            .overrideConfigKey("limits.base", "1");

    @Inject
    ConfigStore store;

    @Inject
    ReactiveConfigStore reactiveStore;

    @Inject
    Config config;

    @Inject
    Greeter greeter;

    @Test
    void eachWayOfReadingSeesTheNewValue() {
        // given what the application was deployed with
        store.delete("greeting");
        assertThat(greeter.supplied.get()).isEqualTo("from the file");

        // when it is changed
        store.put("greeting", "hello");

        // then everyone who asks sees it, and a field keeps what it was given
        assertThat(config.getValue("greeting", String.class)).isEqualTo("hello");
        assertThat(greeter.supplied.get()).isEqualTo("hello");
        assertThat(greeter.provided.get()).isEqualTo("hello");
        assertThat(greeter.instance.get()).isEqualTo("hello");
        assertThat(greeter.field).isEqualTo("from the file");

        // and when it is removed, the file counts again
        store.delete("greeting");
        assertThat(greeter.supplied.get()).isEqualTo("from the file");
    }

    @Test
    void mapsAndListsSeeNewNames() {
        // given a map with what the file has
        assertThat(greeter.limits.get()).containsExactly(Map.entry("base", 1));

        // when a name is added
        store.put("limits.gold", "100");

        // then the map grows as soon as the configuration has heard of the name
        await().untilAsserted(() -> assertThat(greeter.limits.get()).isEqualTo(Map.of("base", 1, "gold", 100)));
        store.put("colours[0]", "red");
        store.put("colours[1]", "blue");
        await().untilAsserted(() -> assertThat(greeter.colours.get()).containsExactly("red", "blue"));

        // and shrinks with it
        store.delete("limits.gold");
        await().untilAsserted(() -> assertThat(greeter.limits.get()).containsExactly(Map.entry("base", 1)));
    }

    @Test
    void theReactiveStoreIsTheSameStore() {
        reactiveStore.put("said", "reactively").await().indefinitely();

        assertThat(store.get("said")).get().extracting(property -> property.value()).isEqualTo("reactively");
        assertThat(config.getValue("said", String.class)).isEqualTo("reactively");
    }

    @Singleton
    public static class Greeter {
        @ConfigProperty(name = "greeting")
        String field;

        @ConfigProperty(name = "greeting")
        Supplier<String> supplied;

        @ConfigProperty(name = "greeting")
        Provider<String> provided;

        @ConfigProperty(name = "greeting")
        Instance<String> instance;

        @ConfigProperty(name = "limits")
        Supplier<Map<String, Integer>> limits;

        @ConfigProperty(name = "colours", defaultValue = "none")
        Supplier<List<String>> colours;
    }
}
