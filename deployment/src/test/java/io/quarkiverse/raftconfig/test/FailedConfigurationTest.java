package io.quarkiverse.raftconfig.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.fail;

import java.nio.file.Path;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.quarkus.arc.Unremovable;
import io.quarkus.test.QuarkusUnitTest;
import io.smallrye.config.ConfigMapping;

/** The configuration fails after the node has started in it, before anything of the application ran: the node goes too. */
class FailedConfigurationTest {
    private static final Path DIRECTORY = StoredState.newDirectory();

    @RegisterExtension
    static final QuarkusUnitTest APPLICATION = new QuarkusUnitTest()
            .withApplicationRoot(jar -> jar.addClasses(Requiring.class, Required.class, Remains.class, StoredState.class))
            .overrideRuntimeConfigKey("quarkus.raft-config.data-dir", DIRECTORY.toString())
            .assertException(failure -> {
                assertThat(failure).hasStackTraceContaining("nowhere.to-be-found");
                Remains.assertNoThreads();
                Remains.assertUnlocked(DIRECTORY);
            });

    @Test
    void isNotReached() {
        fail("the application has started");
    }

    @Singleton
    @Unremovable
    public static class Requiring {
        @Inject
        Required required;
    }

    @ConfigMapping(prefix = "nowhere")
    public interface Required {
        /** Is set nowhere. */
        String toBeFound();
    }
}
