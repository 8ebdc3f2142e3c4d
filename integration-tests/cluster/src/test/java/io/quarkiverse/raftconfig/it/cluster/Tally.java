package io.quarkiverse.raftconfig.it.cluster;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

import io.quarkiverse.raftconfig.history.Request;
import io.quarkiverse.raftconfig.history.Response;

/** What was done, counted. For any thread. */
final class Tally {
    private final AtomicLong operations = new AtomicLong();
    private final AtomicLong acknowledged = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private final AtomicLong unknown = new AtomicLong();
    private final AtomicLong notDone = new AtomicLong();
    private final AtomicLong localReads = new AtomicLong();
    private final AtomicLong lastAcknowledged = new AtomicLong(System.nanoTime());
    private final AtomicLong longestGap = new AtomicLong();

    void count(Request request, Response response) {
        if (response instanceof Response.NotDone) {
            notDone.incrementAndGet();
            return;
        }
        operations.incrementAndGet();
        if (response instanceof Response.Done) {
            acknowledged.incrementAndGet();
            long now = System.nanoTime();
            long gap = now - lastAcknowledged.getAndSet(now);
            longestGap.accumulateAndGet(gap, Math::max);
        } else if (response instanceof Response.Refused) {
            refused.incrementAndGet();
        } else if (response instanceof Response.Unknown && !(request instanceof Request.Get)) {
            unknown.incrementAndGet();
        }
    }

    void countLocalRead() {
        operations.incrementAndGet();
        localReads.incrementAndGet();
    }

    /** Those that were answered, or may have been done. */
    long operations() {
        return operations.get();
    }

    long acknowledged() {
        return acknowledged.get();
    }

    Duration longestGap() {
        return Duration.ofNanos(longestGap.get());
    }

    @Override
    public String toString() {
        return operations + " operations (" + acknowledged + " writes acknowledged, " + refused + " refused by their guard, "
                + unknown + " of unknown outcome; " + localReads + " local reads; besides, " + notDone
                + " were not done), longest time without an acknowledged write " + Percentiles.millis(longestGap());
    }
}
