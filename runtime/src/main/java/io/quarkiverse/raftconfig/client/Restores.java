package io.quarkiverse.raftconfig.client;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

import io.quarkiverse.raftconfig.LimitExceeded;
import io.quarkiverse.raftconfig.NoLeader;
import io.quarkiverse.raftconfig.OutcomeUnknown;
import io.quarkiverse.raftconfig.ReadOptions;
import io.quarkiverse.raftconfig.state.Backup;
import io.quarkiverse.raftconfig.state.Outcome;
import io.quarkiverse.raftconfig.state.PublishedState;
import io.quarkiverse.raftconfig.state.RestorePart;
import io.quarkiverse.raftconfig.state.Room;
import io.smallrye.mutiny.Uni;

/** Puts backups into a cluster that has nothing yet, through one node. */
public final class Restores {
    private final ConfigClient client;

    public Restores(ConfigClient client) {
        this.client = client;
    }

    /**
     * Makes {@code backup} the state of this cluster, all of it or nothing.
     *
     * @param dryRun all checks, and nothing is proposed
     * @return the revision; fails with a {@link io.quarkiverse.raftconfig.RaftConfigException} or a {@link Conflict}.
     *         {@link OutcomeUnknown} is told of the last part only: before it nothing can have been restored
     */
    public Uni<Long> restore(Backup backup, boolean dryRun, Duration timeout) {
        return client.uni(() -> {
            client.rules().check(backup.state());
            List<RestorePart> parts = backup.parts(UUID.randomUUID().toString());
            long deadline = System.nanoTime() + timeout.toNanos();
            return client.reading(ReadOptions.LINEARIZABLE.withTimeout(timeout)).thenCompose(state -> {
                refuseUnlessFresh(state);
                String full = new Room(client.rules().limits().store()).refusal(parts.get(0), state);
                if (full != null) {
                    throw new LimitExceeded(LimitExceeded.Kind.STORE_FULL, full);
                }
                return dryRun ? CompletableFuture.completedFuture(backup.revision()) : put(parts, 0, deadline);
            });
        });
    }

    /** The part with this number, and those behind it. */
    private CompletionStage<Long> put(List<RestorePart> parts, int number, long deadline) {
        boolean last = number == parts.size() - 1;
        Duration left = Duration.ofNanos(deadline - System.nanoTime());
        CompletableFuture<Outcome> part = client.proposing(parts.get(number), left);
        return part.handle((outcome, failure) -> failure == null ? outcome : failed(failure, last))
                .thenCompose(outcome -> {
                    if (outcome instanceof Outcome.Restored restored) {
                        return CompletableFuture.completedFuture(restored.revision());
                    } else if (outcome instanceof Outcome.NotRestored not) {
                        throw new Conflict(text(not.reason()));
                    } else if (last) {
                        throw new IllegalStateException("the last part of a restore was answered with " + outcome);
                    }
                    return put(parts, number + 1, deadline);
                });
    }

    /** Never returns. */
    private static Outcome failed(Throwable failure, boolean last) {
        Throwable cause = failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (!last && cause instanceof OutcomeUnknown) {
            throw new NoLeader(cause.getMessage() + "; nothing was restored, for not all of it was sent");
        }
        throw cause instanceof RuntimeException told ? told : new CompletionException(cause);
    }

    private static void refuseUnlessFresh(PublishedState state) {
        if (!state.isFresh()) {
            throw new Conflict(text(Outcome.NotRestored.Reason.NOT_FRESH) + ": it is at revision " + state.revision());
        }
    }

    private static String text(Outcome.NotRestored.Reason reason) {
        return switch (reason) {
            case NOT_FRESH -> "a backup is restored into a cluster to which nothing was written yet, and something was "
                    + "written to this one";
            case INTERRUPTED -> "another restore was begun, and this one was given up";
            case MALFORMED -> "what arrived is no state";
        };
    }
}
