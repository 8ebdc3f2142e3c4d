package io.quarkiverse.raftconfig.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
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
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.quarkiverse.raftconfig.Expectation;
import io.quarkiverse.raftconfig.node.NodeStatus;
import io.quarkiverse.raftconfig.node.ProposalFailedException;
import io.quarkiverse.raftconfig.state.Outcome;
import io.quarkiverse.raftconfig.state.Transaction;
import io.quarkus.runtime.LaunchMode;

/** Two processes with one identity, over real sockets and real directories. */
class CopiedDirectoryTest {
    @TempDir
    Path parent;
    private final SortedMap<String, RunningNode> nodes = new TreeMap<>();
    private final SortedMap<String, Integer> ports = new TreeMap<>();

    @AfterEach
    void stopAll() {
        nodes.values().forEach(RunningNode::close);
    }

    @Test
    void disturbsNobodyAndTakesNoPart() throws Exception {
        // given a cluster of three, of which one node's directory was copied
        choosePorts("a", "b", "c", "copy");
        startAtOnce("a", "b", "c");
        write("a", "1");
        stop("b");
        copy(parent.resolve("b"), parent.resolve("copy"));
        nodes.put("b", start("b", "b"));
        await().atMost(Duration.ofSeconds(20)).until(() -> status("b").caughtUp() && status("b").reachableVoters() == 3);
        long term = status("a").term();

        // when the copy is started beside the node
        nodes.put("copy", start("b", "copy"));

        // then for longer than an election takes there is no election, and the copy is connected with nobody
        await().during(Duration.ofSeconds(4)).atMost(Duration.ofSeconds(20)).until(() -> Stream.of("a", "b", "c")
                .allMatch(name -> status(name).term() == term && status(name).reachableVoters() == 3)
                && status("copy").reachableVoters() == 1);
        assertThat(status("copy").leader()).isNull();
        assertThat(status("copy").term()).isEqualTo(term);

        // and what is written reaches all but the copy
        write("b", "2");
        await().atMost(Duration.ofSeconds(10)).until(() -> Stream.of("a", "b", "c").allMatch(name -> shows(name, "2")));
        assertThat(shows("copy", "2")).isFalse();
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
                starts.put(name, CompletableFuture.supplyAsync(() -> start(name, name), starters));
            }
            for (var start : starts.entrySet()) {
                nodes.put(start.getKey(), start.getValue().get(30, TimeUnit.SECONDS));
            }
        } finally {
            starters.shutdownNow();
        }
    }

    /** @param name of the process, its port and its directory */
    private RunningNode start(String nodeId, String name) {
        String members = Stream.of("a", "b", "c").map(member -> member + "=127.0.0.1:" + ports.get(member))
                .collect(Collectors.joining(","));
        return NodeStart.start(TestSettings.read(LaunchMode.TEST,
                new HashMap<>(Map.of("node-id", nodeId, "data-dir", parent.resolve(name).toString(), "members", members,
                        "peer.host", "127.0.0.1", "peer.port", String.valueOf(ports.get(name))))));
    }

    private void stop(String name) {
        node(name).close();
        nodes.remove(name);
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
    }

    private NodeStatus status(String name) {
        return node(name).status();
    }

    private RunningNode node(String name) {
        return Objects.requireNonNull(nodes.get(name), name);
    }

    private boolean shows(String name, String value) {
        var property = node(name).raft().state().find("greeting");
        return property != null && property.value().equals(value);
    }

    /** Through any node, once there is a leader. */
    private void write(String through, String value) {
        Transaction transaction = new Transaction("test", null, null,
                List.of(new Transaction.Change("greeting", value, Expectation.none())));
        await().atMost(Duration.ofSeconds(20)).ignoreExceptionsMatching(CopiedDirectoryTest::isRefusal)
                .until(() -> node(through).raft().propose(transaction, 5000).toCompletableFuture().get(10,
                        TimeUnit.SECONDS) instanceof Outcome.Applied);
    }

    private static boolean isRefusal(Throwable failure) {
        return failure instanceof TimeoutException
                || (failure instanceof ExecutionException && failure.getCause() instanceof ProposalFailedException);
    }
}
