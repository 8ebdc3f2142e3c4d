package io.quarkiverse.raftconfig.node;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * The end of a node: another leads, if this one did, and what is under way is waited for, both briefly; then it leaves its
 * peers; then the store is closed, behind all
 * that was given to it. When the time is over the caller is told so, and the rest happens when the disk lets it. Lives on
 * the loop.
 */
final class OrderlyStop {
    /** How long to wait, at most, for what is under way. */
    private static final long PATIENCE_MILLIS_MAX = 500;

    private final StoreWriter writer;
    private final Lanes lanes;
    private final Supplier<CompletionStage<Void>> leave;
    private final CompletableFuture<Void> stopped;
    private final Loop.Timer patience;
    private final Loop.Timer limit;
    private boolean leaving;
    private boolean closing;

    /**
     * @param handOver lets another lead, and says when that is so, or can't be
     * @param leave takes no part any more, and says when the peers are gone
     * @param stopped completed when all is closed; fails after {@code timeoutMillis}
     */
    static void begin(Loop loop, Deadlines underWay, StoreWriter writer, Lanes lanes,
            Supplier<CompletionStage<Void>> handOver, Supplier<CompletionStage<Void>> leave, long timeoutMillis,
            CompletableFuture<Void> stopped) {
        OrderlyStop stop = new OrderlyStop(loop, writer, lanes, leave, timeoutMillis, stopped);
        handOver.get().whenComplete((done, failure) -> underWay.whenEmpty(stop::leave));
    }

    private OrderlyStop(Loop loop, StoreWriter writer, Lanes lanes, Supplier<CompletionStage<Void>> leave,
            long timeoutMillis, CompletableFuture<Void> stopped) {
        this.writer = writer;
        this.lanes = lanes;
        this.leave = leave;
        this.stopped = stopped;
        this.limit = loop.schedule(timeoutMillis, () -> timeIsOver(timeoutMillis));
        this.patience = loop.schedule(Math.min(PATIENCE_MILLIS_MAX, timeoutMillis / 4), this::leave);
    }

    private void leave() {
        patience.cancel();
        if (!leaving) {
            leaving = true;
            leave.get().whenComplete((left, failure) -> close());
        }
    }

    private void close() {
        if (!closing) {
            closing = true;
            writer.close(lanes::close, () -> {
                limit.cancel();
                stopped.complete(null);
            });
        }
    }

    private void timeIsOver(long timeoutMillis) {
        stopped.completeExceptionally(new TimeoutException("the node had not stopped after " + timeoutMillis + " ms"));
        leave();
        close();
    }
}
