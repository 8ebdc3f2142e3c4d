package io.quarkiverse.raftconfig.benchmarks;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import java.util.function.ToLongFunction;

import io.quarkiverse.raftconfig.it.cluster.Cluster;
import io.quarkiverse.raftconfig.it.cluster.Replica;

/**
 * Whether disk and memory of a replica stay as they are, however much is written: many writes over a thousand properties, and a
 * look at each replica every so many.
 */
final class Footprint {
    private static final int PROPERTIES = 1000;
    private static final int WRITERS = 64;
    private static final int BYTES_LEAST = 20;
    private static final int BYTES_MOST = 180;
    /** No multiple of the entries between snapshots, or each look would find the log at the same length. */
    private static final int WRITES_BETWEEN_LOOKS = 9_000;

    private final Cluster cluster;
    private final PrintStream out;
    private final List<Look> looks = new ArrayList<>();

    /** What a replica takes after so many writes. */
    record Look(String replica, long writes, Duration after, long directoryBytes, long liveHeapBytes, long residentBytes) {
    }

    Footprint(Cluster cluster, PrintStream out) {
        this.cluster = cluster;
        this.out = out;
    }

    /** @param directory for {@code footprint.csv} and {@code footprint.svg} */
    void measure(long count, Path directory) throws IOException {
        cluster.start();
        Replica leader = cluster.awaitLeader(Cluster.START_TIMEOUT);
        var gauges = new ArrayList<Gauge>();
        for (Replica replica : cluster.replicas()) {
            gauges.add(new Gauge(replica));
        }
        long start = System.nanoTime();
        try (var load = new HttpLoad(WRITERS, List.of(leader))) {
            var writes = CountedWrites.start(WRITERS, count, PROPERTIES, BYTES_LEAST, BYTES_MOST, load::write);
            for (long at = WRITES_BETWEEN_LOOKS; at < count; at += WRITES_BETWEEN_LOOKS) {
                await(writes, at);
                look(writes, gauges, start);
            }
            writes.done().join();
            look(writes, gauges, start);
            Duration took = Duration.ofNanos(System.nanoTime() - start);
            out.printf(Locale.ROOT,
                    "%,d writes over %,d properties in %d s, %,.0f a second; %d tries failed; %s led at first%n",
                    writes.acknowledged(), PROPERTIES, took.toSeconds(), writes.acknowledged() * 1e9 / took.toNanos(),
                    writes.failed(), leader);
        }
        for (Gauge gauge : gauges) {
            gauge.close();
        }
        summarize(count);
        save(directory);
    }

    private static void await(CountedWrites writes, long count) {
        while (writes.acknowledged() < count && !writes.done().isDone()) {
            LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
        }
    }

    private void look(CountedWrites writes, List<Gauge> gauges, long start) throws IOException {
        for (int i = 0; i < gauges.size(); i++) {
            Replica replica = cluster.replicas().get(i);
            Gauge gauge = gauges.get(i);
            looks.add(new Look(replica.id(), writes.acknowledged(), Duration.ofNanos(System.nanoTime() - start),
                    gauge.directoryBytes(), gauge.liveHeapBytes(), Gauge.residentBytes(replica)));
        }
    }

    /** The second tenth of the writes beside the last tenth: what grows is larger at the end. */
    private void summarize(long count) {
        out.println("                        second tenth: mean, most    last tenth: mean, most    all: most");
        for (Replica replica : cluster.replicas()) {
            summarize("disk", replica, count, Look::directoryBytes);
            summarize("live heap", replica, count, Look::liveHeapBytes);
            summarize("resident memory", replica, count, Look::residentBytes);
        }
    }

    private void summarize(String what, Replica replica, long count, ToLongFunction<Look> measure) {
        List<Look> own = looks.stream().filter(look -> look.replica().equals(replica.id())).toList();
        var early = own.stream().filter(look -> look.writes() > count / 10 && look.writes() <= count / 5).mapToLong(measure)
                .summaryStatistics();
        var late = own.stream().filter(look -> look.writes() > count * 9 / 10).mapToLong(measure).summaryStatistics();
        out.printf(Locale.ROOT, "%-15s of %s   %13.1f MB %7.1f MB  %13.1f MB %7.1f MB   %7.1f MB%n", what, replica,
                early.getAverage() / 1e6, early.getMax() / 1e6, late.getAverage() / 1e6, late.getMax() / 1e6,
                own.stream().mapToLong(measure).max().orElseThrow() / 1e6);
    }

    private void save(Path directory) throws IOException {
        Files.createDirectories(directory);
        var csv = new StringBuilder("replica,writes,seconds,directory_bytes,live_heap_bytes,resident_bytes\n");
        for (Look look : looks) {
            csv.append(String.format(Locale.ROOT, "%s,%d,%.1f,%d,%d,%d%n", look.replica(), look.writes(),
                    look.after().toMillis() / 1e3, look.directoryBytes(), look.liveHeapBytes(), look.residentBytes()));
        }
        Files.writeString(directory.resolve("footprint.csv"), csv);
        var picture = new Picture("writes");
        picture.add("data directory, MB", lines(Look::directoryBytes));
        picture.add("heap after a full collection, MB", lines(Look::liveHeapBytes));
        Files.writeString(directory.resolve("footprint.svg"), picture.svg());
        out.println(directory.resolve("footprint.csv") + " and .svg written");
    }

    private List<Picture.Line> lines(ToLongFunction<Look> measure) {
        return cluster.replicas().stream().map(replica -> new Picture.Line(replica.id(), looks.stream()
                .filter(look -> look.replica().equals(replica.id()))
                .map(look -> new Picture.Point(look.writes(), measure.applyAsLong(look) / 1e6)).toList())).toList();
    }
}
