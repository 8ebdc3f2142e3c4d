package io.quarkiverse.raftconfig.node;

import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.random.RandomGenerator;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.core.ClusterId;
import io.quarkiverse.raftconfig.core.FoundingMessage;
import io.quarkiverse.raftconfig.core.Input;
import io.quarkiverse.raftconfig.core.Membership;
import io.quarkiverse.raftconfig.core.Message;
import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.core.RaftCore;
import io.quarkiverse.raftconfig.core.Recovered;
import io.quarkiverse.raftconfig.core.ReplicaId;
import io.quarkiverse.raftconfig.core.SnapshotPoint;
import io.quarkiverse.raftconfig.log.RaftConfigLog;
import io.quarkiverse.raftconfig.state.ConfigState;
import io.quarkiverse.raftconfig.state.Outcome;
import io.quarkiverse.raftconfig.state.PublishedState;
import io.quarkiverse.raftconfig.state.Transaction;

/**
 * A node as it lives on its loop: its parts, and its way from the start to the stop.
 *
 * <pre>
 * begin ─ port open ─┬─ blank: found a cluster, or be reached by one ─┬─→ takes part ──────────────┬─→ stop
 *                    └─ of a cluster already ─────────────────────────┘        └─→ is degraded ────┘
 * </pre>
 */
final class Member {
    /** How long an orderly stop waits, at most, for writes that are under way. */
    private static final long DRAIN_MILLIS_MAX = 500;

    private final NodeSettings settings;
    private final Loop loop;
    private final Lanes lanes;
    private final PeerTransport transport;
    private final RandomGenerator random;
    private final Notifier notifier;
    private final ReplicaId self;
    private final CoreHost.Parts parts;

    private final Inbox inbox;
    private final Deadlines deadlines;
    private final Route route;
    private final Writes writes;
    private final Reads reads;
    private final PeerDesk desk;
    private final DiskWatch diskWatch;
    private final Milestones milestones;
    private final StatusBoard board;

    private Identity identity;
    private CoreHost host;
    private @Nullable Membership connectedWith;
    private @Nullable NodeId lastLeader;
    private long lastLeaderTerm;
    private boolean stopping;
    private @Nullable String degraded;

    /** @param state has applied the snapshot of {@code recovered}, and nothing more */
    Member(NodeSettings settings, RaftNode.Ports ports, RandomGenerator random, Recovered recovered, ConfigState state,
            Notifier notifier) {
        this.settings = settings;
        this.loop = ports.loop();
        this.lanes = ports.lanes();
        this.transport = ports.transport();
        this.random = random;
        this.notifier = notifier;
        this.identity = ports.store().identity();
        this.self = identity.replica();
        this.inbox = new Inbox(loop, this::turnEnds);
        this.deadlines = new Deadlines(loop);
        this.route = new Route(self.node());
        Tickets tickets = new Tickets();
        Appender appender = new Appender(tickets, loop, settings);
        Applier applier = new Applier(state, recovered, appender, notifier);
        StoreWriter writer = new StoreWriter(ports.store(), ports.lanes().store(), loop, new StoreEvents());
        Snapshots snapshots = new Snapshots(ports.store(), writer, ports.lanes().files(), loop, settings, recovered,
                this::snapshotTaken, this::storeFailed);
        Allegiance allegiance = new Allegiance(identity.clusterId(), this::joined);
        this.parts = new CoreHost.Parts(loop, writer, transport, applier, tickets, snapshots, allegiance);
        this.writes = new Writes(loop, route, transport, appender, applier, deadlines, settings);
        this.reads = new Reads(loop, route, transport, tickets, applier, deadlines, settings);
        this.desk = new PeerDesk(loop, route, appender, tickets, deadlines, settings);
        this.diskWatch = new DiskWatch(self.node(), loop, writer, settings, this::writeStatus);
        this.host = new CoreHost(new RaftCore(self, settings.raft(), recovered, random), parts, new CoreEvents());
        this.milestones = new Milestones(host.core().lastLog().index());
        this.board = new StatusBoard(settings, host.core(), situation(new TreeMap<>()));
        route.begin(host);
    }

    Inbox inbox() {
        return inbox;
    }

    Milestones milestones() {
        return milestones;
    }

    /** From any thread. */
    NodeStatus status() {
        return board.status();
    }

    void begin() {
        connect();
        transport.start(new PeerTransport.Local(self, identity.clusterId()), new FromPeers())
                .whenComplete((done, failure) -> opened(Failures.cause(failure)));
    }

    void write(Transaction transaction, long deadlineMillis, CompletableFuture<Outcome> answer) {
        String refusal = refusal();
        if (refusal == null) {
            writes.begin(transaction, deadlineMillis, answer);
        } else {
            answer.completeExceptionally(new ProposalFailedException(PeerResponse.Kind.NO_LEADER, refusal));
        }
    }

    void read(long deadlineMillis, CompletableFuture<PublishedState> answer) {
        String refusal = refusal();
        if (refusal == null) {
            reads.begin(deadlineMillis, answer);
        } else {
            answer.completeExceptionally(new ProposalFailedException(PeerResponse.Kind.NO_LEADER, refusal));
        }
    }

    void awaitRevision(long revision, long deadlineMillis, CompletableFuture<PublishedState> answer) {
        reads.beginAt(revision, deadlineMillis, answer);
    }

    /** Why nothing new is begun; null if it is. */
    private @Nullable String refusal() {
        if (stopping) {
            return "this node is stopping";
        }
        return degraded == null ? null : "this node takes no part any more: " + degraded;
    }

    private void turnEnds() {
        writes.flush();
        reads.ask();
    }

    private void opened(@Nullable Throwable failure) {
        if (stopping) {
            return;
        }
        if (failure != null) {
            milestones.fail(failure);
            return;
        }
        milestones.opened();
        if (identity.clusterId() == null && settings.members().size() <= 1) {
            SortedSet<ReplicaId> alone = new TreeSet<>();
            alone.add(self);
            found(Membership.of(alone, settings.members()));
        } else {
            host.feed(new Input.TimePassed());
        }
    }

    /** Makes a new cluster of these members, and this node the first to have its log. */
    private void found(Membership membership) {
        ClusterId clusterId = new ClusterId(random.nextLong(), random.nextLong());
        Recovered founded = Recovered.founded(membership);
        host.halt();
        StoreWrite write = new StoreWrite(founded.hardState(), founded.entries(), -1, clusterId, null);
        parts.writer().write(write, () -> {
            RaftConfigLog.LOG.founded(self.node().value(), clusterId.toString());
            parts.allegiance().founded(clusterId);
            host = new CoreHost(new RaftCore(self, settings.raft(), founded, random), parts, new CoreEvents());
            route.begin(host);
            host.feed(new Input.TimePassed());
        });
    }

    private void joined(ClusterId clusterId) {
        identity = new Identity(self.node(), self.storage(), clusterId);
        RaftConfigLog.LOG.joined(self.node().value(), clusterId.toString());
        transport.joined(clusterId);
    }

    private void snapshotTaken(SnapshotPoint point) {
        host.feed(new Input.Snapshotted(point));
    }

    private void storeFailed(Throwable cause) {
        degrade("the data directory can't be written", cause);
    }

    /** This node can't keep its promises any more, so it makes no more. Its last state stays, for readers. */
    private void degrade(String reason, Throwable cause) {
        if (degraded != null) {
            return;
        }
        degraded = reason;
        RaftConfigLog.LOG.degraded(self.node().value(), reason, cause);
        if (!stopping) {
            transport.stop();
        }
        halt("this node takes no part any more: " + reason);
        writeStatus();
    }

    /** Takes no part any more, and lets nobody wait for it. */
    private void halt(String reason) {
        host.halt();
        diskWatch.cancel();
        writes.failAll(reason);
        reads.failAll(reason);
        desk.failAll(reason);
        deadlines.cancel();
    }

    /** @param timeoutMillis after which the stage fails; what is still open then is closed when the disk lets it */
    void stop(long timeoutMillis, CompletableFuture<Void> stopped) {
        if (stopping) {
            return;
        }
        stopping = true;
        milestones.fail(new IllegalStateException("the node was stopped"));
        writes.failWaiting("this node is stopping");
        reads.failAll("this node is stopping");
        writeStatus();
        Loop.Timer limit = loop.schedule(timeoutMillis, () -> {
            lanes.close();
            stopped.completeExceptionally(new TimeoutException("the node had not stopped after " + timeoutMillis + " ms"));
        });
        Once close = new Once(() -> close(() -> {
            limit.cancel();
            lanes.close();
            stopped.complete(null);
        }));
        deadlines.whenEmpty(close);
        loop.schedule(Math.min(DRAIN_MILLIS_MAX, timeoutMillis / 4), close);
    }

    /** What is under way by now stays unknown to those who wait for it. */
    private void close(Runnable closed) {
        host.writeCommitIndex();
        halt("this node has stopped");
        transport.stop().whenComplete((done, failure) -> parts.writer().close(closed));
    }

    private void connect() {
        Membership membership = host.core().membership();
        if (membership.equals(connectedWith)) {
            return;
        }
        connectedWith = membership;
        SortedMap<NodeId, String> addresses = new TreeMap<>(membership.addresses());
        addresses.putAll(settings.members());
        if (!membership.isBlank()) {
            Set<NodeId> members = new HashSet<>();
            membership.replicas().forEach(replica -> members.add(replica.node()));
            addresses.keySet().retainAll(members);
        }
        transport.connectTo(addresses);
    }

    private void stepped() {
        connect();
        noticeLeader();
        milestones.look(parts.applier(), host.core());
        writeStatus();
    }

    private void noticeLeader() {
        RaftCore core = host.core();
        ReplicaId leader = host.takesPart() ? core.leader() : null;
        NodeId node = leader == null ? null : leader.node();
        if (Objects.equals(node, lastLeader) && (node == null || core.term() == lastLeaderTerm)) {
            return;
        }
        if (node != null) {
            RaftConfigLog.LOG.leaderChanged(self.node().value(), node.value(), core.term());
        } else if (lastLeader != null) {
            RaftConfigLog.LOG.leaderLost(self.node().value(), lastLeader.value(), lastLeaderTerm);
        }
        lastLeader = node;
        lastLeaderTerm = core.term();
        notifier.leaderChanged(node, core.term());
        reads.leaderChanged();
        writes.tryAgain();
    }

    private void writeStatus() {
        board.write(host.core(), situation(transport.connected()));
    }

    private StatusBoard.Situation situation(SortedMap<NodeId, ReplicaId> connected) {
        Applier applier = parts.applier();
        boolean hasState = applier.membershipApplied();
        boolean caughtUp = host.takesPart() && milestones.isCaughtUp(applier.lastApplied(), host.core());
        String silentDisk = diskWatch.isSilent() ? "the disk does not answer" : null;
        return new StatusBoard.Situation(identity, connected, applier.lastApplied().index(),
                parts.snapshots().newest().index(), applier.published().revision(), host.takesPart(), hasState, caughtUp,
                stopping, degraded == null ? silentDisk : degraded, hasState ? null : waitingFor());
    }

    private String waitingFor() {
        return "a leader";
    }

    private final class FromPeers implements PeerTransport.Listener {
        @Override
        public void received(Message message) {
            if (parts.allegiance().listensTo(message.from())) {
                host.feed(new Input.Received(message));
            }
        }

        @Override
        public void received(ReplicaId from, FoundingMessage message) {
        }

        @Override
        public CompletionStage<PeerResponse> requested(ReplicaId from, PeerRequest request) {
            if (refusal() != null) {
                return CompletableFuture.completedFuture(
                        new PeerResponse.Failed(PeerResponse.Kind.NO_LEADER, "the node asked takes no part any more"));
            }
            inbox.turn();
            return desk.answer(from.node(), request);
        }

        @Override
        public void connected(ReplicaId peer, @Nullable ClusterId clusterId) {
            parts.allegiance().shown(peer.node(), clusterId);
            reads.ask();
            writes.tryAgain();
            writeStatus();
        }

        @Override
        public void unreachable(ReplicaId peer) {
            host.feed(new Input.Unreachable(peer));
            writeStatus();
        }
    }

    private final class CoreEvents implements CoreHost.Events {
        @Override
        public void stepped() {
            diskWatch.look();
            Member.this.stepped();
        }

        @Override
        public void broken(Throwable cause) {
            degrade("a rule of the algorithm does not hold", cause);
        }
    }

    private final class StoreEvents implements StoreWriter.Events {
        @Override
        public void committed() {
            diskWatch.look();
            host.storeCommitted();
        }

        @Override
        public void failed(Throwable cause) {
            storeFailed(cause);
        }
    }
}
