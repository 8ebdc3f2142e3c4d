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

import io.quarkiverse.raftconfig.LimitExceeded;
import io.quarkiverse.raftconfig.NoLeader;
import io.quarkiverse.raftconfig.OutcomeUnknown;
import io.quarkiverse.raftconfig.RaftConfigException;
import io.quarkiverse.raftconfig.ReadOptions;
import io.quarkiverse.raftconfig.Refused;
import io.quarkiverse.raftconfig.RevisionMismatch;
import io.quarkiverse.raftconfig.node.ProposalFailedException;
import io.quarkiverse.raftconfig.node.RaftNode;
import io.quarkiverse.raftconfig.state.ConfigState;
import io.quarkiverse.raftconfig.state.Outcome;
import io.quarkiverse.raftconfig.state.PublishedState;
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
    private final Room room;

    public ConfigClient(RaftNode node, WriteRules rules, CallingThread thread) {
        this(Replica.of(node), rules, thread);
    }

    ConfigClient(Replica replica, WriteRules rules, CallingThread thread) {
        this.replica = replica;
        this.rules = rules;
        this.thread = thread;
        this.room = new Room(rules.limits());
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

    CompletableFuture<Outcome.Applied> writing(Transaction transaction, Duration timeout) {
        rules.check(transaction);
        Room.Claim claim = room.claim(transaction, replica.state());
        CompletionStage<Outcome> proposed;
        try {
            proposed = replica.propose(transaction, millis(timeout));
        } catch (RuntimeException e) {
            room.release(claim);
            throw e;
        }
        return mapped(proposed.whenComplete((outcome, failure) -> room.release(claim)), ConfigClient::applied);
    }

    private CompletableFuture<Outcome.Applied> previewing(Transaction transaction, Duration timeout) {
        rules.check(transaction);
        return reading(ReadOptions.LINEARIZABLE.withTimeout(timeout)).thenApply(state -> {
            room.release(room.claim(transaction, state));
            Transaction.Stamp now = new Transaction.Stamp(System.currentTimeMillis(), 0, 0);
            return applied(ConfigState.preview(state, transaction.stamped(now)));
        });
    }

    private <T> Uni<T> uni(Supplier<CompletableFuture<T>> call) {
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
            };
        }
        return cause instanceof RuntimeException unexpected ? unexpected : new CompletionException(cause);
    }

    private static long millis(Duration timeout) {
        return Math.max(1, TimeUnit.MILLISECONDS.convert(timeout));
    }
}
