package io.quarkiverse.raftconfig.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.quarkiverse.raftconfig.Expectation;
import io.quarkiverse.raftconfig.core.Role;
import io.quarkiverse.raftconfig.node.NodeStatus;
import io.quarkiverse.raftconfig.state.Outcome;
import io.quarkiverse.raftconfig.state.Transaction;
import io.quarkus.runtime.LaunchMode;

/** The last resort, over real sockets and real directories, with the tool as a process of its own. */
class RecoveredClusterTest {
    private static final String TOOL = "io.quarkiverse.raftconfig.tool.RaftConfigTool";

    @TempDir
    Path parent;
    private final SortedMap<String, RunningNode> nodes = new TreeMap<>();
    private final SortedMap<String, Integer> ports = new TreeMap<>();

    @AfterEach
    void stopAll() {
        nodes.values().forEach(RunningNode::close);
    }

    @Test
    void goesOnAloneAndHearsNothingOfTheOldCluster() throws Exception {
        // given a cluster of three with a property, of which only c's directory is left
        choosePorts("a", "b", "c");
        startAtOnce("a", "b", "c");
        write("a", "before");
        await().atMost(Duration.ofSeconds(10)).until(() -> shows("c", "before"));
        long revision = revision("c");
        stop("a");
        stop("b");
        stop("c");

        // when a new cluster is founded from it, by a process of its own
        assertThat(tool("verify", directory("c"))).isZero();
        assertThat(tool("recover", directory("c"), "--node-id", "c")).isEqualTo(4);
        assertThat(tool("recover", directory("c"), "--node-id", "c", "--yes")).isZero();
        assertThat(tool("verify", directory("c"))).isZero();

        // then c leads alone, shows what was there, and takes writes
        nodes.put("c", start("c"));
        await().atMost(Duration.ofSeconds(20)).until(() -> status("c").role() == Role.LEADER && status("c").caughtUp());
        assertThat(shows("c", "before")).isTrue();
        assertThat(status("c").membership().voters()).hasSize(1);
        assertThat(revision("c")).isGreaterThanOrEqualTo(revision);
        long recovered = revision("c");
        write("c", "after");
        assertThat(revision("c")).isGreaterThan(recovered);
        assertThat(tool("verify", directory("c"))).isEqualTo(3);

        // and when the others come back with their old data, they are a cluster of their own, and change nothing here
        long term = status("c").term();
        nodes.put("a", start("a"));
        nodes.put("b", start("b"));
        await().atMost(Duration.ofSeconds(20)).until(() -> status("a").leader() != null && status("b").leader() != null);
        write("a", "theirs");
        await().during(Duration.ofSeconds(3)).atMost(Duration.ofSeconds(20))
                .until(() -> status("c").term() == term && status("c").role() == Role.LEADER && shows("c", "after"));
        assertThat(status("c").reachableVoters()).isEqualTo(1);
        assertThat(status("a").reachableVoters()).isEqualTo(2);
        assertThat(shows("b", "after")).isFalse();
    }

    /** With the class path of this test: the jars are those of an application. */
    private int tool(String... args) throws Exception {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
                        System.getProperty("java.class.path"), TOOL));
        command.addAll(List.of(args));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(said).isNotEmpty().doesNotContain("before\n").doesNotContain("greeting").doesNotContain("Exception");
        return process.waitFor();
    }

    private String directory(String name) {
        return parent.resolve(name).toString();
    }

    private void choosePorts(String... names) throws IOException {
        List<ServerSocket> sockets = new ArrayList<>();
        for (String name : names) {
            ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
            sockets.add(socket);
            ports.put(name, socket.getLocalPort());
        }
        for (ServerSocket socket : sockets) {
            socket.close();
        }
    }

    /** Founding needs all. */
    private void startAtOnce(String... names) throws Exception {
        var starters = Executors.newFixedThreadPool(names.length);
        try {
            Map<String, CompletableFuture<RunningNode>> starts = new TreeMap<>();
            for (String name : names) {
                starts.put(name, CompletableFuture.supplyAsync(() -> start(name), starters));
            }
            for (var start : starts.entrySet()) {
                nodes.put(start.getKey(), start.getValue().get(30, TimeUnit.SECONDS));
            }
        } finally {
            starters.shutdown();
        }
    }

    private RunningNode start(String name) {
        String members = Stream.of("a", "b", "c").map(member -> member + "=127.0.0.1:" + ports.get(member))
                .collect(Collectors.joining(","));
        return NodeStart.start(TestSettings.read(LaunchMode.TEST, new HashMap<>(Map.of("node-id", name, "data-dir",
                directory(name), "members", members, "peer.host", "127.0.0.1", "peer.port", String.valueOf(ports.get(name))))));
    }

    private void stop(String name) {
        node(name).close();
        nodes.remove(name);
    }

    private NodeStatus status(String name) {
        return node(name).status();
    }

    private RunningNode node(String name) {
        return Objects.requireNonNull(nodes.get(name), name);
    }

    private long revision(String name) {
        return node(name).raft().state().revision();
    }

    private boolean shows(String name, String value) {
        var property = node(name).raft().state().find("greeting");
        return property != null && property.value().equals(value);
    }

    /** Through any node, once there is a leader. */
    private void write(String through, String value) {
        Transaction transaction = new Transaction("test", null, null,
                List.of(new Transaction.Change("greeting", value, Expectation.none())));
        await().atMost(Duration.ofSeconds(20)).ignoreExceptions().until(() -> node(through).raft().propose(transaction, 5000)
                .toCompletableFuture().get(10, TimeUnit.SECONDS) instanceof Outcome.Applied);
    }
}
