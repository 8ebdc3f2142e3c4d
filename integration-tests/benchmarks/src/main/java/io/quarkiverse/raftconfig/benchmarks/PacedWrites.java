package io.quarkiverse.raftconfig.benchmarks;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * Writes at an even pace, whether or not those before were acknowledged; each is as long as it takes from the time at which it
 * was due, so that no delay hides those behind it.
 */
final class PacedWrites implements AutoCloseable {
    private final Queue<Sample> samples = new ConcurrentLinkedQueue<>();
    private final AtomicLong failed = new AtomicLong();
    private volatile boolean stopped;

    private record Sample(long due, Duration took) {
    }

    /** @param connections that are used in turn */
    static PacedWrites start(int perSecond, int connections, Writers.Write write) {
        var writes = new PacedWrites();
        var thread = new Thread(() -> writes.run(Duration.ofSeconds(1).dividedBy(perSecond).toNanos(), connections, write),
                "paced writes");
        thread.setDaemon(true);
        thread.start();
        return writes;
    }

    private void run(long interval, int connections, Writers.Write write) {
        long next = System.nanoTime();
        for (int i = 0; !stopped; i++) {
            for (long wait = next - System.nanoTime(); wait > 0; wait = next - System.nanoTime()) {
                LockSupport.parkNanos(wait);
            }
            long due = next;
            write.write(i % connections, "load.paced-" + i % 100, "paced " + i).whenComplete((ignored, failure) -> {
                if (failure == null) {
                    samples.add(new Sample(due, Duration.ofNanos(System.nanoTime() - due)));
                } else {
                    failed.incrementAndGet();
                }
            });
            next += interval;
        }
    }

    /** Those that were due between these two times, and are acknowledged. */
    Stream<Duration> between(long from, long to) {
        return samples.stream().filter(sample -> sample.due() - from >= 0 && sample.due() - to < 0).map(Sample::took);
    }

    long failed() {
        return failed.get();
    }

    @Override
    public void close() {
        stopped = true;
    }
}
