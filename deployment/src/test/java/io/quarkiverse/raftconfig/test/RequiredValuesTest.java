package io.quarkiverse.raftconfig.test;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;

import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.quarkus.test.QuarkusUnitTest;
import io.smallrye.config.ConfigMapping;

/** What is required, and only in the store, is there when the application starts. */
class RequiredValuesTest {
    private static final Path DIRECTORY = StoredState.newDirectory();

    @RegisterExtension
    static final QuarkusUnitTest APPLICATION = new QuarkusUnitTest()
            .withApplicationRoot(jar -> jar.addClasses(Shop.class, Terms.class, StoredState.class))
            .setBeforeAllCustomizer(() -> StoredState.write(DIRECTORY, "a", List.of(), Map.of(
                    "shop.name", "Cups & Saucers",
                    "shop.terms.discount", "15",
                    "shop.terms.secret", "${quarkus.application.name}",
                    "kafka.bootstrap.servers", "evil:9092")))
            .overrideRuntimeConfigKey("quarkus.raft-config.data-dir", DIRECTORY.toString());

    @Inject
    Shop shop;

    @Inject
    Terms terms;

    @Inject
    Config config;

    @Test
    void aRequiredPropertyIsSatisfiedFromTheStore() {
        assertThat(shop.name).isEqualTo("Cups & Saucers");
    }

    @Test
    void aRequiredMappingIsSatisfiedFromTheStore() {
        assertThat(terms.discount()).isEqualTo(15);
    }

    @Test
    void whatOldDataShouldNotHoldChangesNothing() {
        // given a value with an expression, and a protected name, both in the store since before they were refused
        assertThat(terms.secret()).contains("${quarkus.application.name}");
        assertThat(config.getOptionalValue("kafka.bootstrap.servers", String.class)).isEmpty();
    }

    @Singleton
    public static class Shop {
        @ConfigProperty(name = "shop.name")
        String name;
    }

    @ConfigMapping(prefix = "shop.terms")
    public interface Terms {
        /** Is in the store. */
        int discount();

        /** Is in the store, and asks for more than it may have. */
        Optional<String> secret();
    }
}
