package io.quarkiverse.raftconfig.benchmarks;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

/** So many writes over so many properties, by writers in a closed loop; what fails is written once more. */
final class CountedWrites {
    /** Beyond it, something is wrong. */
    private static final long FAILED_MAX = 10_000;

    private final long count;
    private final int properties;
    private final String longest;
    private final int bytesLeast;
    private final Writers.Write write;
    private final AtomicLong begun = new AtomicLong();
    private final AtomicLong acknowledged = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final CompletableFuture<Void> done = new CompletableFuture<>();

    private CountedWrites(long count, int properties, int bytesLeast, int bytesMost, Writers.Write write) {
        this.count = count;
        this.properties = properties;
        this.bytesLeast = bytesLeast;
        this.longest = "x".repeat(bytesMost);
        this.write = write;
    }

    /**
     * @param bytesMost of a value: lengths from {@code bytesLeast} to this follow each other, so that records change in size
     */
    static CountedWrites start(int writers, long count, int properties, int bytesLeast, int bytesMost, Writers.Write write) {
        var writes = new CountedWrites(count, properties, bytesLeast, bytesMost, write);
        for (int i = 0; i < writers; i++) {
            writes.next(i);
        }
        return writes;
    }

    private void next(int writer) {
        long number = begun.getAndIncrement();
        if (number < count) {
            write(writer, number);
        }
    }

    private void write(int writer, long number) {
        // A prime, so that each property gets every length in time.
        int bytes = bytesLeast + (int) (number * 7919 % (longest.length() - bytesLeast + 1));
        String value = number + longest;
        write.write(writer, "load.property-" + number % properties, value.substring(0, bytes))
                .whenComplete((ignored, failure) -> {
                    if (failure == null) {
                        if (acknowledged.incrementAndGet() == count) {
                            done.complete(null);
                        }
                        next(writer);
                    } else if (failed.incrementAndGet() < FAILED_MAX) {
                        write(writer, number);
                    } else {
                        done.completeExceptionally(failure);
                    }
                });
    }

    long acknowledged() {
        return acknowledged.get();
    }

    /** How many tries were not acknowledged. */
    long failed() {
        return failed.get();
    }

    /** When all are acknowledged. */
    CompletableFuture<Void> done() {
        return done;
    }
}
