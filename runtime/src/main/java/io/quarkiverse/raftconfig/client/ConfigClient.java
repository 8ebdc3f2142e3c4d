package io.quarkiverse.raftconfig.client;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;

import io.quarkiverse.raftconfig.Expectation;
import io.quarkiverse.raftconfig.LimitExceeded;
import io.quarkiverse.raftconfig.NoLeader;
import io.quarkiverse.raftconfig.OutcomeUnknown;
import io.quarkiverse.raftconfig.Property;
import io.quarkiverse.raftconfig.RaftConfigException;
import io.quarkiverse.raftconfig.ReadOptions;
import io.quarkiverse.raftconfig.Refused;
import io.quarkiverse.raftconfig.RevisionMismatch;
import io.quarkiverse.raftconfig.node.ProposalFailedException;
import io.quarkiverse.raftconfig.node.RaftNode;
import io.quarkiverse.raftconfig.state.Command;
import io.quarkiverse.raftconfig.state.ConfigState;
import io.quarkiverse.raftconfig.state.Outcome;
import io.quarkiverse.raftconfig.state.PublishedState;
import io.quarkiverse.raftconfig.state.Room;
import io.quarkiverse.raftconfig.state.Transaction;
import io.smallrye.mutiny.Uni;

/**
 * Reads and writes through one node, for whatever surface. A {@code Uni} of it does nothing until subscribed to, completes
 * where {@link CallingThread#completions} of the subscriber says, and fails with a {@link RaftConfigException} only.
 */
public final class ConfigClient {
    private final Replica replica;
    private final WriteRules rules;
    private final CallingThread thread;

    public ConfigClient(RaftNode node, WriteRules rules, CallingThread thread) {
        this(Replica.of(node), rules, thread);
    }

    ConfigClient(Replica replica, WriteRules rules, CallingThread thread) {
        this.replica = replica;
        this.rules = rules;
        this.thread = thread;
    }

    public WriteRules rules() {
        return rules;
    }

    /** What the node has applied: one volatile read. */
    public PublishedState state() {
        return replica.state();
    }

    /** The state, as fresh as asked. */
    public Uni<PublishedState> read(ReadOptions options) {
        return uni(() -> reading(options));
    }

    /** Makes all changes or none; the outcome is one that was applied, now or when its key was first used. */
    public Uni<Outcome.Applied> write(Transaction transaction, Duration timeout) {
        return uni(() -> writing(transaction, timeout));
    }

    /**
     * As {@link #write}, but an expectation that a property is absent, and which does not hold by a linearizable read, is told
     * before anything is proposed: so the idempotency key is not used up, and serves for the write that is made instead. A key
     * that was used before is answered from memory first: its write may be what has made the property.
     */
    public Uni<Outcome.Applied> writeUnlessThere(Transaction transaction, Duration timeout) {
        boolean expectsAbsence = transaction.changes().stream()
                .anyMatch(it -> it.expectation() instanceof Expectation.Absent);
        if (!expectsAbsence) {
            return write(transaction, timeout);
        }
        return uni(() -> {
            rules.check(transaction);
            long started = System.nanoTime();
            return reading(ReadOptions.LINEARIZABLE.withTimeout(timeout)).thenCompose(state -> {
                if (!state.remembers(transaction)) {
                    refuseIfThere(transaction, state);
                }
                return writing(transaction, timeout.minusNanos(System.nanoTime() - started));
            });
        });
    }

    /**
     * What {@link #write} would answer now, by a linearizable read: all checks, and nothing is proposed. Times in it are this
     * node's.
     */
    public Uni<Outcome.Applied> preview(Transaction transaction, Duration timeout) {
        return uni(() -> previewing(transaction, timeout));
    }

    CompletableFuture<PublishedState> reading(ReadOptions options) {
        long started = System.nanoTime();
        CompletionStage<PublishedState> fresh = options.linearizable()
                ? replica.readLinearizable(millis(options.timeout()))
                : CompletableFuture.completedFuture(replica.state());
        return mapped(fresh.thenCompose(state -> {
            if (state.revision() >= options.minRevision()) {
                return CompletableFuture.completedFuture(state);
            }
            Duration left = options.timeout().minusNanos(System.nanoTime() - started);
            return replica.awaitRevision(options.minRevision(), millis(left));
        }), Function.identity());
    }

    /** Whatever comes of it. */
    CompletableFuture<Outcome> proposing(Command command, Duration timeout) {
        return mapped(replica.propose(command, millis(timeout)), Function.identity());
    }

    CompletableFuture<Outcome.Applied> writing(Transaction transaction, Duration timeout) {
        rules.check(transaction);
        return mapped(replica.propose(transaction, millis(timeout)), ConfigClient::applied);
    }

    private CompletableFuture<Outcome.Applied> previewing(Transaction transaction, Duration timeout) {
        rules.check(transaction);
        return reading(ReadOptions.LINEARIZABLE.withTimeout(timeout)).thenApply(state -> {
            String full = new Room(rules.limits().store()).refusal(transaction, state);
            if (full != null) {
                throw new LimitExceeded(LimitExceeded.Kind.STORE_FULL, full);
            }
            Transaction.Stamp now = new Transaction.Stamp(System.currentTimeMillis(), 0, 0);
            return applied(ConfigState.preview(state, transaction.stamped(now)));
        });
    }

    private static void refuseIfThere(Transaction transaction, PublishedState state) {
        for (Transaction.Change change : transaction.changes()) {
            Property there = state.find(change.name());
            if (there != null && change.expectation() instanceof Expectation.Absent) {
                throw new RevisionMismatch(change.name(), there.revision());
            }
        }
    }

    <T> Uni<T> uni(Supplier<CompletableFuture<T>> call) {
        return Uni.createFrom().deferred(() -> {
            Executor completions = thread.completions();
            return Uni.createFrom().completionStage(call).emitOn(completions);
        });
    }

    /** The stage's value through {@code map}, or its failure as the API tells it. */
    private static <T, R> CompletableFuture<R> mapped(CompletionStage<T> stage, Function<T, R> map) {
        return stage.toCompletableFuture().handle((value, failure) -> {
            if (failure != null) {
                throw told(failure);
            }
            return map.apply(value);
        });
    }

    private static Outcome.Applied applied(Outcome outcome) {
        if (outcome instanceof Outcome.Applied applied) {
            return applied;
        } else if (outcome instanceof Outcome.Mismatch mismatch) {
            throw new RevisionMismatch(mismatch.name(), mismatch.currentRevision());
        } else if (outcome instanceof Outcome.KeyReused) {
            throw new Refused(List.of(new Refused.Violation("Idempotency-Key",
                    "was used for another write before: repeat that one, or take a new key")));
        } else if (outcome instanceof Outcome.KeysExhausted) {
            throw new LimitExceeded(LimitExceeded.Kind.TOO_MANY_REQUESTS, "as many idempotency keys are in use as may be "
                    + "(quarkus.raft-config.idempotency.keys): try again once some have expired (idempotency.age)");
        }
        throw new AssertionError("unhandled outcome: " + outcome);
    }

    private static RuntimeException told(Throwable failure) {
        Throwable cause = failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof ProposalFailedException failed) {
            String reason = String.valueOf(failed.getMessage());
            return switch (failed.kind()) {
                case NO_LEADER -> new NoLeader(reason);
                case OUTCOME_UNKNOWN -> new OutcomeUnknown(reason);
                case STORE_FULL -> new LimitExceeded(LimitExceeded.Kind.STORE_FULL, reason);
                case TOO_MANY_REQUESTS -> new LimitExceeded(LimitExceeded.Kind.TOO_MANY_REQUESTS, reason);
                // No write fails so, only a change of the members.
                case MEMBERSHIP_MISMATCH, CHANGE_IN_PROGRESS, CONFLICT -> failed;
            };
        }
        return cause instanceof RuntimeException unexpected ? unexpected : new CompletionException(cause);
    }

    private static long millis(Duration timeout) {
        return Math.max(1, TimeUnit.MILLISECONDS.convert(timeout));
    }
}
