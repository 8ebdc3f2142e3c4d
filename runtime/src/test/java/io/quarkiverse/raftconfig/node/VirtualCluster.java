package io.quarkiverse.raftconfig.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.Expectation;
import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.core.RaftSettings;
import io.quarkiverse.raftconfig.core.Role;
import io.quarkiverse.raftconfig.core.StorageId;
import io.quarkiverse.raftconfig.sim.VirtualTime;
import io.quarkiverse.raftconfig.state.Outcome;
import io.quarkiverse.raftconfig.state.Transaction;

/** Some nodes in one thread, on virtual time: real cores, real state, an in-memory disk each, and a network between them. */
final class VirtualCluster {
    static final long TIMEOUT_MILLIS = 5_000;

    static final NodeSettings SETTINGS = new NodeSettings(RaftSettings.DEFAULTS, new TreeMap<>(), 10_000, 16 << 20, 1024,
            10_000, 600_000);

    private final VirtualTime time = new VirtualTime();
    private final SplittableRandom random;
    private final InMemoryNetwork network;
    private final Map<NodeId, Replica> replicas = new TreeMap<>();
    private final SortedMap<NodeId, String> members = new TreeMap<>();
    private UnaryOperator<NodeSettings> settings = UnaryOperator.identity();

    /** One node over all its lives. */
    private static final class Replica {
        private final InMemoryRaftStore.Disk disk;
        private @Nullable Life life;

        Replica(InMemoryRaftStore.Disk disk) {
            this.disk = disk;
        }
    }

    private record Life(VirtualLoop loop, VirtualLanes lanes, InMemoryRaftStore store, RaftNode node) {
    }

    /** Nodes {@code n1}, {@code n2} and so on; none is started yet. */
    VirtualCluster(int size, long seed) {
        random = new SplittableRandom(seed);
        network = new InMemoryNetwork(time, random.split());
        for (int i = 1; i <= size; i++) {
            NodeId id = id(i);
            members.put(id, id + ":7420");
            replicas.put(id, new Replica(blankDisk(id)));
        }
    }

    /** All started, and a leader found. */
    static VirtualCluster running(int size, long seed) {
        VirtualCluster cluster = new VirtualCluster(size, seed);
        cluster.startAll();
        cluster.awaitLeader();
        return cluster;
    }

    VirtualCluster with(UnaryOperator<NodeSettings> change) {
        settings = change;
        return this;
    }

    static NodeId id(int number) {
        return new NodeId("n" + number);
    }

    private InMemoryRaftStore.Disk blankDisk(NodeId id) {
        return new InMemoryRaftStore.Disk(id, new StorageId(random.nextLong(), random.nextLong()));
    }

    VirtualTime time() {
        return time;
    }

    InMemoryNetwork network() {
        return network;
    }

    void startAll() {
        replicas.keySet().forEach(this::start);
    }

    RaftNode start(NodeId id) {
        return start(id, members);
    }

    /** A new node, which lists the founding set and itself: it founds nothing, and is a member of nothing. */
    RaftNode startBlank(NodeId id) {
        replicas.put(id, new Replica(blankDisk(id)));
        SortedMap<NodeId, String> listed = new TreeMap<>(members);
        listed.put(id, id + ":7420");
        return start(id, listed);
    }

    /** A new node that lists nobody, and asks those that its settings name to take it in. */
    RaftNode startJoiner(NodeId id) {
        replicas.put(id, new Replica(blankDisk(id)));
        return start(id, new TreeMap<>());
    }

    private RaftNode start(NodeId id, SortedMap<NodeId, String> listed) {
        Replica replica = replica(id);
        if (replica.life != null) {
            throw new IllegalStateException(id + " runs");
        }
        VirtualLoop loop = new VirtualLoop(time);
        VirtualLanes lanes = new VirtualLanes(time, () -> 120 + random.nextLong(30));
        InMemoryRaftStore store = replica.disk.open();
        NodeSettings its = settings.apply(new NodeSettings(SETTINGS.raft(), listed, SETTINGS.snapshotEntries(),
                SETTINGS.snapshotBytes(), SETTINGS.inFlightMax(), SETTINGS.idempotencyKeysMax(),
                SETTINGS.idempotencyAgeMillis()));
        RaftNode node = RaftNode.start(its, new RaftNode.Ports(loop, lanes, store, network.transport(loop)),
                random.split());
        replica.life = new Life(loop, lanes, store, node);
        return node;
    }

    /** The process is killed: what it had not made durable is lost. */
    void crash(NodeId id) {
        Life life = life(id);
        life.loop.kill();
        life.lanes.kill();
        replica(id).life = null;
        network.kill(id);
    }

    /** The orderly stop. */
    void stop(NodeId id) {
        Life life = life(id);
        get(life.node.stop(3_000));
        assertThat(life.lanes.isClosed()).isTrue();
        life.loop.kill();
        replica(id).life = null;
    }

    /** The node is to come back with an empty disk. */
    void wipe(NodeId id) {
        replicas.put(id, new Replica(blankDisk(id)));
    }

    RaftNode node(NodeId id) {
        return life(id).node;
    }

    InMemoryRaftStore store(NodeId id) {
        return life(id).store;
    }

    InMemoryRaftStore.Disk disk(NodeId id) {
        return replica(id).disk;
    }

    VirtualLanes lanes(NodeId id) {
        return life(id).lanes;
    }

    VirtualLoop loop(NodeId id) {
        return life(id).loop;
    }

    List<NodeId> running() {
        List<NodeId> running = new ArrayList<>();
        replicas.forEach((id, replica) -> {
            if (replica.life != null) {
                running.add(id);
            }
        });
        return running;
    }

    /** Who leads the latest term and knows it. */
    @Nullable
    NodeId leaderOrNull() {
        NodeId leader = null;
        long term = -1;
        for (NodeId id : running()) {
            NodeStatus status = node(id).status();
            if (status.role() == Role.LEADER && status.term() > term) {
                leader = id;
                term = status.term();
            }
        }
        return leader;
    }

    NodeId leader() {
        NodeId leader = leaderOrNull();
        if (leader == null) {
            throw new AssertionError("nobody leads");
        }
        return leader;
    }

    NodeId follower() {
        NodeId leader = leader();
        return running().stream().filter(id -> !id.equals(leader)).findFirst().orElseThrow();
    }

    /** Until a leader is there, and all that run have caught up with it. */
    NodeId awaitLeader() {
        await(() -> {
            NodeId leader = leaderOrNull();
            return leader != null && running().stream().allMatch(id -> node(id).status().caughtUp()
                    && leader.equals(node(id).status().leader()));
        });
        return leader();
    }

    void await(BooleanSupplier condition) {
        assertThat(time.passUntil(condition, 60_000)).as(() -> "it happens within a minute; " + describe()).isTrue();
    }

    private String describe() {
        StringJoiner nodes = new StringJoiner("\n");
        running().forEach(id -> nodes.add(id + ": " + node(id).status()));
        return nodes.toString();
    }

    /** Lets time pass until {@code stage} is done. */
    <T> T get(CompletionStage<T> stage) {
        CompletableFuture<T> future = stage.toCompletableFuture();
        await(future::isDone);
        return future.join();
    }

    /** Lets time pass until {@code stage} is done, and says why it failed. */
    PeerResponse.Kind failure(CompletionStage<?> stage) {
        return get(stage.handle((done, failure) -> {
            if (Failures.cause(failure) instanceof ProposalFailedException refused) {
                return refused.kind();
            }
            throw new AssertionError("not refused, but " + (failure == null ? done : failure));
        }));
    }

    /** Lets time pass until {@code stage} has failed: the kind of the failure and its reason. */
    String failureText(CompletionStage<?> stage) {
        return failure(stage) + ": " + get(stage.handle((done, failure) -> String.valueOf(Failures.cause(failure))));
    }

    CompletionStage<Outcome> put(NodeId through, String name, String value) {
        return node(through).propose(write(name, value, null), TIMEOUT_MILLIS);
    }

    /** Of so many writes, one after the other, the one that took longest. */
    long longestWriteMillis(NodeId through, int writes) {
        long longest = 0;
        for (int i = 0; i < writes; i++) {
            long begunAt = time.nowMillis();
            get(put(through, "name", "value" + i));
            longest = Math.max(longest, time.nowMillis() - begunAt);
        }
        return longest;
    }

    static Transaction write(String name, @Nullable String value, @Nullable String idempotencyKey) {
        return new Transaction("test", null, idempotencyKey,
                List.of(new Transaction.Change(name, value, Expectation.none())));
    }

    /** As {@code ConfigProperty} reads it: the state as applied there. */
    @Nullable
    String value(NodeId at, String name) {
        var property = node(at).state().find(name);
        return property == null ? null : property.value();
    }

    private Replica replica(NodeId id) {
        Replica replica = replicas.get(id);
        if (replica == null) {
            throw new IllegalArgumentException("no node " + id);
        }
        return replica;
    }

    private Life life(NodeId id) {
        Life life = replica(id).life;
        if (life == null) {
            throw new IllegalStateException(id + " does not run");
        }
        return life;
    }
}
