package io.quarkiverse.raftconfig.it.cluster;

import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.history.Guard;
import io.quarkiverse.raftconfig.history.History;
import io.quarkiverse.raftconfig.history.LocalRead;
import io.quarkiverse.raftconfig.history.Request;
import io.quarkiverse.raftconfig.history.Response;

/**
 * One client: does one thing after the other, through any replica, and writes down what it was told. Some of its writes carry a
 * key, and are tried again until their outcome is known; of the others it may never know.
 */
final class Client {
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final String TIMEOUT = "?timeout=1s";
    private static final int TRIES = 3;

    private final String name;
    private final List<Replica> replicas;
    private final SplittableRandom random;
    private final Tally tally;
    private int written;

    Client(String name, List<Replica> replicas, SplittableRandom random, Tally tally) {
        this.name = name;
        this.replicas = replicas;
        this.random = random;
        this.tally = tally;
    }

    void act(Round round) {
        String property = round.names.get(random.nextInt(round.names.size()));
        int kind = random.nextInt(100);
        if (kind < 35) {
            ask(round, any(), property, Request.get(), null);
        } else if (kind < 50) {
            readLocally(round, any(), property);
        } else if (kind < 58) {
            ask(round, any(), property, Request.delete().when(guard(round, property)), null);
        } else {
            write(round, property, Request.put(name + "." + written++).when(guard(round, property)), kind >= 98);
        }
    }

    /** Reads what all agree on, through {@code replica}; whether it was told. */
    boolean read(Round round, Replica replica, String property) {
        Response response = ask(round, replica, property, Request.get(), null);
        return !(response instanceof Response.NotDone);
    }

    private Replica any() {
        return replicas.get(random.nextInt(replicas.size()));
    }

    private Guard guard(Round round, String property) {
        Long seen = round.revisions.get(property);
        int kind = random.nextInt(10);
        if (kind == 0) {
            return new Guard.Absent();
        } else if (kind == 1) {
            return new Guard.Present();
        } else if (kind < 6 && seen != null) {
            return new Guard.AtRevision(seen);
        }
        return Guard.NONE;
    }

    private void write(Round round, String property, Request.Put put, boolean withKey) {
        String key = withKey ? put.value() : null;
        Response response = ask(round, any(), property, put, key);
        for (int i = 1; i < TRIES && key != null && response instanceof Response.Unknown; i++) {
            response = ask(round, any(), property, put, key);
        }
    }

    private Response ask(Round round, Replica replica, String property, Request request, @Nullable String key) {
        History.Call call;
        synchronized (round.history) {
            // Under its lock, that the order is the order of time.
            call = round.history.invoke(name, property, request, key, System.nanoTime());
        }
        Response response = Exchange.of(request, key).with(replica, property, PATIENCE, TIMEOUT);
        call.returned(response, System.nanoTime());
        tally.count(request, response);
        if (response instanceof Response.Done done) {
            round.revisions.put(property, done.revision());
        } else if (response instanceof Response.Found found) {
            round.revisions.put(property, found.revision());
        }
        return response;
    }

    /** By the application's configuration, of this replica alone. */
    private void readLocally(Round round, Replica replica, String property) {
        if (!replica.isAlive()) {
            return;
        }
        String life = replica.id() + " " + replica.handle().pid();
        long invokedAt = System.nanoTime();
        try {
            Reply reply = replica.ask(PATIENCE, "GET", "/shop/config/" + property.substring("shop.".length()), null);
            long returnedAt = System.nanoTime();
            boolean sameLife = life.equals(replica.id() + " " + replica.handle().pid());
            if (sameLife && (reply.status() == 200 || reply.status() == 404)) {
                round.history.add(new LocalRead(life, property, reply.status() == 200 ? reply.body() : null, invokedAt,
                        returnedAt));
                tally.countLocalRead();
            }
        } catch (UncheckedIOException e) {
            // It says nothing: it is down, or stands still.
        }
    }

    /** Whether the request never left. */
    static boolean refused(UncheckedIOException e) {
        return e.getCause() instanceof ConnectException;
    }
}
