package io.quarkiverse.raftconfig.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;

import io.quarkiverse.raftconfig.it.cluster.Percentiles;

/** Writers in a closed loop: each writes again as soon as its last write is acknowledged. */
final class Writers {
    /** As long as many a value of configuration. */
    private static final String VALUE = "x".repeat(90);

    /** Makes one write of one writer; the stage completes when it is acknowledged, and fails if it was not. */
    interface Write {
        CompletionStage<?> write(int writer, String name, String value);
    }

    /** @param acknowledged how long each acknowledged write took */
    record Result(int writers, Duration duration, Percentiles acknowledged, int count, long failed) {
        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%4d writers   %8.0f writes/s   p50 %7s   p99 %7s   max %7s%s", writers,
                    count / (duration.toNanos() / 1e9), Percentiles.millis(acknowledged.at(50)),
                    Percentiles.millis(acknowledged.at(99)), Percentiles.millis(acknowledged.max()),
                    failed == 0 ? "" : "   " + failed + " failed");
        }
    }

    /** Writes for {@code warmUp}, which is not counted, and then for {@code duration}. */
    static Result run(int writers, Duration warmUp, Duration duration, Write write) {
        long start = System.nanoTime() + warmUp.toNanos();
        long end = start + duration.toNanos();
        var failed = new AtomicLong();
        var all = new ArrayList<Writer>();
        for (int i = 0; i < writers; i++) {
            all.add(new Writer(i, start, end, write, failed));
        }
        all.forEach(Writer::next);
        all.forEach(writer -> writer.done.join());
        List<Duration> acknowledged = all.stream().flatMap(writer -> writer.acknowledged.stream()).toList();
        if (acknowledged.isEmpty()) {
            throw new IllegalStateException("no write was acknowledged, " + failed + " failed");
        }
        return new Result(writers, duration, new Percentiles(acknowledged), acknowledged.size(), failed.get());
    }

    private static final class Writer {
        final CompletableFuture<Void> done = new CompletableFuture<>();
        final List<Duration> acknowledged = new ArrayList<>();
        private final int number;
        private final String name;
        private final long start;
        private final long end;
        private final Write write;
        private final AtomicLong failed;
        private long count;

        Writer(int number, long start, long end, Write write, AtomicLong failed) {
            this.number = number;
            this.name = "load.writer-" + number;
            this.start = start;
            this.end = end;
            this.write = write;
            this.failed = failed;
        }

        void next() {
            long begun = System.nanoTime();
            if (begun >= end) {
                done.complete(null);
                return;
            }
            write.write(number, name, VALUE + count++).whenComplete((ignored, failure) -> {
                long now = System.nanoTime();
                if (begun >= start) {
                    if (failure == null) {
                        acknowledged.add(Duration.ofNanos(now - begun));
                    } else {
                        failed.incrementAndGet();
                    }
                }
                next();
            });
        }
    }

    private Writers() {
    }
}
