package io.quarkiverse.raftconfig.test;

import static io.restassured.RestAssured.when;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import org.jboss.shrinkwrap.api.asset.StringAsset;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.quarkus.test.QuarkusDevModeTest;

/** A reload in dev mode: the node goes with the application, and the next one finds its port and its directory free. */
class DevReloadTest {
    private static final Path DIRECTORY = StoredState.newDirectory();
    private static final int PORT = Remains.freePort();
    @RegisterExtension
    static final QuarkusDevModeTest APPLICATION = new QuarkusDevModeTest()
            .withApplicationRoot(jar -> jar
                    .addClass(GreetingResource.class)
                    .addAsResource(new StringAsset("""
                            quarkus.raft-config.node-id=a
                            quarkus.raft-config.data-dir=%s
                            quarkus.raft-config.members=a=localhost:%d,b=localhost:%d
                            quarkus.raft-config.peer.host=127.0.0.1
                            quarkus.raft-config.peer.port=%d
                            quarkus.raft-config.election-timeout=1s
                            """.formatted(DIRECTORY, PORT, Remains.freePort(), PORT)), "application.properties"));

    @BeforeAll
    static void storeAState() {
        StoredState.write(DIRECTORY, "a", List.of("b"), Map.of("greeting", "hello"));
    }

    @AfterAll
    static void nothingIsLeft() {
        Remains.assertNoThreads();
        Remains.assertPortIsFree(PORT);
        Remains.assertUnlocked(DIRECTORY);
    }

    @Test
    void eachReloadHasOneNode() {
        when().get("/greeting").then().body(equalTo("hello, world"));
        assertOneNode();

        // when the code changes, twice
        APPLICATION.modifySourceFile(GreetingResource.class, source -> source.replace("world", "reloaded world"));
        when().get("/greeting").then().body(equalTo("hello, reloaded world"));
        assertOneNode();
        APPLICATION.modifySourceFile(GreetingResource.class, source -> source.replace("reloaded world", "moon"));
        when().get("/greeting").then().body(equalTo("hello, moon"));
        assertOneNode();

        // and when a setting is wrong, and then put right
        APPLICATION.modifyResourceFile("application.properties",
                it -> it.replace("election-timeout=1s", "election-timeout=-1s"));
        when().get("/greeting").then().statusCode(500).body(containsString("quarkus.raft-config.election-timeout"));
        Remains.assertNoThreads();
        Remains.assertPortIsFree(PORT);
        Remains.assertUnlocked(DIRECTORY);
        APPLICATION.modifyResourceFile("application.properties",
                it -> it.replace("election-timeout=-1s", "election-timeout=2s"));
        when().get("/greeting").then().body(equalTo("hello, moon"));
        assertOneNode();
    }

    private static void assertOneNode() {
        assertThat(Remains.threads()).contains("raft-config-loop").doesNotHaveDuplicates();
    }
}
