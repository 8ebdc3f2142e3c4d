package io.quarkiverse.raftconfig.benchmarks;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

import io.quarkiverse.raftconfig.it.cluster.Cluster;
import io.quarkiverse.raftconfig.it.cluster.Percentiles;
import io.quarkiverse.raftconfig.it.cluster.Ports;
import io.quarkiverse.raftconfig.it.cluster.Replica;

/**
 * What a follower that was away for many writes costs those who write to the leader, when it comes back and is caught up by a
 * snapshot: writes at an even pace, before and meanwhile.
 * <p>
 * On one machine the start of a process takes the cores away from all others. So it is measured apart: what another replica
 * costs that starts and has nothing to do with this cluster; and what the follower costs that comes back without a start,
 * because it was stopped by a signal.
 */
final class CatchUp {
    private static final int WRITES_AWAY = 100_000;
    private static final int PROPERTIES = 1000;
    private static final int WRITERS = 64;
    private static final int PER_SECOND = 500;
    private static final int CONNECTIONS = 32;
    private static final Duration BASELINE = Duration.ofSeconds(10);
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Cluster cluster;
    private final Path alone;
    private final List<String> jvmOptions;
    private final Path app;
    private final int valueBytes;
    private final PrintStream out;
    private final Map<Situation, List<Duration>> took = new EnumMap<>(Situation.class);

    private enum Situation {
        BASELINE("three replicas, nothing happens"),
        CONTROL("a replica of another cluster starts"),
        RESTARTED("a follower that was killed starts and is caught up"),
        RESUMED("a follower that stood still goes on and is caught up");

        final String words;

        Situation(String words) {
            this.words = words;
        }
    }

    /** @param alone for a replica of its own, which is started to see what a start costs */
    CatchUp(Cluster cluster, Path app, List<String> jvmOptions, Path alone, int valueBytes, PrintStream out) {
        this.cluster = cluster;
        this.app = app;
        this.jvmOptions = jvmOptions;
        this.alone = alone;
        this.valueBytes = valueBytes;
        this.out = out;
    }

    void measure(int rounds) throws IOException {
        cluster.start();
        Replica leader = cluster.awaitLeader(Cluster.START_TIMEOUT);
        try (var load = new HttpLoad(WRITERS, List.of(leader)); var paced = new HttpLoad(CONNECTIONS, List.of(leader))) {
            // Until what matters is compiled, and the state has its size.
            write(load, WRITES_AWAY / 2);
            for (int round = 0; round < rounds; round++) {
                Replica follower = cluster.allBut(leader).get(round % 2);
                measure(Situation.BASELINE, paced, () -> true);
                startAnother(paced);
                follower.kill();
                write(load, WRITES_AWAY);
                comeBack(Situation.RESTARTED, paced, leader, follower, follower::start);
                follower.pause();
                write(load, WRITES_AWAY);
                comeBack(Situation.RESUMED, paced, leader, follower, follower::resume);
            }
        }
        took.forEach((situation, all) -> out.printf(Locale.ROOT, "%-55s %s%n", situation.words, new Percentiles(all)));
        Duration baseline = p99(Situation.BASELINE);
        for (Situation situation : List.of(Situation.CONTROL, Situation.RESTARTED, Situation.RESUMED)) {
            out.printf(Locale.ROOT, "%-55s p99 %.1f times the baseline's%n", situation.words,
                    (double) p99(situation).toNanos() / baseline.toNanos());
        }
    }

    private Duration p99(Situation situation) {
        return new Percentiles(took.getOrDefault(situation, List.of())).at(99);
    }

    private void write(HttpLoad load, int count) {
        var writes = CountedWrites.start(WRITERS, count, PROPERTIES, valueBytes / 2, valueBytes, load::write);
        try {
            writes.done().get(30, TimeUnit.MINUTES);
        } catch (Exception e) {
            throw new IllegalStateException("the writes were not acknowledged", e);
        }
    }

    private void startAnother(HttpLoad paced) throws IOException {
        Path directory = Files.createTempDirectory(Files.createDirectories(alone), "alone");
        try (var another = new Replica("alone", Ports.free(1).get(0), directory, app, jvmOptions, Map.of())) {
            another.start();
            measure(Situation.CONTROL, paced, () -> isReady(another));
        }
    }

    private void comeBack(Situation situation, HttpLoad paced, Replica leader, Replica follower, Runnable begin)
            throws IOException {
        long target = leader.status().json().path("commitIndex").asLong();
        long snapshots = snapshotsInstalled(follower);
        begin.run();
        measure(situation, paced, () -> lastApplied(follower) >= target);
        follower.awaitReady(Cluster.START_TIMEOUT);
        if (snapshotsInstalled(follower) == snapshots) {
            throw new IllegalStateException("replica " + follower + " was not caught up by a snapshot");
        }
        if (!cluster.awaitLeader(Cluster.START_TIMEOUT).id().equals(leader.id())) {
            throw new IllegalStateException("the leader has changed: this is no measurement");
        }
    }

    /** Until {@code over}, and ten seconds at least where nothing happens. */
    private void measure(Situation situation, HttpLoad load, BooleanSupplier over) {
        long begin = System.nanoTime();
        long least = begin + (situation == Situation.BASELINE ? BASELINE.toNanos() : 0);
        try (var writes = PacedWrites.start(PER_SECOND, CONNECTIONS, load::write)) {
            do {
                LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
                if (System.nanoTime() - begin > PATIENCE.toNanos()) {
                    throw new IllegalStateException("no end within " + PATIENCE + ": " + situation.words);
                }
            } while (System.nanoTime() < least || !over.getAsBoolean());
            long end = System.nanoTime();
            // Those that were due shortly before the end are still under way.
            LockSupport.parkNanos(Duration.ofSeconds(1).toNanos());
            List<Duration> measured = writes.between(begin, end).toList();
            took.computeIfAbsent(situation, each -> new ArrayList<>()).addAll(measured);
            out.printf(Locale.ROOT, "%-55s %s, for %.1f s, %d failed%n", situation.words, new Percentiles(measured),
                    (end - begin) / 1e9, writes.failed());
        }
    }

    private static boolean isReady(Replica replica) {
        try {
            return replica.get("/q/health/ready").status() == 200;
        } catch (UncheckedIOException notYet) {
            return false;
        }
    }

    private static long lastApplied(Replica replica) {
        try {
            return replica.status().json().path("lastApplied").asLong();
        } catch (UncheckedIOException notYet) {
            return 0;
        }
    }

    /** As its log says. */
    private static long snapshotsInstalled(Replica replica) throws IOException {
        try (var lines = Files.lines(replica.log())) {
            return lines.filter(line -> line.contains("RAFTCFG04102")).count();
        }
    }
}
