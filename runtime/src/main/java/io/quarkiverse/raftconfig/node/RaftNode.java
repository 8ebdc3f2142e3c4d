package io.quarkiverse.raftconfig.node;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.random.RandomGenerator;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.core.Position;
import io.quarkiverse.raftconfig.core.Recovered;
import io.quarkiverse.raftconfig.state.Command;
import io.quarkiverse.raftconfig.state.ConfigState;
import io.quarkiverse.raftconfig.state.Outcome;
import io.quarkiverse.raftconfig.state.PublishedState;

/**
 * One node: the algorithm, its store and its peers, and the state machine that the log drives. The methods of a node may be
 * called from any thread and none blocks; stages complete on the loop.
 */
public final class RaftNode {
    private final Loop loop;
    private final ConfigState state;
    private final Notifier notifier;
    private final Member member;
    private final Permits writes;
    private final Permits reads;
    private final CompletableFuture<Void> stopped = new CompletableFuture<>();

    /**
     * What a node is made of. It takes these over: it closes store, transport and lanes when its start fails, and when it is
     * stopped. The loop stays the caller's, who ends it after {@link #stop}.
     */
    public record Ports(Loop loop, Lanes lanes, RaftStore store, PeerTransport transport) {
    }

    private RaftNode(NodeSettings settings, Ports ports, RandomGenerator random) {
        this.loop = ports.loop();
        Recovered recovered = ports.store().recovered();
        this.state = StateAtStart.read(ports.store(), recovered);
        this.notifier = new Notifier(ports.lanes().notifier(), ports.store().identity().nodeId());
        this.member = member(settings, ports, random, recovered);
        this.writes = new Permits(settings.inFlightMax());
        this.reads = new Permits(settings.inFlightMax());
    }

    private Member member(NodeSettings settings, Ports ports, RandomGenerator random, Recovered recovered) {
        try {
            return new Member(settings, ports, random, recovered, state, notifier);
        } catch (EntryNotApplicableException e) {
            throw new StoreDamagedException("In the log of node " + ports.store().identity().nodeId() + ", " + e.getMessage()
                    + ". An older copy of the data directory is no way out in a cluster: with it this node could vote twice.",
                    e);
        }
    }

    /**
     * Reads what the store remembers, on the calling thread, and begins to take part. On return {@link #state} shows the last
     * known state; {@link #firstState} says when there is one at all, or why the start failed after this.
     *
     * @param random draws election timeouts, and the id of a new cluster
     * @throws StoreDamagedException if the store does not hold what was written
     */
    public static RaftNode start(NodeSettings settings, Ports ports, RandomGenerator random) {
        RaftNode node;
        try {
            node = new RaftNode(settings, ports, random);
        } catch (RuntimeException e) {
            ports.loop().execute(ports.transport()::stop);
            ports.store().close();
            ports.lanes().close();
            throw e;
        }
        node.loop.execute(node.member::begin);
        return node;
    }

    /** Completes when the peer port is open and the first state there; fails if that can't come any more. */
    public CompletionStage<Void> firstState() {
        return member.milestones().firstState();
    }

    /** Completes when {@link NodeStatus#caughtUp} holds for the first time; fails as {@link #firstState}. */
    public CompletionStage<Void> caughtUp() {
        return member.milestones().caughtUp();
    }

    /**
     * Writes, through the leader, whoever it is.
     *
     * @return completes when the command was applied on this node too, or, if the leader has applied it and this node has not
     *         come so far, at the time-out, and at once if it has left the cluster and never will; fails with
     *         {@link ProposalFailedException}
     */
    public CompletionStage<Outcome> propose(Command command, long timeoutMillis) {
        return begin(writes, timeoutMillis, (deadline, answer) -> member.write(command, deadline, answer));
    }

    /**
     * Completes when {@link #state} shows every write that was acknowledged, by any node, before this call; fails with
     * {@link ProposalFailedException} of kind {@code NO_LEADER} if that can't be confirmed in time, and of kind
     * {@code TOO_MANY_REQUESTS} if too many wait already.
     */
    public CompletionStage<PublishedState> readLinearizable(long timeoutMillis) {
        return begin(reads, timeoutMillis, member::read);
    }

    /** Completes when this node has applied {@code revision}; fails as {@link #readLinearizable}. */
    public CompletionStage<PublishedState> awaitRevision(long revision, long timeoutMillis) {
        PublishedState now = state();
        if (now.revision() >= revision) {
            return CompletableFuture.completedFuture(now);
        }
        return begin(reads, timeoutMillis, (deadline, answer) -> member.awaitRevision(revision, deadline, answer));
    }

    /**
     * Makes these the members, through the leader, whoever it is, while the cluster goes on (§6). New voters take up the log
     * first.
     *
     * @return the index of the new membership, once it is committed and {@link #status} of this node shows that too, or at the
     *         time-out, if it is committed and this node has not come so far; fails with {@link ProposalFailedException}: of
     *         kind {@code OUTCOME_UNKNOWN} if the change was begun and may yet be completed, of any other if the members
     *         certainly are as they were
     */
    public CompletionStage<Long> changeMembership(MembershipRequest request, long timeoutMillis) {
        return begin(writes, timeoutMillis, (deadline, answer) -> member.changeMembership(request, deadline, answer));
    }

    /**
     * Lets another lead, through the leader, whoever it is. Writes that come meanwhile wait for the next leader.
     *
     * @param to a voter; null for the one that is most up to date
     * @return completes when the leader does not lead any more; fails with {@link ProposalFailedException}
     */
    public CompletionStage<Void> transferLeadership(@Nullable NodeId to, long timeoutMillis) {
        CompletionStage<PeerResponse> done = begin(writes, timeoutMillis,
                (deadline, answer) -> member.transferLeadership(to, deadline, answer));
        return done.thenAccept(response -> {
        });
    }

    /**
     * Takes a snapshot of the state of this node, unless its newest one is of this state.
     *
     * @return the last entry that the newest snapshot covers, once it is durable
     */
    public CompletionStage<Position> takeSnapshot(long timeoutMillis) {
        return begin(writes, timeoutMillis, member::takeSnapshot);
    }

    /** The state as applied: one volatile read. */
    public PublishedState state() {
        return state.published();
    }

    /** As of the last change: one volatile read. */
    public NodeStatus status() {
        return member.status();
    }

    /** @param listener hears every change from now on */
    public void addListener(NodeListener listener) {
        notifier.add(listener);
    }

    public void removeListener(NodeListener listener) {
        notifier.remove(listener);
    }

    /**
     * The orderly stop: nothing new is begun, what is under way is waited for, briefly, then the port is closed and the
     * store. Stopping is not leaving. A second call changes nothing and gives the same stage.
     *
     * @return completes on the loop when all is closed; fails with a {@link java.util.concurrent.TimeoutException} if that
     *         takes longer
     */
    public CompletionStage<Void> stop(long timeoutMillis) {
        loop.execute(() -> member.stop(timeoutMillis, stopped));
        return stopped;
    }

    Member member() {
        return member;
    }

    /** Bounded here, on the caller's thread: whatever the loop is doing, no more than this can be waiting for it. */
    private <T> CompletionStage<T> begin(Permits permits, long timeoutMillis, Call<T> call) {
        if (stopped.isDone()) {
            return CompletableFuture.failedFuture(
                    new ProposalFailedException(PeerResponse.Kind.NO_LEADER, "this node has stopped"));
        }
        if (!permits.tryTake()) {
            return CompletableFuture.failedFuture(new ProposalFailedException(PeerResponse.Kind.TOO_MANY_REQUESTS,
                    "as many requests as may be are under way on this node"));
        }
        CompletableFuture<T> answer = new CompletableFuture<>();
        long deadlineMillis = loop.nowMillis() + timeoutMillis;
        member.inbox().add(() -> call.make(deadlineMillis, answer));
        return answer.whenComplete((done, failure) -> permits.giveBack());
    }

    /** On the loop. */
    private interface Call<T> {
        void make(long deadlineMillis, CompletableFuture<T> answer);
    }
}
