package io.quarkiverse.raftconfig.node;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import io.quarkiverse.raftconfig.core.Position;
import io.quarkiverse.raftconfig.core.RaftCore;

/** How far a node has come since its start. Written on the loop. */
final class Milestones {
    private final CompletableFuture<Void> firstState = new CompletableFuture<>();
    private final CompletableFuture<Void> caughtUp = new CompletableFuture<>();
    private final long lastIndexAtStart;
    private boolean open;

    /** @param lastIndexAtStart the end of the log when the node started */
    Milestones(long lastIndexAtStart) {
        this.lastIndexAtStart = lastIndexAtStart;
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

    boolean isOpen() {
        return open;
    }

    /** Whether an entry of the current term was seen committed, and all that was in the log at the start is applied. */
    boolean isCaughtUp(Position lastApplied, RaftCore core) {
        return lastApplied.term() == core.term() && lastApplied.index() >= lastIndexAtStart && lastApplied.index() > 0;
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
