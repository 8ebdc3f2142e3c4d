package io.quarkiverse.raftconfig.node;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.core.NodeId;

/**
 * What the callers of this node ask the leader for, other than writes and reads: each is brought to whoever leads, and to the
 * next one if it was certainly not done. Lives on the loop.
 */
final class Errands {
    private final NodeId self;
    private final Loop loop;
    private final Route route;
    private final PeerTransport transport;
    private final Standing standing;
    private final PeerDesk desk;
    private final Deadlines deadlines;
    private final int retryMillis;

    private final Set<Errand<?>> open = new LinkedHashSet<>();
    private final Set<Errand<?>> waiting = new LinkedHashSet<>();
    /** Those that are done, and not shown here yet. */
    private final Set<Errand<?>> done = new LinkedHashSet<>();
    private final Alarm retry;

    Errands(NodeId self, Loop loop, Route route, PeerTransport transport, Standing standing, PeerDesk desk,
            Deadlines deadlines, NodeSettings settings) {
        this.self = self;
        this.loop = loop;
        this.route = route;
        this.transport = transport;
        this.standing = standing;
        this.desk = desk;
        this.deadlines = deadlines;
        this.retryMillis = settings.raft().heartbeatIntervalMillis();
        this.retry = new Alarm(loop, this::tryAgain);
    }

    /**
     * @param request what to ask, given the milliseconds that are left
     * @param result what the caller gets; null if the response is of another kind
     * @param shown whether this node shows it, so that whoever asks here next sees what was done; it is waited for, but no
     *        longer than the caller waits
     * @param deadlineMillis on the clock of {@link Loop#nowMillis}
     */
    <T> void begin(LongFunction<PeerRequest> request, Function<PeerResponse, @Nullable T> result, Predicate<T> shown,
            long deadlineMillis, CompletableFuture<T> answer) {
        Errand<T> errand = new Errand<>(request, result, shown, deadlineMillis, answer);
        open.add(errand);
        errand.send();
    }

    /** Brings what a node asks that is no member yet to the leader. */
    void passOn(PeerRequest.Join join, CompletableFuture<PeerResponse> answer) {
        CompletableFuture<PeerResponse> done = new CompletableFuture<>();
        standing.whenDone(done, (response, failure) -> answer.complete(response != null ? response
                : Failures.cause(failure) instanceof ProposalFailedException failed
                        ? new PeerResponse.Failed(failed.kind(), String.valueOf(failed.getMessage()))
                        : new PeerResponse.Failed(PeerResponse.Kind.OUTCOME_UNKNOWN, Failures.describe(failure, "no answer"))));
        begin(leftMillis -> new PeerRequest.Join(join.replica(), join.address(), leftMillis),
                response -> response instanceof PeerResponse.Done ? response : null, response -> true,
                loop.nowMillis() + join.timeoutMillis(), done);
    }

    /** What this node shows may have changed. */
    void look() {
        for (Errand<?> errand : List.copyOf(done)) {
            errand.look();
        }
    }

    /** There may be a way to the leader again. */
    void tryAgain() {
        retry.cancel();
        for (Errand<?> errand : List.copyOf(waiting)) {
            errand.send();
        }
    }

    void failAll(String reason) {
        retry.cancel();
        for (Errand<?> errand : List.copyOf(open)) {
            errand.end(reason);
        }
    }

    /** Those that were brought to nobody are not brought to anybody any more, and what is done need not be shown here. */
    void failWaiting(String reason) {
        retry.cancel();
        for (Errand<?> errand : List.copyOf(waiting)) {
            errand.end(reason);
        }
        for (Errand<?> errand : List.copyOf(done)) {
            errand.end(reason);
        }
    }

    private final class Errand<T> {
        private final LongFunction<PeerRequest> request;
        private final Function<PeerResponse, @Nullable T> result;
        private final Predicate<T> shown;
        private final long deadlineMillis;
        private final CompletableFuture<T> answer;
        private final OrderedTasks.Slot deadline;
        private String lastReason = "no leader is known";
        private @Nullable T value;

        Errand(LongFunction<PeerRequest> request, Function<PeerResponse, @Nullable T> result, Predicate<T> shown,
                long deadlineMillis, CompletableFuture<T> answer) {
            this.request = request;
            this.result = result;
            this.shown = shown;
            this.deadlineMillis = deadlineMillis;
            this.answer = answer;
            this.deadline = deadlines.add(deadlineMillis, this::timeIsOver);
        }

        void send() {
            NodeId leader = route.leaderElsewhere();
            long leftMillis = deadlineMillis - loop.nowMillis();
            if (route.leadsHere()) {
                waiting.remove(this);
                standing.whenDone(desk.answer(self, request.apply(leftMillis)), this::answered);
            } else if (leader != null && leftMillis >= 0) {
                waiting.remove(this);
                standing.whenDone(transport.request(leader, request.apply(leftMillis), leftMillis), this::answered);
            } else {
                waiting.add(this);
            }
        }

        /** Certainly not done, so it may be tried again. */
        private void waitForLeader(String reason) {
            lastReason = reason;
            waiting.add(this);
            retry.setToEarlierOf(loop.nowMillis() + retryMillis);
        }

        /** Who has been asked gets to say what is known of it: that comes at this time, too. */
        private void timeIsOver() {
            if (value != null || waiting.contains(this)) {
                end("the time was too short: " + lastReason);
            }
        }

        private void answered(@Nullable PeerResponse response, @Nullable Throwable failure) {
            if (!open.contains(this)) {
                return;
            }
            value = response == null ? null : result.apply(response);
            if (value != null) {
                done.add(this);
                look();
                if (open.contains(this) && loop.nowMillis() >= deadlineMillis) {
                    end(lastReason);
                }
            } else if (response instanceof PeerResponse.Failed failed) {
                if (failed.kind() == PeerResponse.Kind.NO_LEADER && loop.nowMillis() < deadlineMillis) {
                    waitForLeader(failed.reason());
                } else {
                    fail(failed.kind(), failed.reason());
                }
            } else if (Failures.cause(failure) instanceof PeerTransport.NotConnectedException
                    && loop.nowMillis() < deadlineMillis) {
                waitForLeader("the leader is not connected");
            } else {
                fail(PeerResponse.Kind.OUTCOME_UNKNOWN, Failures.describe(failure, "an answer of another kind"));
            }
        }

        void look() {
            if (value != null && shown.test(value)) {
                complete(value);
            }
        }

        /** What is done is done, whether it is shown here or not. */
        void end(String reason) {
            if (value != null) {
                complete(value);
                return;
            }
            fail(waiting.contains(this) ? PeerResponse.Kind.NO_LEADER : PeerResponse.Kind.OUTCOME_UNKNOWN, reason);
        }

        private void complete(T finished) {
            close();
            answer.complete(finished);
        }

        private void fail(PeerResponse.Kind kind, String reason) {
            close();
            answer.completeExceptionally(new ProposalFailedException(kind, reason));
        }

        private void close() {
            open.remove(this);
            waiting.remove(this);
            done.remove(this);
            deadlines.remove(deadline);
        }
    }
}
