package io.quarkiverse.raftconfig.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.configuration.ConfigurationException;

/** A start that can't succeed names the setting, its value and the way out, and leaves no thread, port or lock behind. */
class RefusedStartTest {
    @TempDir
    Path parent;
    private int port;

    @BeforeEach
    void choosePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
    }

    /** Threads may take a moment to end. */
    @AfterEach
    void nothingIsLeftBehind() throws IOException {
        await().untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet()).extracting(Thread::getName)
                .noneMatch(name -> name.startsWith("raft-config")));
        new ServerSocket(port, 1, InetAddress.getLoopbackAddress()).close();
        if (Files.exists(lock())) {
            try (FileChannel channel = FileChannel.open(lock(), StandardOpenOption.WRITE); FileLock lock = channel.tryLock()) {
                assertThat(lock).isNotNull();
            }
        }
    }

    @Test
    void ofAPortThatIsTaken() throws IOException {
        try (ServerSocket taken = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            assertRefused(start(three("a")), "quarkus.raft-config.peer.port", String.valueOf(taken.getLocalPort()), "in use");
        }
    }

    @Test
    void ofADirectoryThatAnotherNodeUses() {
        try (RunningNode first = NodeStart.start(TestSettings.read(LaunchMode.NORMAL, alone()))) {
            assertRefused(start(alone()), "quarkus.raft-config.data-dir", data().toString(), "in use");
            assertThat(first.raft().status().degraded()).isNull();
        }
    }

    @Test
    void ofADirectoryThatCannotBeMade() throws IOException {
        Files.writeString(parent.resolve("file"), "in the way");
        Map<String, String> settings = alone();
        settings.put("data-dir", parent.resolve("file").resolve("data").toString());
        assertRefused(start(settings), "quarkus.raft-config.data-dir", settings.get("data-dir"), "write");
    }

    @Test
    void ofADirectoryThatIsAFile() throws IOException {
        Files.writeString(data(), "in the way");
        assertRefused(start(alone()), "quarkus.raft-config.data-dir", data().toString(), "director");
        assertThat(data()).hasContent("in the way");
        Files.delete(data());
    }

    @Test
    void ofADirectoryThatIsDamaged() throws IOException {
        // given the data of a node, of which some bytes have changed
        NodeStart.start(TestSettings.read(LaunchMode.NORMAL, alone())).close();
        Path damaged = largestFile();
        byte[] bytes = Files.readAllBytes(damaged);
        for (int i = 0; i < 1024; i++) {
            bytes[i] ^= 0x55;
        }
        Files.write(damaged, bytes);

        assertRefused(start(alone()), "quarkus.raft-config.data-dir", data().toString(), "damaged");
        assertThat(damaged).hasBinaryContent(bytes);
    }

    @Test
    void ofABlankNodeThatIsNotAmongTheMembers() {
        assertRefused(start(three("stranger")), "quarkus.raft-config.members", "stranger", "a, b, c",
                "quarkus.raft-config.node-id");
    }

    @Test
    void ofANodeThatHasAnotherName() {
        NodeStart.start(TestSettings.read(LaunchMode.NORMAL, alone())).close();
        Map<String, String> settings = alone();
        settings.put("node-id", "b");
        assertRefused(start(settings), "quarkus.raft-config.node-id", "node a", data().toString());
    }

    @Test
    void ofMembersThatAreMalformed() {
        Map<String, String> settings = three("a");
        settings.put("members", "a=127.0.0.1:7420,b:7421");
        assertRefused(start(settings), "quarkus.raft-config.members", "\"b:7421\"", "id=host:port");
    }

    @Test
    void ofADurationThatIsNegative() {
        Map<String, String> settings = alone();
        settings.put("startup.timeout", "-5s");
        assertRefused(start(settings), "quarkus.raft-config.startup.timeout", "-5s", "a duration from 1ms");
    }

    @Test
    void ofOthersThatDoNotCome() {
        Map<String, String> settings = three("a");
        settings.put("startup.timeout", "300ms");
        assertRefused(start(settings), "quarkus.raft-config.startup.timeout", "300 ms", "Not connected: b, c");
    }

    private static ThrowingCallable start(Map<String, String> settings) {
        return () -> NodeStart.start(TestSettings.read(LaunchMode.NORMAL, settings)).close();
    }

    private static void assertRefused(ThrowingCallable start, String... said) {
        assertThatThrownBy(start).isInstanceOf(ConfigurationException.class)
                .satisfies(failure -> assertThat(failure.getMessage()).contains(said));
    }

    private Map<String, String> alone() {
        return new HashMap<>(Map.of("node-id", "a", "data-dir", data().toString()));
    }

    private Map<String, String> three(String nodeId) {
        Map<String, String> settings = alone();
        settings.putAll(Map.of("node-id", nodeId, "peer.host", "127.0.0.1", "peer.port", String.valueOf(port),
                "peer.insecure", "true", "members", "a=127.0.0.1:" + port + ",b=127.0.0.1:1,c=127.0.0.1:2"));
        return settings;
    }

    private Path data() {
        return parent.resolve("data");
    }

    private Path lock() {
        return data().resolve("lock");
    }

    private Path largestFile() throws IOException {
        try (Stream<Path> files = Files.list(data())) {
            List<Path> bySize = files.sorted((one, other) -> Long.compare(other.toFile().length(), one.toFile().length()))
                    .toList();
            return bySize.get(0);
        }
    }
}
