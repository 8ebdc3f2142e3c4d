package io.quarkiverse.raftconfig.node;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.core.Answer;
import io.quarkiverse.raftconfig.core.Bytes;
import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.core.Position;
import io.quarkiverse.raftconfig.state.Command;
import io.quarkiverse.raftconfig.state.CommandCodec;
import io.quarkiverse.raftconfig.state.MalformedStateException;
import io.quarkiverse.raftconfig.state.Outcome;
import io.quarkiverse.raftconfig.state.OutcomeCodec;

/**
 * The writes of this node's own callers, each on its way to whoever leads.
 *
 * <pre>
 *            ┌──────── certainly not committed: once more ─────────┐
 *            v                                                     │
 *         WAITING ── this node leads: into the log ────→ UNDER WAY ┤
 *            │       another leads: sent to it               │     └─ committed, outcome known: DECIDED
 *  time-out: │                                               │                                    │
 *        NO_LEADER                                   OUTCOME_UNKNOWN              once applied here: done
 * </pre>
 *
 * A node that the cluster goes on without applies nothing more: there, a write is done when it is decided, and none waits.
 *
 * Lives on the loop.
 */
final class Writes {
    private final Loop loop;
    private final Route route;
    private final PeerTransport transport;
    private final Standing standing;
    private final Appender appender;
    private final Applier applier;
    private final Deadlines deadlines;
    private final int retryMillis;

    private final Set<OwnWrite> open = new LinkedHashSet<>();
    private final Set<OwnWrite> waiting = new LinkedHashSet<>();
    private final Alarm retry;

    Writes(Loop loop, Route route, PeerTransport transport, Standing standing, Appender appender, Applier applier,
            Deadlines deadlines, NodeSettings settings) {
        this.loop = loop;
        this.route = route;
        this.transport = transport;
        this.standing = standing;
        this.appender = appender;
        this.applier = applier;
        this.deadlines = deadlines;
        this.retryMillis = settings.raft().heartbeatIntervalMillis();
        this.retry = new Alarm(loop, this::tryAgain);
    }

    /**
     * Takes a write on; what it puts into the own log waits there until {@link #flush}.
     *
     * @param deadlineMillis on the clock of {@link Loop#nowMillis}
     */
    void begin(Command command, long deadlineMillis, CompletableFuture<Outcome> answer) {
        OwnWrite write = new OwnWrite(command, deadlineMillis, answer);
        open.add(write);
        send(write);
    }

    /** How many are not answered yet. */
    int open() {
        return open.size();
    }

    /** Gives the core, together, what was meant for the own log. */
    void flush() {
        if (appender.hasOffered()) {
            route.feed(appender.takeOffered());
        }
    }

    /** There may be a way to the leader again: those that wait for one are tried at once. */
    void tryAgain() {
        retry.cancel();
        for (OwnWrite write : List.copyOf(waiting)) {
            send(write);
        }
        flush();
    }

    /** This node will take no part any more: nobody needs to wait for a time-out. */
    void failAll(String reason) {
        retry.cancel();
        for (OwnWrite write : List.copyOf(open)) {
            write.end(reason);
        }
    }

    /** Those that were given to nobody are not given to anybody any more. */
    void failWaiting(String reason) {
        retry.cancel();
        for (OwnWrite write : List.copyOf(waiting)) {
            write.end(reason);
        }
    }

    /** What is decided from now on is not applied here: nobody waits for that, and those without a leader not for one. */
    void leftOut() {
        failWaiting(Route.LEFT_OUT);
        for (OwnWrite write : List.copyOf(open)) {
            if (write.decided != null) {
                write.end(Route.LEFT_OUT);
            }
        }
    }

    private void send(OwnWrite write) {
        NodeId leader = route.leaderElsewhere();
        if (route.leadsHere()) {
            waiting.remove(write);
            // It may be in the log from now on, until that is refused: a step may fail before it tells.
            write.underWay = true;
            appender.offer(write.command, write);
        } else if (leader != null && write.leftMillis() >= 0) {
            waiting.remove(write);
            write.sendTo(leader);
        } else {
            waiting.add(write);
        }
    }

    /** It was certainly not committed, so it may be tried again: when the leader changes, or after a while. */
    private void waitForLeader(OwnWrite write) {
        write.underWay = false;
        write.position = null;
        if (route.isLeftOut()) {
            write.end(Route.LEFT_OUT);
            return;
        }
        waiting.add(write);
        retry.setToEarlierOf(loop.nowMillis() + retryMillis);
    }

    private final class OwnWrite implements Appender.Proposer {
        private final Command command;
        private final long deadlineMillis;
        private final CompletableFuture<Outcome> answer;
        private final OrderedTasks.Slot deadline;

        private boolean underWay;
        private @Nullable Position position;
        private @Nullable Outcome decided;
        private OrderedTasks.@Nullable Slot applySlot;

        OwnWrite(Command command, long deadlineMillis, CompletableFuture<Outcome> answer) {
            this.command = command;
            this.deadlineMillis = deadlineMillis;
            this.answer = answer;
            this.deadline = deadlines.add(deadlineMillis, () -> end("the time was too short"));
        }

        @Override
        public void appended(Position at) {
            position = at;
        }

        @Override
        public void refused(Answer.Refusal reason) {
            if (reason == Answer.Refusal.LOG_FULL) {
                fail(PeerResponse.Kind.STORE_FULL, "the log holds as much as it may");
            } else {
                waitForLeader(this);
            }
        }

        @Override
        public void full(String reason) {
            fail(PeerResponse.Kind.STORE_FULL, reason);
        }

        @Override
        public void applied(long index, Outcome outcome) {
            if (close()) {
                answer.complete(outcome);
            }
        }

        @Override
        public void overwritten() {
            waitForLeader(this);
        }

        @Override
        public void passedUnseen() {
            end("this node was caught up by a snapshot, which does not tell what became of the write");
        }

        /** Negative if the loop is so late that the deadline is over and was not noticed yet. */
        private long leftMillis() {
            return deadlineMillis - loop.nowMillis();
        }

        private void sendTo(NodeId leader) {
            underWay = true;
            long leftMillis = leftMillis();
            Bytes bytes = Bytes.wrap(CommandCodec.encode(command));
            standing.whenDone(transport.request(leader, new PeerRequest.Propose(bytes, leftMillis), leftMillis),
                    this::answered);
        }

        private void answered(@Nullable PeerResponse response, @Nullable Throwable failure) {
            if (!open.contains(this)) {
                return;
            }
            if (response instanceof PeerResponse.Applied applied) {
                decidedElsewhere(applied);
            } else if (response instanceof PeerResponse.Failed failed) {
                if (failed.kind() == PeerResponse.Kind.NO_LEADER) {
                    waitForLeader(this);
                } else {
                    fail(failed.kind(), failed.reason());
                }
            } else if (Failures.cause(failure) instanceof PeerTransport.NotConnectedException) {
                waitForLeader(this);
            } else {
                fail(PeerResponse.Kind.OUTCOME_UNKNOWN, Failures.describe(failure, "an answer of another kind"));
            }
        }

        /** Done, and it remains that the caller can see it here. */
        private void decidedElsewhere(PeerResponse.Applied applied) {
            Outcome outcome;
            try {
                outcome = OutcomeCodec.decode(applied.outcome().toArray());
            } catch (MalformedStateException e) {
                fail(PeerResponse.Kind.OUTCOME_UNKNOWN, "the leader's answer can't be read");
                return;
            }
            decided = outcome;
            if (route.isLeftOut()) {
                end(Route.LEFT_OUT);
                return;
            }
            applySlot = applier.whenApplied(applied.index(), () -> applied(applied.index(), outcome));
            applier.answerWaiting();
        }

        /** The end of waiting. An outcome that is known is told, even if this node has not come so far itself. */
        private void end(String reason) {
            Outcome outcome = decided;
            if (outcome != null) {
                applied(0, outcome);
            } else if (underWay) {
                fail(PeerResponse.Kind.OUTCOME_UNKNOWN, reason);
            } else {
                fail(PeerResponse.Kind.NO_LEADER, reason);
            }
        }

        private void fail(PeerResponse.Kind kind, String reason) {
            if (close()) {
                answer.completeExceptionally(new ProposalFailedException(kind, reason));
            }
        }

        private boolean close() {
            waiting.remove(this);
            deadlines.remove(deadline);
            if (position != null) {
                appender.forget(position);
            }
            if (applySlot != null) {
                applier.forgetIndex(applySlot);
            }
            return open.remove(this);
        }
    }
}
