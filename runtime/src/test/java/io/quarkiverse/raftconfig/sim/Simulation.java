package io.quarkiverse.raftconfig.sim;

import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.core.Bytes;
import io.quarkiverse.raftconfig.core.Message;
import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.core.ReplicaId;
import io.quarkiverse.raftconfig.core.Role;
import io.quarkiverse.raftconfig.core.SnapshotPoint;
import io.quarkiverse.raftconfig.core.StorageId;
import io.quarkiverse.raftconfig.history.History;
import io.quarkiverse.raftconfig.history.Verdict;
import io.quarkiverse.raftconfig.node.MembershipSettings;
import io.quarkiverse.raftconfig.node.NodeSettings;
import io.quarkiverse.raftconfig.node.NodeStatus;
import io.quarkiverse.raftconfig.node.RaftNode;
import io.quarkiverse.raftconfig.node.StoreDamagedException;
import io.quarkiverse.raftconfig.node.StoreWrite;
import io.quarkiverse.raftconfig.state.Outcome;
import io.quarkiverse.raftconfig.state.PublishedState;
import io.quarkiverse.raftconfig.state.StoreLimits;
import io.quarkiverse.raftconfig.store.JournaledMedium;

/**
 * One run: a cluster, its clients, and what goes wrong, all drawn from a seed.
 *
 * <pre>
 * safety:    nodes start and found a cluster, clients read and write, faults come and go, all at once
 * liveness:  a majority is healed for good; it must find a leader, take writes, and agree
 * the end:   the clients' history must be linearizable
 * </pre>
 */
final class Simulation {
    private final SimOptions options;
    private final Trace trace;
    private final VirtualTime time = new VirtualTime();
    private final SimNetwork network;
    private final List<SimNode> nodes = new ArrayList<>();
    private final SortedMap<NodeId, SimNode> byId = new TreeMap<>();
    private final SortedMap<NodeId, String> members = new TreeMap<>();
    private final Map<ReplicaId, SimDisk> disks = new TreeMap<>();
    private final Operator operator;
    private final Nemesis nemesis;
    private final List<SimClient> clients = new ArrayList<>();
    private final History history = new History();
    private final SplittableRandom lives;
    private final List<Invariant> invariants = new ArrayList<>();
    private final CommitRule commits;
    private final StateModel model;
    private final JointConsensus joint;
    private final ListenersHearAll listeners = new ListenersHearAll(this::remember);
    private final Scenes scenes;
    private @Nullable Violation violation;
    private long ticks;
    private long acknowledgedRevision;

    /** What came of a run that violated nothing. */
    record Result(long events, long virtualMicros, long traceHash, int operations, boolean checked,
            Map<Scene, Integer> scenes) {
    }

    Simulation(SimOptions options, Predicate<Fault> happens, Trace trace) {
        this.options = options;
        this.trace = trace;
        this.lives = options.stream(4);
        this.network = new SimNetwork(time, options, options.stream(5), new NetworkJudge());
        SplittableRandom draw = options.stream(6);
        for (int i = 0; i < options.allNodes(); i++) {
            NodeId id = new NodeId("n" + (i + 1));
            if (i < options.nodes()) {
                members.put(id, id + ":7420");
            }
            SimNode node = new SimNode(i, new SimClock(time), newDisk(id, draw));
            nodes.add(node);
            byId.put(id, node);
        }
        LogMatching matching = new LogMatching();
        this.commits = new CommitRule(matching, disks::get);
        this.scenes = new Scenes(this);
        this.model = new StateModel(commits, scenes::count);
        this.joint = new JointConsensus(commits, model);
        invariants.addAll(List.of(scenes, new DurableBeforeTold(), new OneVotePerTerm(), new ElectionSafety(),
                new ElectedByMajorities(), new LeaderStickiness(), new LeaderAppendOnly(), matching, new Monotonic(), commits,
                model, joint, new LeaderCompleteness(commits), new StateMachineSafety(model),
                new ReadsSeeWrites(options.keysExpire()), listeners, new SoundNode(), new NoStrangers(),
                new BoundedQueues(options), new WithinLimits(options.propertiesMax())));
        this.operator = new Operator(this, options);
        this.nemesis = new Nemesis(this, options, happens);
        for (int i = 0; i < options.clients(); i++) {
            clients.add(new SimClient(i, this, options, options.stream(100 + i)));
        }
    }

    private SimDisk newDisk(NodeId id, SplittableRandom draw) {
        ReplicaId replica = new ReplicaId(id, new StorageId(draw.nextLong(), draw.nextLong()));
        Medium medium = options.journaled() ? new JournaledMedium(replica, draw.split())
                : new MemoryMedium(replica, draw.split());
        SimDisk disk = new SimDisk(replica, medium, this::committedHash);
        disks.put(replica, disk);
        return disk;
    }

    private long committedHash(long index) {
        return commits.hashAt(index);
    }

    Operator operator() {
        return operator;
    }

    VirtualTime time() {
        return time;
    }

    SimNetwork network() {
        return network;
    }

    List<SimNode> nodes() {
        return nodes;
    }

    SimNode node(ReplicaId replica) {
        SimNode node = byId.get(replica.node());
        if (node == null) {
            throw new IllegalArgumentException("no node " + replica);
        }
        return node;
    }

    History history() {
        return history;
    }

    Scenes scenes() {
        return scenes;
    }

    ListenersHearAll listeners() {
        return listeners;
    }

    StateModel model() {
        return model;
    }

    CommitRule commits() {
        return commits;
    }

    Trace trace() {
        return trace;
    }

    /** A time for the history: no two are the same. */
    long tick() {
        return ++ticks;
    }

    long acknowledgedRevision() {
        return acknowledgedRevision;
    }

    /** @throws Violation if something has happened that must not */
    Result run() {
        for (SimNode node : nodes) {
            time.schedule(options.stream(200 + node.number()).nextLong(options.electionTimeoutMillis() * 1000L),
                    () -> start(node));
        }
        nemesis.begin();
        clients.forEach(SimClient::begin);
        long untilMicros = options.electionTimeoutMillis() * 3_000_000L;
        while (time.happened() < options.events() && time.nowMicros() < untilMicros) {
            next(untilMicros);
        }
        new Liveness(this, options, nemesis, clients).show();
        Verdict verdict = history.verdict();
        if (verdict instanceof Verdict.Violation) {
            throw new Violation("Linearizability", verdict.toString());
        }
        return new Result(time.happened(), time.nowMicros(), trace.hash(), history.size(),
                verdict instanceof Verdict.Linearizable, new EnumMap<>(scenes.counts()));
    }

    /** As {@link VirtualTime#next}. What was found within a node, which may have swallowed the exception, is thrown here. */
    boolean next(long untilMicros) {
        boolean more = time.next(untilMicros);
        if (violation != null) {
            throw violation;
        }
        return more;
    }

    /** Asks all judges, of whom the first that finds fault is remembered. */
    private void judge(Consumer<Invariant> event) {
        try {
            for (Invariant invariant : invariants) {
                event.accept(invariant);
            }
        } catch (Violation found) {
            throw remember(found);
        }
    }

    /** The first, from which this one may follow: a node whose message was found fault with thinks itself broken. */
    private Violation remember(Violation found) {
        if (violation == null) {
            violation = found;
        }
        return violation;
    }

    // What happens to nodes.

    void start(SimNode node) {
        if (node.isUp()) {
            return;
        }
        say(() -> "start " + node);
        SimLoop loop = new SimLoop(time, node.clock(), () -> stepped(node));
        SimStore store = new SimStore(node.disk(), new StoreJudge(node), lives.split());
        SimLanes lanes = new SimLanes(time, loop, new LaneDisk(node, lives.split()));
        RaftNode raft = RaftNode.start(settings(node), new RaftNode.Ports(loop, lanes, store,
                network.transport(node.number(), loop)), lives.split());
        node.life(new SimNode.Life(loop, lanes, store, raft));
        judge(invariant -> invariant.started(node));
    }

    /** Whether the start is not refused because of what is, or can't be read, on the disk. */
    boolean starts(SimNode node) {
        try {
            start(node);
            return true;
        } catch (StoreDamagedException | UncheckedIOException refused) {
            say(() -> node + " does not start: " + refused.getMessage());
            return false;
        }
    }

    private NodeSettings settings(SimNode node) {
        boolean founds = members.containsKey(node.id());
        MembershipSettings membership = new MembershipSettings(true, founds ? List.of() : List.copyOf(members.values()),
                node.id() + ":7420", options.changes().voters(), options.changes().replaceLostAfterMillis());
        return new NodeSettings(options.raft(), founds ? members : Collections.emptySortedMap(), options.snapshotEntries(),
                options.raft().logBytesMax() / 4,
                options.inFlightMax(), options.idempotencyKeysMax(), options.keysAgeMillis(),
                new StoreLimits(options.propertiesMax(), 16 << 20)).withSnapshotChunks(options.snapshotChunkBytes())
                .with(membership);
    }

    /** The process is killed. */
    void crash(SimNode node) {
        SimNode.Life life = node.life();
        if (life != null) {
            say(() -> "crash " + node);
            scenes.crashes(node, life);
            node.life(null);
            node.doom(SimNode.Doom.NONE);
            life.loop.kill();
            network.kill(node.id());
            life.store.crash();
        }
    }

    /** The orderly stop; {@code afterwards} when it is over. */
    void stop(SimNode node, Runnable afterwards) {
        SimNode.Life life = node.life();
        if (life != null) {
            say(() -> "stop " + node);
            life.node.stop(options.electionTimeoutMillis() * 3L).whenComplete((done, late) -> time.schedule(0, () -> {
                if (node.life() == life) {
                    crash(node);
                    afterwards.run();
                }
            }));
        }
    }

    /** The node comes back with an empty disk. */
    void wipe(SimNode node) {
        crash(node);
        say(() -> "wipe " + node);
        scenes.count(Scene.NODE_WIPED);
        node.wiped(newDisk(node.id(), lives.split()));
    }

    @Nullable
    SimNode anyNodeUp(SplittableRandom random) {
        List<SimNode> up = nodes.stream().filter(SimNode::isUp).toList();
        return up.isEmpty() ? null : up.get(random.nextInt(up.size()));
    }

    /** Who leads the latest term and knows it. */
    @Nullable
    SimNode leader() {
        SimNode leader = null;
        long term = -1;
        for (SimNode node : nodes) {
            SimNode.Life life = node.life();
            if (life != null && life.status.role() == Role.LEADER && life.status.term() > term) {
                leader = node;
                term = life.status.term();
            }
        }
        return leader;
    }

    void say(Supplier<String> what) {
        if (trace.isInWords()) {
            trace.say(time.nowMicros(), what.get());
        }
    }

    // What is seen of nodes.

    private void stepped(SimNode node) {
        SimNode.Life life = node.life();
        if (life == null || life.loop.isKilled()) {
            return;
        }
        NodeStatus before = life.status;
        NodeStatus now = life.node.status();
        life.status = now;
        if (before.role() != now.role() || before.term() != now.term()) {
            say(() -> node + " is " + now.role() + " in term " + now.term());
        }
        PublishedState stateBefore = life.state;
        life.state = life.node.state();
        judge(invariant -> invariant.stepped(node, before, now));
        if (life.state.lastApplied() != stateBefore.lastApplied()) {
            trace.add(time.nowMicros(), life.state.lastApplied());
            judge(invariant -> invariant.shown(node, stateBefore, life.state));
        }
        if (now.role() == Role.LEADER && before.role() != Role.LEADER && node.doom() == SimNode.Doom.AS_LEADER) {
            scenes.count(Scene.CRASH_OF_NEW_LEADER);
            nemesis.doomed(node);
        }
        ChangeStep step = ChangeStep.between(before, now);
        if (step != null && node.doom() == SimNode.Doom.IN_CHANGE && lives.nextInt(3) == 0) {
            scenes.count(step.crash);
            nemesis.doomed(node);
        }
        if (now.degraded() != null && before.degraded() == null) {
            nemesis.degraded(node);
        }
    }

    private final class NetworkJudge implements SimNetwork.Observer {
        @Override
        public void sent(ReplicaId from, Message message, long hash) {
            Simulation.this.sent(from, message, hash);
        }

        @Override
        public void seen(Scene scene) {
            scenes.count(scene);
        }
    }

    private void sent(ReplicaId from, Message message, long hash) {
        trace.add(time.nowMicros(), hash);
        say(() -> from.node() + " -> " + message.to().node() + " " + Words.of(message));
        SimNode node = node(from);
        judge(invariant -> invariant.sent(node, message));
        if (node.doom() == SimNode.Doom.AFTER_SEND) {
            scenes.count(Scene.CRASH_AFTER_SEND);
            nemesis.doomed(node);
        }
    }

    void acknowledged(Outcome.Applied applied) {
        if (applied.repeated()) {
            scenes.count(Scene.RETRY_ABSORBED);
            return;
        }
        acknowledgedRevision = Math.max(acknowledgedRevision, applied.revision());
        judge(invariant -> invariant.acknowledged(applied.revision()));
    }

    void read(SimNode node, long revisionAtInvocation, PublishedState found) {
        judge(invariant -> invariant.read(node, revisionAtInvocation, found));
    }

    private final class StoreJudge implements SimStore.Judge {
        private final SimNode node;

        StoreJudge(SimNode node) {
            this.node = node;
        }

        @Override
        public void beginning(StoreWrite write) {
            model.note(node.disk().log(), write);
            joint.note(node.disk().log(), write);
        }

        @Override
        public void persisting(StoreWrite write) {
            judge(invariant -> invariant.persisting(node, write));
            if (node.doom() == SimNode.Doom.IN_COMMIT) {
                nemesis.doomed(node);
            }
        }

        @Override
        public void durable(StoreWrite write) {
            say(() -> node + " has durable " + Words.of(write));
            judge(invariant -> invariant.durable(node, write));
            if (node.doom() == SimNode.Doom.AFTER_COMMIT) {
                scenes.count(Scene.CRASH_DURABLE_UNTOLD);
                nemesis.doomedNow(node);
            }
        }

        @Override
        public void snapshotWritten(SnapshotPoint point, Bytes content) {
            scenes.count(Scene.SNAPSHOT_TAKEN);
            judge(invariant -> invariant.snapshotWritten(node, point, content));
        }

        @Override
        public void snapshotReceived(SnapshotPoint point, Bytes content) {
            say(() -> node + " has received a snapshot at " + point.last());
            judge(invariant -> invariant.snapshotReceived(node, point, content));
        }

        @Override
        public void violated(Violation found) {
            remember(found);
        }

        @Override
        public void compacting() {
            scenes.count(Scene.LOG_COMPACTED);
            if (node.doom() == SimNode.Doom.IN_COMPACTION) {
                nemesis.doomed(node);
            }
        }
    }

    private final class LaneDisk implements SimLanes.Disk {
        private final SimNode node;
        private final SplittableRandom random;

        LaneDisk(SimNode node, SplittableRandom random) {
            this.node = node;
            this.random = random;
        }

        @Override
        public long storeMicros() {
            long micros = (long) ((options.diskMicros() + random.nextLong(options.diskMicros())) * node.diskSlowness());
            return Math.max(micros, node.diskHungUntilMicros() - time.nowMicros());
        }

        @Override
        public long fileMicros() {
            return node.requireLife().store.isWritingFile() ? storeMicros() * 5 : storeMicros() / 10;
        }

        @Override
        public void storeSynced() {
            node.requireLife().store.synced();
        }

        @Override
        public void fileSynced() {
            node.requireLife().store.fileSynced();
        }
    }
}
