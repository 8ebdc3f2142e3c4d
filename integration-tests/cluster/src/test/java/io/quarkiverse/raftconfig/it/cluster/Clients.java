package io.quarkiverse.raftconfig.it.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.history.Operation;
import io.quarkiverse.raftconfig.history.Request;
import io.quarkiverse.raftconfig.history.Response;
import io.quarkiverse.raftconfig.history.Verdict;

/** Clients that work on one {@link Round} after the other, and what they were told, judged. */
final class Clients implements AutoCloseable {
    private static final String READER = "reader";
    private static final Duration PAUSE = Duration.ofMillis(10);
    private static final Duration SOON = Duration.ofSeconds(30);

    private final List<Replica> replicas;
    private final String prefix;
    private final Client reader;
    private final Tally tally = new Tally();
    private final List<CountDownLatch> ends = new ArrayList<>();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    /** By name, what its property may be found to be for ever: null is nothing. Of rounds that were judged. */
    private final Map<String, Set<String>> remains = new TreeMap<>();
    private volatile boolean stopped;
    private volatile Round round;
    private int rounds;

    /** @param prefix of the names of properties, unlike that of any other clients of this cluster */
    Clients(Cluster cluster, String prefix, int count, long seed) {
        this.replicas = cluster.replicas();
        this.prefix = "shop." + prefix;
        var random = new SplittableRandom(seed);
        round = new Round(this.prefix, 0, null);
        reader = new Client(READER, replicas, random.split(), tally);
        for (int i = 0; i < count; i++) {
            var client = new Client(prefix + " " + i, replicas, random.split(), tally);
            var end = new CountDownLatch(1);
            ends.add(end);
            Relay.daemon(() -> work(client, end), "client " + i + " of " + prefix);
        }
    }

    Tally tally() {
        return tally;
    }

    private void work(Client client, CountDownLatch end) {
        try {
            while (!stopped) {
                Round current = enter();
                try {
                    client.act(current);
                } finally {
                    current.underWay.decrementAndGet();
                }
                LockSupport.parkNanos(PAUSE.toNanos());
            }
        } catch (RuntimeException | AssertionError e) {
            failure.compareAndSet(null, e);
        } finally {
            end.countDown();
        }
    }

    private Round enter() {
        while (true) {
            Round current = round;
            current.underWay.incrementAndGet();
            if (current == round) {
                return current;
            }
            current.underWay.decrementAndGet();
        }
    }

    /** Ends the round, and judges it. To be called when a majority is there and connected. */
    void judge() {
        Round over = round;
        rounds++;
        round = new Round(prefix, rounds, over.newest());
        await("the operations of a round").atMost(SOON).until(() -> over.underWay.get() == 0);
        for (String name : over.names) {
            // What was acknowledged and is lost would be missed here.
            await("a read of " + name).atMost(SOON).until(() -> reader.read(over, replicas.get(0), name));
            replicas.forEach(replica -> reader.read(over, replica, name));
        }
        Throwable failed = failure.get();
        if (failed != null) {
            throw new AssertionError("a client failed: " + failed, failed);
        }
        Verdict verdict = over.verdict();
        assertThat(verdict).isInstanceOf(Verdict.Linearizable.class);
        noteRemains(over);
    }

    private void noteRemains(Round over) {
        for (Operation operation : over.history.operations()) {
            if (!over.names.contains(operation.name())) {
                continue;
            }
            Set<String> values = remains.computeIfAbsent(operation.name(), name -> new TreeSet<>());
            boolean finalRead = operation.client().equals(READER);
            if (finalRead && operation.response() instanceof Response.Found found) {
                values.add(found.value());
            } else if (finalRead && operation.response() instanceof Response.Absent) {
                values.add("");
            } else if (operation.response() instanceof Response.Unknown && operation.request() instanceof Request.Put put) {
                values.add(put.value());
            } else if (operation.response() instanceof Response.Unknown
                    && operation.request() instanceof Request.Delete) {
                values.add("");
            }
        }
    }

    /** Whether each replica, by itself, has what all rounds left. To be called when all have caught up. */
    void assertNothingLost() {
        for (Replica replica : replicas) {
            remains.forEach((name, values) -> {
                Reply reply = replica.get("/shop/config/" + name.substring("shop.".length()));
                assertThat(reply.status()).as("%s at %s", name, replica).isIn(200, 404);
                assertThat(values).as("%s at %s", name, replica).contains(reply.status() == 404 ? "" : reply.body());
            });
        }
    }

    /** Waits until a write is acknowledged that came after this call; how long that took. */
    Duration awaitAcknowledged(Duration timeout) {
        long start = System.nanoTime();
        long before = tally.acknowledged();
        await("an acknowledged write").pollInterval(Duration.ofMillis(5)).pollDelay(Duration.ZERO).atMost(timeout)
                .until(() -> tally.acknowledged() > before);
        return Duration.ofNanos(System.nanoTime() - start);
    }

    void stop() {
        stopped = true;
        for (CountDownLatch end : ends) {
            try {
                assertThat(end.await(SOON.toSeconds(), TimeUnit.SECONDS)).as("every client has ended").isTrue();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new UncheckedIOException(new InterruptedIOException("interrupted while clients ended"));
            }
        }
    }

    @Override
    public void close() {
        stopped = true;
    }
}
