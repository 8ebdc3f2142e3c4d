package io.quarkiverse.raftconfig.it.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Clients that write ever higher numbers through one replica after the other, and remember what was acknowledged. None waits
 * for another. A client whose write had no known outcome goes on with a new property: that write may still be done, behind a
 * later one, and would then be no loss.
 */
final class Load implements AutoCloseable {
    /** So that no load meets the properties of another, on a cluster that several tests share. */
    private static final AtomicInteger LOADS = new AtomicInteger();

    private static final Duration PAUSE_WHEN_CALM = Duration.ofMillis(100);

    private final List<Replica> replicas;
    private final String name;
    private final List<Series> series = new CopyOnWriteArrayList<>();
    private final List<CountDownLatch> ends = new ArrayList<>();
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final AtomicBoolean calm = new AtomicBoolean();
    private final Shape shape;

    /**
     * What one client writes, and how often.
     *
     * @param pause after each write
     * @param small how many properties with nothing but their number
     * @param large how many with {@code largeBytes} behind it
     * @param largeEvery every so many writes one is large; 0: none is
     */
    private record Shape(Duration pause, int small, int large, int largeEvery, int largeBytes) {
        private boolean isLarge(long write) {
            return largeEvery > 0 && write % largeEvery == 0;
        }

        private int padding(long write) {
            return isLarge(write) ? largeBytes : 0;
        }

        private int properties() {
            return small + large;
        }

        private int property(long write) {
            return isLarge(write) ? small + (int) (write / largeEvery % large) : (int) (write % small);
        }
    }

    private Load(List<Replica> replicas, String name, Shape shape) {
        this.replicas = replicas;
        this.name = name;
        this.shape = shape;
    }

    /** Each client writes one property. */
    static Load start(Cluster cluster, String name, int clients) {
        return start(cluster, name, clients, new Shape(Duration.ofMillis(5), 1, 0, 0, 0));
    }

    /** Many writes of little and some of much: states and logs that take a moment to be written, sent and cut. */
    static Load startHeavy(Cluster cluster, String name, int clients) {
        return start(cluster, name, clients, new Shape(Duration.ofMillis(2), 32, 4, 16, 60_000));
    }

    private static Load start(Cluster cluster, String name, int clients, Shape shape) {
        var load = new Load(cluster.replicas(), name + "-" + LOADS.incrementAndGet(), shape);
        for (int i = 0; i < clients; i++) {
            int number = i;
            var end = new CountDownLatch(1);
            load.ends.add(end);
            var thread = new Thread(() -> load.write(number, end), "client " + number + " of " + name);
            thread.setDaemon(true);
            thread.start();
        }
        return load;
    }

    long acknowledged() {
        return series.stream().mapToLong(Series::acknowledgements).sum();
    }

    /** Of values, in what was acknowledged. */
    long acknowledgedBytes() {
        return series.stream().mapToLong(Series::acknowledgedBytes).sum();
    }

    /** For a while, only a few writes a second; so that what else is to be done is done soon. */
    void calmDown() {
        calm.set(true);
    }

    /** As at the start, again. */
    void hurry() {
        calm.set(false);
    }

    @Override
    public void close() {
        stop();
    }

    /** Ends the clients' work, after the write that each is at. */
    void stop() {
        stopped.set(true);
        for (CountDownLatch end : ends) {
            try {
                assertThat(end.await(30, TimeUnit.SECONDS)).as("every client has ended").isTrue();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while clients ended", e);
            }
        }
    }

    /** Whether {@code replica}, with no help of others, has every acknowledged write. */
    void assertNothingLostAt(Replica replica) {
        series.forEach(one -> one.assertNothingLostAt(replica));
    }

    private void write(int number, CountDownLatch end) {
        try {
            var properties = new Series[shape.properties()];
            for (long i = 0; !stopped.get(); i++) {
                Replica through = replicas.get((int) ((i + number) % replicas.size()));
                int property = shape.property(i);
                if (properties[property] == null) {
                    properties[property] = new Series(name + "-" + number + "-" + i, shape.padding(i));
                    series.add(properties[property]);
                }
                if (!properties[property].write(through, i)) {
                    properties[property] = null;
                }
                LockSupport.parkNanos((calm.get() ? PAUSE_WHEN_CALM : shape.pause()).toNanos());
            }
        } finally {
            end.countDown();
        }
    }
}
