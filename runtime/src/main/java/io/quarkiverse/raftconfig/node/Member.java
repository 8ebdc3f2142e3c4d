package io.quarkiverse.raftconfig.node;

import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.random.RandomGenerator;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.core.ClusterId;
import io.quarkiverse.raftconfig.core.FoundingInput;
import io.quarkiverse.raftconfig.core.Input;
import io.quarkiverse.raftconfig.core.Membership;
import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.core.Position;
import io.quarkiverse.raftconfig.core.RaftCore;
import io.quarkiverse.raftconfig.core.Recovered;
import io.quarkiverse.raftconfig.core.ReplicaId;
import io.quarkiverse.raftconfig.core.SnapshotPoint;
import io.quarkiverse.raftconfig.log.RaftConfigLog;
import io.quarkiverse.raftconfig.state.Command;
import io.quarkiverse.raftconfig.state.ConfigState;
import io.quarkiverse.raftconfig.state.Outcome;
import io.quarkiverse.raftconfig.state.PublishedState;

/**
 * A node as it lives on its loop: its parts, and its way from the start to the stop.
 *
 * <pre>
 * begin ─ port open ─┬─ blank: found a cluster, or be reached by one ─┬─→ takes part ──────────────┬─→ stop
 *                    └─ of a cluster already ─────────────────────────┘        └─→ is degraded ────┘
 * </pre>
 */
final class Member {
    private final NodeSettings settings;
    private final Loop loop;
    private final Lanes lanes;
    private final PeerTransport transport;
    private final RandomGenerator random;
    private final ReplicaId self;
    private final CoreHost.Parts parts;

    private final Inbox inbox;
    private final Deadlines deadlines;
    private final Route route;
    private final Appender appender;
    private final Writes writes;
    private final Reads reads;
    private final MembershipCare membership;
    private final PeerDesk desk;
    private final Errands errands;
    private final SnapshotOrders snapshotOrders;
    private final HandOver handOver;
    private final DiskWatch diskWatch;
    private final LeaderWatch leaderWatch;
    private final Milestones milestones;
    private final StatusBoard board;
    private final Standing standing;
    private final FirstRead firstRead;

    private Identity identity;
    private boolean leftOut;
    private CoreHost host;
    private final FoundingHost founding;

    /** @param state has applied the snapshot of {@code recovered}, and nothing more */
    Member(NodeSettings settings, RaftNode.Ports ports, RandomGenerator random, Recovered recovered, ConfigState state,
            Notifier notifier) {
        this.settings = settings;
        this.loop = ports.loop();
        this.lanes = ports.lanes();
        this.transport = ports.transport();
        this.random = random;
        this.identity = ports.store().identity();
        this.self = identity.replica();
        this.standing = new Standing(self.node(), transport, this::degraded);
        this.inbox = new Inbox(loop, this::turnEnds);
        this.deadlines = new Deadlines(loop);
        this.route = new Route(self);
        Tickets tickets = new Tickets();
        this.appender = new Appender(tickets, loop, settings, route, state);
        Applier applier = new Applier(state, recovered, appender, notifier);
        StoreWriter writer = new StoreWriter(ports.store(), ports.lanes().store(), loop, new StoreEvents());
        FileThread files = new FileThread(ports.lanes().files(), loop);
        Snapshots snapshots = new Snapshots(ports.store(), writer, files, settings, recovered,
                this::snapshotTaken, this::snapshotFailed);
        Allegiance allegiance = new Allegiance(identity.clusterId(), this::joined);
        SnapshotSender sender = new SnapshotSender(ports.store(), files, transport, standing, settings, route,
                this::snapshotFailed);
        SnapshotReceiver receiver = new SnapshotReceiver(ports.store(), files, route, new ReceiverEvents());
        this.parts = new CoreHost.Parts(self.node(), loop, writer, transport, applier, tickets, snapshots, sender, receiver,
                allegiance);
        this.writes = new Writes(loop, route, transport, standing, appender, applier, deadlines, settings);
        this.reads = new Reads(loop, route, transport, standing, tickets, applier, deadlines, settings);
        this.membership = new MembershipCare(identity, loop, route, tickets, transport, standing, allegiance, settings,
                this::writeStatus);
        this.desk = new PeerDesk(loop, route, appender, tickets, membership.desk(), deadlines, settings);
        this.errands = new Errands(self.node(), loop, route, transport, standing, desk, deadlines, settings);
        this.handOver = new HandOver(route, tickets);
        this.snapshotOrders = new SnapshotOrders(snapshots, applier, route, deadlines);
        this.diskWatch = new DiskWatch(self.node(), loop, writer, settings, this::writeStatus);
        this.host = new CoreHost(new RaftCore(self, settings.raft(), recovered, random), parts, new CoreEvents());
        this.founding = new FoundingHost(FoundingHost.founding(ports.store(), settings, random), settings, loop, writer,
                transport, self.node(), new FoundingEvents());
        this.leaderWatch = new LeaderWatch(self.node(), notifier, this::leaderChanged);
        this.milestones = new Milestones(host.core().lastLog());
        this.firstRead = new FirstRead(loop, reads, standing, settings, this::confirmed);
        this.board = new StatusBoard(settings, host.core(),
                situation(new TreeMap<>(), applier.membershipApplied() ? null : "the start"));
        route.begin(host);
    }

    /** What waits within; on the loop. */
    Backlog backlog() {
        return new Backlog(reads.open(), reads.forgotten(), writes.open(), desk.open(), parts.tickets().size(),
                host.core().readsUnderWay(), appender.offered(), appender.followed(host.core().lastLog().index()),
                appender.claimsForNothing());
    }

    StoreWriter writer() {
        return parts.writer();
    }

    RaftCore core() {
        return host.core();
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
        membership.begin(host.core().membership());
        PeerTransport.Listener fromPeers = new FromPeers(standing, inbox, route, parts.allegiance(), founding, desk, errands,
                parts.receiver(), reads, writes, this::peersChanged);
        standing.whenDone(transport.start(new PeerTransport.Local(self, identity.clusterId()), fromPeers),
                (open, failure) -> opened(Failures.cause(failure)));
    }

    void write(Command command, long deadlineMillis, CompletableFuture<Outcome> answer) {
        if (!standing.refuses(answer) && !refusesAsLeftOut(answer)) {
            writes.begin(command, deadlineMillis, answer);
        }
    }

    void read(long deadlineMillis, CompletableFuture<PublishedState> answer) {
        if (!standing.refuses(answer) && !refusesAsLeftOut(answer)) {
            reads.begin(deadlineMillis, answer);
        }
    }

    /** Nobody waits for what will never come here, so that a client loses no time before it asks another. */
    private boolean refusesAsLeftOut(CompletableFuture<?> answer) {
        if (!route.isLeftOut()) {
            return false;
        }
        answer.completeExceptionally(new ProposalFailedException(PeerResponse.Kind.NO_LEADER, Route.LEFT_OUT));
        return true;
    }

    void awaitRevision(long revision, long deadlineMillis, CompletableFuture<PublishedState> answer) {
        if (!standing.refuses(answer) && !refusesAsLeftOut(answer)) {
            reads.beginAt(revision, deadlineMillis, answer);
        }
    }

    void changeMembership(MembershipRequest request, long deadlineMillis, CompletableFuture<Long> answer) {
        if (!standing.refuses(answer)) {
            errands.begin(leftMillis -> new PeerRequest.ChangeMembership(request, leftMillis),
                    response -> response instanceof PeerResponse.MembershipChanged changed ? changed.membershipIndex() : null,
                    index -> board.status().committedMembershipIndex() >= index, deadlineMillis, answer);
        }
    }

    void transferLeadership(@Nullable NodeId to, long deadlineMillis, CompletableFuture<PeerResponse> answer) {
        if (!standing.refuses(answer)) {
            errands.begin(leftMillis -> new PeerRequest.Transfer(to, leftMillis),
                    response -> response instanceof PeerResponse.Done ? response : null, response -> true, deadlineMillis,
                    answer);
        }
    }

    void takeSnapshot(long deadlineMillis, CompletableFuture<Position> answer) {
        if (!standing.refuses(answer)) {
            snapshotOrders.add(deadlineMillis, answer);
        }
    }

    private void turnEnds() {
        writes.flush();
        reads.ask();
    }

    private void opened(@Nullable Throwable failure) {
        if (standing.isStopping()) {
            return;
        }
        if (failure != null) {
            milestones.fail(failure);
            return;
        }
        milestones.opened();
        membership.opened();
        host.feed(new Input.TimePassed());
        founding.feed(new FoundingInput.TimePassed());
        firstRead.ask();
    }

    private void confirmed() {
        milestones.confirmed();
        stepped();
    }

    /** Makes a new cluster of these voters, and this node the first to have its log. */
    private void found(SortedSet<ReplicaId> voters) {
        ClusterId clusterId = new ClusterId(random.nextLong(), random.nextLong());
        Recovered founded = Recovered.founded(Membership.of(voters, settings.members()));
        host.halt();
        StoreWrite write = new StoreWrite(founded.hardState(), founded.entries(), -1, clusterId, null);
        parts.writer().write(write, () -> {
            if (!standing.takesPart()) {
                // It is founded, and the next start goes on from there.
                return;
            }
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
        membership.ended();
        founding.feed(new FoundingInput.Joined());
    }

    private void snapshotTaken(SnapshotPoint point, long sizeBytes) {
        host.feed(new Input.Snapshotted(point, sizeBytes));
        snapshotOrders.look();
    }

    /** A store that is closed in the middle of a snapshot, because the node stops, has not failed. */
    private void snapshotFailed(Throwable cause) {
        if (!standing.isStopping()) {
            storeFailed(cause);
        }
    }

    private void storeFailed(Throwable cause) {
        standing.broken("the data directory can't be written", cause);
    }

    private void degraded(String reason) {
        halt(reason);
        writeStatus();
    }

    /** Takes no part any more, and lets nobody wait for it. */
    private void halt(String reason) {
        host.halt();
        founding.halt();
        membership.ended();
        diskWatch.end();
        writes.failAll(reason);
        reads.failAll(reason);
        desk.failAll(reason);
        errands.failAll(reason);
        snapshotOrders.failAll(reason);
        parts.sender().halt();
        parts.receiver().halt();
        deadlines.cancel();
    }

    /** @param timeoutMillis after which the stage fails; what is still open then is closed when the disk lets it */
    void stop(long timeoutMillis, CompletableFuture<Void> stopped) {
        if (!standing.beginStop()) {
            return;
        }
        OrderlyStop.begin(loop, deadlines, parts.writer(), lanes, handOver::begin, this::leave, timeoutMillis, stopped);
        milestones.fail(new IllegalStateException("the node was stopped"));
        writes.failWaiting(Standing.STOPPING);
        errands.failWaiting(Standing.STOPPING);
        snapshotOrders.failAll(Standing.STOPPING);
        reads.failAll(Standing.STOPPING);
        writeStatus();
    }

    /** What is under way by now stays unknown to those who wait for it. */
    private CompletionStage<Void> leave() {
        host.writeCommitIndex();
        halt("this node has stopped");
        return transport.stop();
    }

    private void stepped() {
        leaderWatch.look(host);
        lookWhetherLeftOut();
        membership.stepped(host.core().membership());
        handOver.look();
        snapshotOrders.look();
        milestones.look(parts.applier(), host.core());
        writeStatus();
        errands.look();
    }

    private void lookWhetherLeftOut() {
        boolean before = leftOut;
        route.look();
        leftOut = route.isLeftOut();
        if (leftOut && !before) {
            parts.applier().answerWaiting();
            writes.leftOut();
            reads.failAll(Route.LEFT_OUT);
        }
    }

    private void leaderChanged() {
        reads.leaderChanged();
        writes.tryAgain();
        errands.tryAgain();
    }

    private void peersChanged() {
        errands.tryAgain();
        membership.peersChanged(host.core().membership());
        writeStatus();
    }

    private void writeStatus() {
        SortedMap<NodeId, ReplicaId> connected = transport.connected();
        board.write(host.core(), situation(connected, parts.applier().membershipApplied() ? null : waitingFor(connected)));
    }

    private String waitingFor(SortedMap<NodeId, ReplicaId> connected) {
        if (!milestones.isOpen()) {
            return "the peer port to open";
        }
        String joining = membership.waitingFor();
        return joining == null ? founding.waitingFor(identity.clusterId() == null, connected, transport.notConnected())
                : joining;
    }

    private StatusBoard.Situation situation(SortedMap<NodeId, ReplicaId> connected, @Nullable String waitingFor) {
        Applier applier = parts.applier();
        boolean hasState = applier.membershipApplied();
        boolean caughtUp = host.takesPart() && milestones.isCaughtUp(applier.lastApplied(), host.core());
        String degraded = standing.degraded();
        String silentDisk = diskWatch.isSilent() ? "the disk does not answer" : null;
        return new StatusBoard.Situation(identity, connected, applier.lastApplied().index(),
                parts.snapshots().newest().last().index(), applier.published().revision(),
                membership.problems(host.core().membership(), connected), host.takesPart(), hasState, caughtUp,
                standing.isStopping(), degraded == null ? silentDisk : degraded, waitingFor);
    }

    private final class ReceiverEvents implements SnapshotReceiver.Events {
        @Override
        public void failed(Throwable cause) {
            snapshotFailed(cause);
        }

        @Override
        public void unreadable(ReplicaId from, Throwable cause) {
            standing.degrade(
                    "peer " + from.node() + " has sent a snapshot that this version can't read: start this node with the "
                            + "version that wrote it",
                    cause);
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
            standing.broken("a rule of the algorithm does not hold", cause);
        }
    }

    private final class FoundingEvents implements FoundingHost.Events {
        @Override
        public void stepped() {
            writeStatus();
        }

        @Override
        public void founded(SortedSet<ReplicaId> voters) {
            found(voters);
        }

        @Override
        public void broken(Throwable cause) {
            standing.broken("a rule of the founding does not hold", cause);
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
