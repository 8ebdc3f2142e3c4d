package io.quarkiverse.raftconfig.it.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Clients that write ever higher numbers through one replica after the other, and remember what was acknowledged. None waits
 * for another. A client whose write had no known outcome goes on with a new property: that write may still be done, behind a
 * later one, and would then be no loss.
 */
final class Load implements AutoCloseable {
    /** So that no load meets the properties of another, on a cluster that several tests share. */
    private static final AtomicInteger LOADS = new AtomicInteger();

    private final List<Replica> replicas;
    private final String name;
    private final List<Series> series = new CopyOnWriteArrayList<>();
    private final List<CountDownLatch> ends = new ArrayList<>();
    private final AtomicBoolean stopped = new AtomicBoolean();

    private Load(List<Replica> replicas, String name) {
        this.replicas = replicas;
        this.name = name;
    }

    static Load start(Cluster cluster, String name, int clients) {
        var load = new Load(cluster.replicas(), name + "-" + LOADS.incrementAndGet());
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
        return series.stream().mapToLong(one -> one.acknowledgements.get()).sum();
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
        for (Series one : series) {
            Reply reply = replica.get("/shop/config/" + one.property);
            long read = reply.status() == 404 ? -1 : Long.parseLong(reply.body());
            assertThat(read).as("%s at %s", one.property, replica).isBetween(one.acknowledged.get(), one.tried.get());
        }
    }

    private void write(int number, CountDownLatch end) {
        try {
            var current = new Series(name + "-" + number + "-0");
            series.add(current);
            for (long i = 0; !stopped.get(); i++) {
                Replica through = replicas.get((int) ((i + number) % replicas.size()));
                if (!current.write(through, i)) {
                    current = new Series(name + "-" + number + "-" + (i + 1));
                    series.add(current);
                }
                LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
            }
        } finally {
            end.countDown();
        }
    }

    /** The writes of one property. */
    private static final class Series {
        final String property;
        final AtomicLong tried = new AtomicLong(-1);
        final AtomicLong acknowledged = new AtomicLong(-1);
        final AtomicLong acknowledgements = new AtomicLong();

        Series(String property) {
            this.property = property;
        }

        /** @return whether the outcome is known */
        boolean write(Replica through, long value) {
            long before = tried.get();
            tried.set(value);
            try {
                Reply reply = through.putWithin(Duration.ofSeconds(1), "shop." + property, Long.toString(value));
                if (reply.isSuccess()) {
                    acknowledged.set(value);
                    acknowledgements.incrementAndGet();
                    return true;
                }
                if (reply.status() == 503) {
                    // Certainly not done: if it is read later, that is a violation too.
                    tried.set(before);
                    return true;
                }
                return false;
            } catch (UncheckedIOException e) {
                if (e.getCause() instanceof ConnectException) {
                    tried.set(before);
                    return true;
                }
                return false;
            }
        }
    }
}
