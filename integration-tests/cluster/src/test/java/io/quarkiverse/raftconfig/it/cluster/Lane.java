package io.quarkiverse.raftconfig.it.cluster;

import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/** What becomes of the bytes from one replica to another, over all their connections. For any thread. */
final class Lane {
    private final SplittableRandom random;
    private boolean cut;
    private long delayLeastNanos;
    private long delayMostNanos;
    private long bytesPerSecond = Long.MAX_VALUE;

    Lane(long seed) {
        random = new SplittableRandom(seed);
    }

    /** Nothing arrives any more, nor is anything lost: it waits, as what TCP sends again and again does. */
    synchronized void cut() {
        cut = true;
    }

    /** Each piece of a stream takes a time between these two, both included, but none passes another. */
    synchronized void delay(Duration least, Duration most) {
        delayLeastNanos = least.toNanos();
        delayMostNanos = most.toNanos();
    }

    synchronized void throttle(long itsBytesPerSecond) {
        bytesPerSecond = itsBytesPerSecond;
    }

    synchronized void heal() {
        cut = false;
        delayLeastNanos = 0;
        delayMostNanos = 0;
        bytesPerSecond = Long.MAX_VALUE;
        notifyAll();
    }

    /**
     * When a piece may arrive that was read now.
     *
     * @param previous the same of the piece before it on its connection
     * @return a {@link System#nanoTime}
     */
    synchronized long due(long previous, int bytes) {
        long delay = delayMostNanos == 0 ? 0 : random.nextLong(delayLeastNanos, delayMostNanos + 1);
        long onTheWire = bytesPerSecond == Long.MAX_VALUE ? 0 : TimeUnit.SECONDS.toNanos(bytes) / bytesPerSecond;
        long now = System.nanoTime();
        long due = now + delay;
        return (due - previous > 0 ? due : previous) + onTheWire;
    }

    /** Waits until {@code due}, and until the lane is not cut. */
    synchronized void await(long due) throws InterruptedException {
        for (long wait = due - System.nanoTime(); cut || wait > 0; wait = due - System.nanoTime()) {
            // A millisecond at least: rounded down to 0 it would wait for ever.
            wait(cut ? 0 : Math.max(1, TimeUnit.NANOSECONDS.toMillis(wait)));
        }
    }
}
