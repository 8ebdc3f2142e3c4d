package io.quarkiverse.raftconfig.node;

import java.util.concurrent.CompletableFuture;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.state.PublishedState;

/**
 * One linearizable read of the node's own after its start, tried until it is answered: then this node shows all that it, or
 * any other, has ever shown to readers. Lives on the loop.
 */
final class FirstRead {
    private final Loop loop;
    private final Reads reads;
    private final Standing standing;
    private final long timeoutMillis;
    private final Runnable onAnswer;

    /** @param onAnswer runs once, as soon as a read was answered */
    FirstRead(Loop loop, Reads reads, Standing standing, NodeSettings settings, Runnable onAnswer) {
        this.loop = loop;
        this.reads = reads;
        this.standing = standing;
        this.timeoutMillis = 2L * settings.raft().electionTimeoutMillis();
        this.onAnswer = onAnswer;
    }

    void ask() {
        CompletableFuture<PublishedState> read = new CompletableFuture<>();
        standing.whenDone(read, this::answered);
        reads.begin(loop.nowMillis() + timeoutMillis, read);
        reads.ask();
    }

    private void answered(@Nullable PublishedState state, @Nullable Throwable failure) {
        if (failure == null) {
            onAnswer.run();
        } else if (standing.takesPart()) {
            ask();
        }
    }
}
