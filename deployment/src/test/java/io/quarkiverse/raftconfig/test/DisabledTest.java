package io.quarkiverse.raftconfig.test;

import static io.restassured.RestAssured.when;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.empty;

import java.nio.file.Files;
import java.nio.file.Path;

import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;

import org.eclipse.microprofile.config.Config;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.quarkiverse.raftconfig.ConfigStore;
import io.quarkiverse.raftconfig.ReactiveConfigStore;
import io.quarkiverse.raftconfig.node.RaftNode;
import io.quarkus.test.QuarkusUnitTest;

/** An application built without the extension has nothing of it, whatever else is set. */
class DisabledTest {
    private static final Path DIRECTORY = StoredState.newDirectory();

    @RegisterExtension
    static final QuarkusUnitTest APPLICATION = new QuarkusUnitTest()
            .withApplicationRoot(jar -> jar.addClasses(StoredState.class, Remains.class))
            .overrideConfigKey("quarkus.raft-config.enabled", "false")
            .overrideConfigKey("quarkus.raft-config.rest.enabled", "true")
            .overrideRuntimeConfigKey("quarkus.raft-config.data-dir", DIRECTORY.toString())
            .overrideRuntimeConfigKey("quarkus.raft-config.members", "a=localhost:7420,b=localhost:7421");

    @Inject
    Instance<ConfigStore> store;

    @Inject
    Instance<ReactiveConfigStore> reactiveStore;

    @Inject
    Instance<RaftNode> node;

    @Inject
    Config config;

    @Test
    void thereIsNoBean() {
        assertThat(store.isUnsatisfied()).isTrue();
        assertThat(reactiveStore.isUnsatisfied()).isTrue();
        assertThat(node.isUnsatisfied()).isTrue();
    }

    @Test
    void thereIsNoSourceThreadOrDirectory() {
        assertThat(config.getConfigSources()).noneMatch(source -> source.getName().equals("raft-config"));
        assertThat(Remains.threads()).isEmpty();
        assertThat(Files.exists(DIRECTORY)).isFalse();
        Remains.assertPortIsFree(7420);
    }

    @Test
    void thereIsNoHttpApiAndNoHealthCheck() {
        when().get("/raft-config/v1/status").then().statusCode(404);
        when().get("/q/health").then().statusCode(200).body("checks", empty());
    }
}
