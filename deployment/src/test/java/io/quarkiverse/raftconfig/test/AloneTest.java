package io.quarkiverse.raftconfig.test;

import static io.restassured.RestAssured.when;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hamcrest.Matchers.equalTo;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import jakarta.inject.Inject;

import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.quarkiverse.raftconfig.ConfigStore;
import io.quarkiverse.raftconfig.NoLeader;
import io.quarkiverse.raftconfig.ReadOptions;
import io.quarkiverse.raftconfig.WriteOptions;
import io.quarkus.test.QuarkusUnitTest;

/** One of three, alone after a restart: it starts with what it knew last, says that it is not ready, and takes no write. */
class AloneTest {
    private static final Path DIRECTORY = StoredState.newDirectory();

    @RegisterExtension
    static final QuarkusUnitTest APPLICATION = new QuarkusUnitTest()
            .withApplicationRoot(jar -> jar.addClasses(StoredState.class, Remains.class))
            .setBeforeAllCustomizer(() -> StoredState.write(DIRECTORY, "a", List.of("b", "c"), Map.of("greeting", "hello")))
            .overrideRuntimeConfigKey("quarkus.raft-config.data-dir", DIRECTORY.toString())
            .overrideRuntimeConfigKey("quarkus.raft-config.peer.host", "127.0.0.1")
            .overrideRuntimeConfigKey("quarkus.raft-config.peer.port", "0")
            .overrideRuntimeConfigKey("quarkus.raft-config.members",
                    "a=localhost:" + Remains.freePort() + ",b=localhost:" + Remains.freePort() + ",c=localhost:"
                            + Remains.freePort());

    @Inject
    ConfigStore store;

    @ConfigProperty(name = "greeting")
    String greeting;

    @Test
    void startsWithTheLastKnownState() {
        assertThat(greeting).isEqualTo("hello");
        assertThat(store.get("greeting", ReadOptions.LOCAL)).isPresent();
    }

    @Test
    void isAliveAndStartedButNotReady() {
        when().get("/q/health/ready").then().statusCode(503)
                .body("checks[0].name", equalTo("raft-config"))
                .body("checks[0].data.leader", equalTo(""))
                .body("checks[0].data.voters", equalTo(3))
                .body("checks[0].data.reachableVoters", equalTo(1))
                .body("checks[0].data.reason", equalTo("no leader is known; the state shown is the last known one"));
        when().get("/q/health/started").then().statusCode(200);
        when().get("/q/health/live").then().statusCode(200);
    }

    @Test
    void takesNoWriteAndConfirmsNoRead() {
        Duration briefly = Duration.ofMillis(300);
        assertThatThrownBy(() -> store.put("greeting", "bye", WriteOptions.DEFAULTS.withTimeout(briefly)))
                .isInstanceOf(NoLeader.class);
        assertThatThrownBy(() -> store.get("greeting", ReadOptions.LINEARIZABLE.withTimeout(briefly)))
                .isInstanceOf(NoLeader.class);
    }
}
