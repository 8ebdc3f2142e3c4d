package io.quarkiverse.raftconfig.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.fail;

import java.nio.file.Path;

import jakarta.enterprise.event.Observes;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.quarkus.runtime.StartupEvent;
import io.quarkus.test.QuarkusUnitTest;

/** The application fails after the node has started: the node goes with it. */
class FailedStartTest {
    private static final Path DIRECTORY = StoredState.newDirectory();
    private static final int PORT = Remains.freePort();

    @RegisterExtension
    static final QuarkusUnitTest APPLICATION = new QuarkusUnitTest()
            .withApplicationRoot(jar -> jar.addClass(Failing.class).addClass(Remains.class).addClass(StoredState.class))
            .overrideRuntimeConfigKey("quarkus.raft-config.data-dir", DIRECTORY.toString())
            .assertException(failure -> {
                assertThat(failure).hasStackTraceContaining("the application's own fault");
                Remains.assertNoThreads();
                Remains.assertPortIsFree(PORT);
                Remains.assertUnlocked(DIRECTORY);
            });

    @Test
    void isNotReached() {
        fail("the application has started");
    }

    public static class Failing {
        void start(@Observes StartupEvent event) {
            if (Remains.threads().isEmpty()) {
                throw new IllegalStateException("no node is there to be stopped");
            }
            throw new IllegalStateException("the application's own fault");
        }
    }
}
