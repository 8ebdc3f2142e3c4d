package io.quarkiverse.raftconfig.node;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.core.Answer;
import io.quarkiverse.raftconfig.core.Input;
import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.state.PublishedState;

/**
 * Linearizable reads (§8, thesis §6.4). The leader says up to where the state must have been applied; when this node has
 * come so far, it answers from its own state. While one such question is under way the next reads gather, and share the
 * next: a question answers only for reads that began before it was asked.
 * <p>
 * Lives on the loop.
 */
final class Reads {
    private final Loop loop;
    private final Route route;
    private final PeerTransport transport;
    private final Standing standing;
    private final Tickets tickets;
    private final Applier applier;
    private final Deadlines deadlines;
    private final int retryMillis;

    private final Set<Read> open = new LinkedHashSet<>();
    private final Set<Read> gathered = new LinkedHashSet<>();
    private @Nullable Question question;
    private final Alarm retry;

    Reads(Loop loop, Route route, PeerTransport transport, Standing standing, Tickets tickets, Applier applier,
            Deadlines deadlines, NodeSettings settings) {
        this.loop = loop;
        this.route = route;
        this.transport = transport;
        this.standing = standing;
        this.tickets = tickets;
        this.applier = applier;
        this.deadlines = deadlines;
        this.retryMillis = settings.raft().heartbeatIntervalMillis();
        this.retry = new Alarm(loop, this::ask);
    }

    /**
     * Takes a read on; nothing is asked before {@link #ask}.
     *
     * @param deadlineMillis on the clock of {@link Loop#nowMillis}
     */
    void begin(long deadlineMillis, CompletableFuture<PublishedState> answer) {
        gathered.add(new Read(deadlineMillis, answer, "no leader has confirmed the read in time"));
    }

    /** Answers once {@code revision} is there. Asks nobody. */
    void beginAt(long revision, long deadlineMillis, CompletableFuture<PublishedState> answer) {
        new Read(deadlineMillis, answer, "this node has not come to the revision in time").waitForRevision(revision);
    }

    /** How many are not answered yet. */
    int open() {
        return open.size();
    }

    /** How many of them nothing but a time-out will answer; there should be none. */
    int forgotten() {
        int forgotten = 0;
        for (Read read : open) {
            boolean asked = question != null && question.reads.contains(read);
            forgotten += asked || gathered.contains(read) || read.isWaiting() ? 0 : 1;
        }
        return forgotten;
    }

    /** Asks for all reads that have gathered, unless a question is under way: then they go with the next. */
    void ask() {
        if (question != null || gathered.isEmpty()) {
            return;
        }
        NodeId leader = route.leaderElsewhere();
        if (route.leadsHere()) {
            new Question().askHere();
        } else if (leader != null) {
            new Question().ask(leader);
        }
    }

    /** There may be another leader: the question under way may never be answered, and is asked again. */
    void leaderChanged() {
        if (question != null) {
            question.giveUp();
        }
        ask();
    }

    void failAll(String reason) {
        retry.cancel();
        if (question != null) {
            question.giveUp();
        }
        for (Read read : List.copyOf(open)) {
            read.fail(reason);
        }
    }

    private void askLater() {
        retry.setToEarlierOf(loop.nowMillis() + retryMillis);
    }

    /** One question, for all reads that had gathered when it was asked. */
    private final class Question {
        private final Set<Read> reads = new LinkedHashSet<>(gathered);
        private long ticket;

        Question() {
            gathered.clear();
            question = this;
        }

        void askHere() {
            ticket = tickets.issue(this::answered);
            route.feed(new Input.Read(ticket));
        }

        void ask(NodeId leader) {
            long leftMillis = 0;
            for (Read read : reads) {
                leftMillis = Math.max(leftMillis, read.deadlineMillis - loop.nowMillis());
            }
            standing.whenDone(transport.request(leader, new PeerRequest.ReadIndex(leftMillis), leftMillis), this::answered);
        }

        /** Its reads wait for the next question. */
        void giveUp() {
            question = null;
            tickets.withdraw(ticket);
            for (Read read : reads) {
                if (open.contains(read)) {
                    gathered.add(read);
                }
            }
        }

        private void answered(Answer answer) {
            if (answer instanceof Answer.ReadIndex read) {
                confirmed(read.index());
            } else {
                unanswered();
            }
        }

        private void answered(@Nullable PeerResponse response, @Nullable Throwable failure) {
            if (question != this) {
                return;
            }
            if (response instanceof PeerResponse.ReadIndex read) {
                confirmed(read.index());
            } else {
                unanswered();
            }
        }

        private void confirmed(long index) {
            question = null;
            for (Read read : reads) {
                read.waitForIndex(index);
            }
            applier.answerWaiting();
            Reads.this.ask();
        }

        private void unanswered() {
            giveUp();
            askLater();
        }
    }

    private final class Read {
        private final long deadlineMillis;
        private final CompletableFuture<PublishedState> answer;
        private final OrderedTasks.Slot deadline;
        private @Nullable Runnable stopWaiting;

        /** @param tooLate what to say when the time is over */
        Read(long deadlineMillis, CompletableFuture<PublishedState> answer, String tooLate) {
            open.add(this);
            this.deadlineMillis = deadlineMillis;
            this.answer = answer;
            this.deadline = deadlines.add(deadlineMillis, () -> fail(tooLate));
        }

        void waitForIndex(long index) {
            if (open.contains(this)) {
                OrderedTasks.Slot slot = applier.whenApplied(index, this::answer);
                stopWaiting = () -> applier.forgetIndex(slot);
            }
        }

        void waitForRevision(long revision) {
            OrderedTasks.Slot slot = applier.whenRevision(revision, this::answer);
            stopWaiting = () -> applier.forgetRevision(slot);
            applier.answerWaiting();
        }

        /** Whether it waits for this node's own state only. */
        boolean isWaiting() {
            return stopWaiting != null;
        }

        void fail(String reason) {
            close();
            answer.completeExceptionally(new ProposalFailedException(PeerResponse.Kind.NO_LEADER, reason));
        }

        private void answer() {
            close();
            answer.complete(applier.published());
        }

        private void close() {
            open.remove(this);
            gathered.remove(this);
            deadlines.remove(deadline);
            if (stopWaiting != null) {
                stopWaiting.run();
            }
        }
    }
}
