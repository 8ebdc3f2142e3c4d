package io.quarkiverse.raftconfig.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import org.jboss.shrinkwrap.api.asset.StringAsset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.quarkus.test.ProdBuildResults;
import io.quarkus.test.ProdModeTestResults;
import io.quarkus.test.QuarkusProdModeTest;

/** A packaged application in production: where values come from, and which starts are refused. */
class ProductionTest {
    private static final Path AT_BUILD = StoredState.newDirectory();

    static {
        // What is in the store while the application is built must not get into it.
        StoredState.write(AT_BUILD, "a", List.of(), Map.of("seen.at-build", "leaked"));
    }

    @RegisterExtension
    static final QuarkusProdModeTest APPLICATION = new QuarkusProdModeTest()
            .withApplicationRoot(jar -> jar
                    .addClass(ConfigResource.class)
                    .addAsResource(new StringAsset("""
                            quarkus.raft-config.data-dir=%s
                            by.file=file
                            by.environment=file
                            by.system-property=file
                            by.dot-env=file
                            """.formatted(AT_BUILD)), "application.properties"))
            .setApplicationName("production")
            .setRun(false);

    @ProdBuildResults
    @SuppressWarnings("NullAway.Init") // set by the extension
    ProdModeTestResults built;

    @Test
    void theOperatorWinsAgainstTheStoreAndTheStoreAgainstTheFile() throws IOException {
        // given a store that has a value for everything
        Path directory = StoredState.newDirectory();
        StoredState.write(directory, "a", List.of(), Map.of("by.file", "store", "by.environment", "store",
                "by.system-property", "store", "by.dot-env", "store"));
        Files.writeString(workingDirectory(directory).resolve(".env"), "BY_DOT_ENV=dot-env\n");

        try (Replica replica = run(directory, Map.of("BY_ENVIRONMENT", "environment"),
                Map.of("by.system-property", "system property")).awaitStarted()) {
            assertValue(replica, "by.file", "store");
            assertValue(replica, "by.dot-env", "dot-env");
            assertValue(replica, "by.environment", "environment");
            assertValue(replica, "by.system-property", "system property");
        }
    }

    @Test
    void settingsMayComeFromTheEnvironment() throws IOException {
        // given settings with dashes and dots in their names, as variables, and one in .env
        Path directory = StoredState.newDirectory();
        Files.createDirectories(workingDirectory(directory));
        Files.writeString(workingDirectory(directory).resolve(".env"), "QUARKUS_RAFT_CONFIG_SNAPSHOT_ENTRIES=77\n");
        int port = Remains.freePort();

        // when a node starts with them
        try (Replica replica = run(directory, Map.of(
                "QUARKUS_RAFT_CONFIG_NODE_ID", "from-environment",
                "QUARKUS_RAFT_CONFIG_MEMBERS", "from-environment=127.0.0.1:" + port,
                "QUARKUS_RAFT_CONFIG_PEER_HOST", "127.0.0.1",
                "QUARKUS_RAFT_CONFIG_PEER_PORT", String.valueOf(port),
                "QUARKUS_RAFT_CONFIG_NAMES_SECRET", "*canary*",
                "QUARKUS_RAFT_CONFIG_ELECTION_TIMEOUT", "2s"), Map.of()).awaitStarted()) {

            // then they hold
            assertThat(replica.output()).contains("Node from-environment has started");
            put(replica, "kept", "here");
            assertValue(replica, "kept", "here");
        }
    }

    @Test
    void whatIsDeletedStaysDeletedAndNothingIsRecordedAtBuild() {
        // given a property that was written and one that was written and deleted
        Path directory = StoredState.newDirectory();
        try (Replica replica = run(directory).awaitStarted()) {
            assertValue(replica, "seen.at-build", "(none)");
            put(replica, "kept", "here");
            put(replica, "deleted", "here");
            assertValue(replica, "deleted", "here");
            replica.request().delete("/config/deleted").then().statusCode(204);
            assertValue(replica, "deleted", "(none)");
        }

        // then it is the same after a restart
        try (Replica replica = run(directory).awaitStarted()) {
            assertValue(replica, "kept", "here");
            assertValue(replica, "deleted", "(none)");
        }
    }

    @Test
    void severalNodesWithoutTlsAreRefusedUnlessTheOperatorSaysSo() {
        Map<String, String> members = Map.of("quarkus.raft-config.members", "a=localhost:7001,b=localhost:7002");
        Replica refused = run(StoredState.newDirectory(), Map.of(), members);
        assertThat(refused.awaitExit()).isEqualTo(1);
        assertThat(refused.output()).contains("quarkus.raft-config.peer.insecure").contains("TLS");

        // and when it was said, it is warned about
        Path directory = StoredState.newDirectory();
        StoredState.write(directory, "a", List.of("b"), Map.of());
        Map<String, String> insecure = new HashMap<>(members);
        insecure.put("quarkus.raft-config.peer.insecure", "true");
        insecure.put("quarkus.raft-config.peer.host", "127.0.0.1");
        insecure.put("quarkus.raft-config.peer.port", "0");
        try (Replica warned = run(directory, Map.of(), insecure).awaitStarted()) {
            assertThat(warned.output()).contains("WARN").contains("without TLS");
        }
    }

    @Test
    void aStartThatWaitsSaysForWhatAndFailsInTime() {
        // given one blank node of three, the others not there
        Replica replica = run(StoredState.newDirectory(), Map.of(), Map.of(
                "quarkus.raft-config.node-id", "a",
                "quarkus.raft-config.members",
                "a=localhost:" + Remains.freePort() + ",b=localhost:" + Remains.freePort() + ",c=localhost:"
                        + Remains.freePort(),
                "quarkus.raft-config.peer.host", "127.0.0.1",
                "quarkus.raft-config.peer.port", "0",
                "quarkus.raft-config.peer.insecure", "true",
                "quarkus.raft-config.startup.timeout", "2s"));

        assertThat(replica.awaitExit()).isEqualTo(1);
        assertThat(replica.output())
                .contains("Node a waits for ").contains("Not connected: b, c")
                .contains("The start was given up after 2000 ms (quarkus.raft-config.startup.timeout)");
    }

    @Test
    void aPortInUseIsNamed() throws IOException {
        Path directory = StoredState.newDirectory();
        StoredState.write(directory, "a", List.of("b"), Map.of());
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Replica replica = run(directory, Map.of(), Map.of(
                    "quarkus.raft-config.members", "a=localhost:7001,b=localhost:7002",
                    "quarkus.raft-config.peer.host", "127.0.0.1",
                    "quarkus.raft-config.peer.port", String.valueOf(taken.getLocalPort()),
                    "quarkus.raft-config.peer.insecure", "true"));

            assertThat(replica.awaitExit()).isEqualTo(1);
            assertThat(replica.output()).contains(String.valueOf(taken.getLocalPort()))
                    .contains("quarkus.raft-config.peer.port");
        }
    }

    @Test
    void aDirectoryInUseIsNamed() {
        Path directory = StoredState.newDirectory();
        try (Replica first = run(directory).awaitStarted()) {
            Replica second = run(directory);
            assertThat(second.awaitExit()).isEqualTo(1);
            assertThat(second.output()).contains(directory.toString());
            assertThat(first.isAlive()).isTrue();
        }
    }

    @Test
    void aSettingThatComesTooLateIsRefused() throws IOException {
        Path directory = StoredState.newDirectory();
        Path late = Files.writeString(Files.createDirectories(workingDirectory(directory)).resolve("late.properties"),
                "quarkus.raft-config.election-timeout=5s\n");

        Replica replica = run(directory, Map.of(), Map.of("quarkus.config.locations", late.toString()));

        assertThat(replica.awaitExit()).isEqualTo(1);
        assertThat(replica.output()).contains("quarkus.raft-config.election-timeout").contains("too late");
    }

    private static void put(Replica replica, String name, String value) {
        replica.request().contentType("text/plain").body(value).put("/config/" + name).then().statusCode(204);
    }

    private static void assertValue(Replica replica, String name, String value) {
        replica.request().get("/config/" + name).then().statusCode(200).body(equalTo(value));
    }

    /** Each data directory has one to itself. */
    private static Path workingDirectory(Path directory) {
        return Objects.requireNonNull(directory.getParent());
    }

    private Replica run(Path directory) {
        return run(directory, Map.of(), Map.of());
    }

    private Replica run(Path directory, Map<String, String> environment, Map<String, String> systemProperties) {
        Map<String, String> properties = new HashMap<>(Map.of("quarkus.raft-config.data-dir", directory.toString()));
        properties.putAll(systemProperties);
        Path jar = built.getBuiltArtifactPath();
        return Replica.run(jar, workingDirectory(directory), environment, properties);
    }
}
