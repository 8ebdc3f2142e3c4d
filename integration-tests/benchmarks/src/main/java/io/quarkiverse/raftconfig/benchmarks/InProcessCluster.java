package io.quarkiverse.raftconfig.benchmarks;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.quarkiverse.raftconfig.Expectation;
import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.core.RaftSettings;
import io.quarkiverse.raftconfig.core.Role;
import io.quarkiverse.raftconfig.it.cluster.Ports;
import io.quarkiverse.raftconfig.node.NodeSettings;
import io.quarkiverse.raftconfig.node.NodeThreads;
import io.quarkiverse.raftconfig.node.RaftNode;
import io.quarkiverse.raftconfig.state.Outcome;
import io.quarkiverse.raftconfig.state.Transaction;
import io.quarkiverse.raftconfig.store.MapDbRaftStore;
import io.quarkiverse.raftconfig.wire.HttpPeerTransport;
import io.quarkiverse.raftconfig.wire.VertxLoop;
import io.quarkiverse.raftconfig.wire.WireSettings;

/**
 * Three nodes in this process, each with its own threads, its own directory on disk, and HTTP/2 to the others: what replicas
 * do for a write, without the application's HTTP around it.
 */
final class InProcessCluster implements AutoCloseable {
    private static final int SIZE = 3;
    private static final long TIMEOUT_MILLIS = 30_000;

    private final List<Node> nodes = new ArrayList<>();

    private InProcessCluster() {
    }

    /** @param directory empty, or not there yet */
    static InProcessCluster start(Path directory) {
        SortedMap<NodeId, Integer> ports = new TreeMap<>();
        SortedMap<NodeId, String> members = new TreeMap<>();
        for (int port : Ports.free(SIZE)) {
            var id = new NodeId(Character.toString('a' + ports.size()));
            ports.put(id, port);
            members.put(id, "127.0.0.1:" + port);
        }
        var settings = new NodeSettings(RaftSettings.DEFAULTS, members, 10_000, 16 << 20, 1024, 10_000, 600_000);
        var cluster = new InProcessCluster();
        try {
            ports.forEach((id, port) -> cluster.nodes.add(Node.start(id, port, directory, settings)));
            for (Node node : cluster.nodes) {
                await(node.raft.caughtUp());
            }
            return cluster;
        } catch (RuntimeException e) {
            cluster.close();
            throw e;
        }
    }

    /** Writes through all nodes in turn. */
    CompletionStage<?> write(int writer, String name, String value) {
        return write(nodes.get(writer % SIZE), name, value);
    }

    Writers.Write throughLeader() {
        Node leader = node(Role.LEADER);
        return (writer, name, value) -> write(leader, name, value);
    }

    Writers.Write throughFollower() {
        Node follower = node(Role.FOLLOWER);
        return (writer, name, value) -> write(follower, name, value);
    }

    private Node node(Role role) {
        return nodes.stream().filter(node -> node.raft.status().role() == role).findFirst().orElseThrow();
    }

    private static CompletionStage<?> write(Node node, String name, String value) {
        var change = new Transaction.Change(name, value, Expectation.none());
        return node.raft.propose(new Transaction("", null, null, List.of(change)), TIMEOUT_MILLIS)
                .thenApply(outcome -> {
                    if (outcome instanceof Outcome.Applied applied) {
                        return applied;
                    }
                    throw new IllegalStateException("a write was refused: " + outcome);
                });
    }

    @Override
    public void close() {
        for (Node node : nodes) {
            await(node.raft.stop(TIMEOUT_MILLIS));
            node.loop.close();
        }
    }

    private static void await(CompletionStage<?> stage) {
        try {
            stage.toCompletableFuture().get(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the nodes started or stopped", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("the nodes did not start or stop", e);
        }
    }

    private record Node(VertxLoop loop, RaftNode raft) {
        static Node start(NodeId id, int port, Path directory, NodeSettings settings) {
            var threads = new NodeThreads();
            var store = MapDbRaftStore.open(directory.resolve(id.value()), id, () -> id, threads.files());
            var loop = new VertxLoop();
            var transport = new HttpPeerTransport(loop,
                    WireSettings.of("127.0.0.1", port, settings.raft().heartbeatIntervalMillis(),
                            settings.raft().electionTimeoutMillis()));
            return new Node(loop, RaftNode.start(settings, new RaftNode.Ports(loop, threads, store, transport),
                    new SecureRandom()));
        }
    }
}
