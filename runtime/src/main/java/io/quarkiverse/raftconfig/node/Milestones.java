package io.quarkiverse.raftconfig.node;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import io.quarkiverse.raftconfig.core.Position;
import io.quarkiverse.raftconfig.core.RaftCore;

/** How far a node has come since its start. Written on the loop. */
final class Milestones {
    private final CompletableFuture<Void> firstState = new CompletableFuture<>();
    private final CompletableFuture<Void> caughtUp = new CompletableFuture<>();
    private final Position lastLogAtStart;
    private boolean open;
    private boolean confirmed;

    /** @param lastLogAtStart the end of the log when the node started */
    Milestones(Position lastLogAtStart) {
        this.lastLogAtStart = lastLogAtStart;
    }

    CompletionStage<Void> firstState() {
        return firstState.minimalCompletionStage();
    }

    CompletionStage<Void> caughtUp() {
        return caughtUp.minimalCompletionStage();
    }

    /** The peer port is open: from now on the others count. */
    void opened() {
        open = true;
    }

    /**
     * A linearizable read that was begun after the start was answered. So whatever this node has shown to readers before, when
     * it may have applied entries that were durable on the others alone, is there again.
     */
    void confirmed() {
        confirmed = true;
    }

    boolean isOpen() {
        return open;
    }

    /**
     * Whether the state was confirmed since the start, an entry of the current term was seen committed, and all that was in
     * the log at the start is applied, or was replaced by a later leader's entries (§5.3): of what lies behind an entry of a
     * later term, nothing was committed.
     */
    boolean isCaughtUp(Position lastApplied, RaftCore core) {
        return confirmed && lastApplied.term() == core.term() && lastApplied.isAtLeastAsUpToDateAs(lastLogAtStart);
    }

    void look(Applier applier, RaftCore core) {
        if (open && applier.membershipApplied()) {
            firstState.complete(null);
        }
        if (open && isCaughtUp(applier.lastApplied(), core)) {
            caughtUp.complete(null);
        }
    }

    /** What is not reached by now will not be. */
    void fail(Throwable cause) {
        firstState.completeExceptionally(cause);
        caughtUp.completeExceptionally(cause);
    }
}
