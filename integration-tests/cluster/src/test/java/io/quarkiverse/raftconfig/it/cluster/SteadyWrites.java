package io.quarkiverse.raftconfig.it.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

import org.awaitility.Awaitility;

import io.restassured.path.json.JsonPath;

/**
 * A client that writes a hundred times a second, through one replica after the other. What was not done, or may not have been
 * done, it repeats with the same key, as clients should; any other answer than success is noted as an error.
 */
final class SteadyWrites implements AutoCloseable {
    private static final Duration INTERVAL = Duration.ofMillis(10);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int PROPERTIES = 20;

    private final List<Replica> replicas;
    private final Map<String, Last> acknowledged = new ConcurrentHashMap<>();
    private final List<String> errors = new CopyOnWriteArrayList<>();
    private final List<Acknowledgement> acknowledgements = new ArrayList<>();
    private final AtomicLong repetitions = new AtomicLong();
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final CountDownLatch end = new CountDownLatch(1);

    private SteadyWrites(List<Replica> replicas) {
        this.replicas = new CopyOnWriteArrayList<>(replicas);
    }

    static SteadyWrites through(List<Replica> replicas) {
        var writes = new SteadyWrites(replicas);
        var thread = new Thread(writes::write, "steady writes");
        thread.setDaemon(true);
        thread.start();
        return writes;
    }

    /** From now on through these. */
    void goThrough(List<Replica> others) {
        replicas.addAll(others);
        replicas.retainAll(others);
    }

    /** Waits until so many more are acknowledged. */
    void awaitMore(int count) {
        int before = count();
        Awaitility.await().atMost(PATIENCE.plus(INTERVAL.multipliedBy(3L * count))).until(() -> count() >= before + count);
    }

    private int count() {
        synchronized (acknowledgements) {
            return acknowledgements.size();
        }
    }

    /** Prints how many writes were acknowledged since the last call, and the longest time without one. */
    Stretch report(String what) {
        synchronized (acknowledgements) {
            Duration longest = Duration.ZERO;
            String through = "";
            for (int i = 1; i < acknowledgements.size(); i++) {
                Duration gap = Duration.ofNanos(acknowledgements.get(i).nanos - acknowledgements.get(i - 1).nanos);
                if (gap.compareTo(longest) > 0) {
                    longest = gap;
                    through = ", ended through " + acknowledgements.get(i).through;
                }
            }
            Stretch stretch = new Stretch(Math.max(0, acknowledgements.size() - 1), longest);
            System.out.printf("%s: %d writes acknowledged, %d tries repeated, longest gap %s%s%n", what, stretch.writes(),
                    repetitions.getAndSet(0), Percentiles.millis(longest), through);
            acknowledgements.subList(0, stretch.writes()).clear();
            return stretch;
        }
    }

    /**
     * @param writes that were acknowledged
     * @param longestGap between two acknowledgements
     */
    record Stretch(int writes, Duration longestGap) {
    }

    void assertNoErrors() {
        assertThat(errors).isEmpty();
    }

    /**
     * Whether {@code replica} shows the last acknowledged value of each property, and has counted every one before: no write
     * was lost, and none done twice.
     */
    void assertNothingLostAt(Replica replica) {
        assertThat(acknowledged).isNotEmpty();
        Map<String, Last> found = new TreeMap<>();
        acknowledged.keySet().forEach(name -> {
            JsonPath property = Api.at(replica).get(Api.property(name)).then().statusCode(200).extract().jsonPath();
            found.put(name, new Last(property.getString("value"), property.getInt("version")));
        });
        assertThat(found).as("at %s", replica).isEqualTo(new TreeMap<>(acknowledged));
    }

    /** After the write that is under way. */
    void stop() {
        stopped.set(true);
        try {
            assertThat(end.await(2 * PATIENCE.toMillis(), TimeUnit.MILLISECONDS)).as("the client has ended").isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the client ended", e);
        }
    }

    @Override
    public void close() {
        stop();
    }

    private void write() {
        try {
            long next = System.nanoTime();
            for (int i = 0; !stopped.get(); i++) {
                write("steady." + i % PROPERTIES, Integer.toString(i), i);
                next = Math.max(next + INTERVAL.toNanos(), System.nanoTime() - INTERVAL.toNanos());
                LockSupport.parkNanos(next - System.nanoTime());
            }
        } finally {
            end.countDown();
        }
    }

    private void write(String name, String value, int first) {
        String key = UUID.randomUUID().toString();
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        for (int tries = 0; System.nanoTime() < deadline; tries++) {
            Replica through = replicas.get((first + tries) % replicas.size());
            try {
                Reply reply = through.putWithin(Duration.ofSeconds(2), name, value, "Idempotency-Key", key);
                if (reply.isSuccess()) {
                    acknowledged.merge(name, new Last(value, 1), (before, now) -> new Last(value, before.version() + 1));
                    synchronized (acknowledgements) {
                        acknowledgements.add(new Acknowledgement(System.nanoTime(), through));
                    }
                    return;
                } else if (reply.status() != 503 && reply.status() != 504) {
                    errors.add(through + " answered " + reply.status() + ": " + reply.body());
                }
            } catch (UncheckedIOException retry) {
                // A replica that is gone.
            }
            repetitions.incrementAndGet();
            LockSupport.parkNanos(Duration.ofMillis(2).toNanos());
        }
        errors.add("no acknowledgement of " + name + " within " + PATIENCE);
    }

    /**
     * Of one property.
     *
     * @param version how many writes of it there were
     */
    private record Last(String value, int version) {
    }

    private record Acknowledgement(long nanos, Replica through) {
    }
}
