package io.quarkiverse.raftconfig.node;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.log.RaftConfigLog;

/**
 * Whether this node takes part, and why not. Neither is ever taken back: that it stops, and that it is degraded, because it
 * can't keep its promises and so makes no more. Lives on the loop.
 */
final class Standing {
    static final String STOPPING = "this node is stopping";

    private final NodeId self;
    private final PeerTransport transport;
    private final Consumer<String> onDegraded;
    private boolean stopping;
    private @Nullable String degraded;

    /** @param onDegraded told, once, why this node takes no part any more */
    Standing(NodeId self, PeerTransport transport, Consumer<String> onDegraded) {
        this.self = self;
        this.transport = transport;
        this.onDegraded = onDegraded;
    }

    boolean takesPart() {
        return !stopping && degraded == null;
    }

    boolean isStopping() {
        return stopping;
    }

    /** Why it can't keep its promises any more; null if it can. */
    @Nullable
    String degraded() {
        return degraded;
    }

    /** Nothing new is begun by a node that takes no part: then this fails {@code answer}, and returns true. */
    boolean refuses(CompletableFuture<?> answer) {
        if (takesPart()) {
            return false;
        }
        String why = stopping ? STOPPING : noPart();
        answer.completeExceptionally(new ProposalFailedException(PeerResponse.Kind.NO_LEADER, why));
        return true;
    }

    /** @return false if the stop had begun before */
    boolean beginStop() {
        boolean begins = !stopping;
        stopping = true;
        return begins;
    }

    /**
     * Calls {@code callback} when {@code stage} is done. What it throws would end in a stage at which nobody looks; here it
     * degrades the node, for those who wait would wait for ever.
     */
    <T> void whenDone(CompletionStage<T> stage, BiConsumer<? super @Nullable T, ? super @Nullable Throwable> callback) {
        stage.whenComplete((done, failure) -> {
            try {
                callback.accept(done, failure);
            } catch (Throwable e) {
                broken("an answer that this node waited for could not be dealt with", e);
            }
        });
    }

    /**
     * As {@link #degrade}, if {@code cause} does not tell more. An operator should not look for a bug, or at a disk, where
     * memory is short, or where the version is the wrong one.
     */
    void broken(String otherwise, Throwable cause) {
        String reason = otherwise;
        if (cause instanceof OutOfMemoryError) {
            reason = "the process has run out of memory";
        } else if (cause instanceof EntryNotApplicableException entry) {
            reason = Objects.requireNonNullElse(entry.getMessage(), otherwise);
        }
        degrade(reason, cause);
    }

    /** This node can't keep its promises any more, so it makes no more. Its last state stays, for readers. */
    void degrade(String reason, Throwable cause) {
        if (degraded != null) {
            return;
        }
        degraded = reason;
        RaftConfigLog.LOG.degraded(self.value(), reason, cause);
        if (!stopping) {
            transport.stop();
        }
        onDegraded.accept(noPart());
    }

    private String noPart() {
        return "this node takes no part any more: " + degraded;
    }
}
