package io.quarkiverse.raftconfig.benchmarks;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

import io.quarkiverse.raftconfig.it.cluster.Cluster;
import io.quarkiverse.raftconfig.it.cluster.Percentiles;
import io.quarkiverse.raftconfig.it.cluster.Ports;
import io.quarkiverse.raftconfig.it.cluster.Replica;

/**
 * Figures of a whole cluster of three. See {@code docs/performance.md} for what they were, and how to run it.
 * <p>
 * The replicas share the machine with the program that writes: compare the figures with each other, not with those of three
 * machines.
 */
public final class Load {
    private static final Path APP = Path.of("integration-tests/app/target/quarkus-app/quarkus-run.jar");
    private static final Path DIRECTORY = Path.of("integration-tests/benchmarks/target/load");
    private static final List<String> JVM = List.of("-Xmx256m", "-XX:+UseSerialGC");
    private static final List<Integer> WRITERS = List.of(1, 64, 256);

    private final PrintStream out = System.out;

    /** @param args a command and its options; run from the root of the project */
    public static void main(String[] args) throws Exception {
        String command = args.length == 0 ? "" : args[0];
        Load load = new Load();
        switch (command) {
            case "in-process" -> load.inProcess(seconds(args, 10));
            case "http" -> load.http(seconds(args, 10));
            case "fail-over" -> load.failOver(number(args, 30));
            case "idle" -> load.idle(seconds(args, 30));
            case "start-up" -> load.startUp(args);
            case "footprint" -> load.footprint(number(args, 1_000_000));
            case "catch-up" -> load.catchUp(number(args, 3), args.length < 3 ? 180 : Integer.parseInt(args[2]));
            default -> {
                System.err.println(
                        """
                                usage: Load in-process [seconds]       writes to three nodes in this process
                                       Load http [seconds]             writes to three replicas over HTTP
                                       Load fail-over [kills]          from kill -9 of the leader to the next acknowledged write
                                       Load idle [seconds]             CPU of each of three replicas when nothing happens
                                       Load start-up <jar> <jar> ...   time to the first answer, and memory, of packaged applications
                                       Load footprint [writes]         disk and memory of three replicas while so much is written
                                       Load catch-up [rounds] [bytes]  writes while a follower is caught up by a snapshot, with values of up to so many bytes""");
                System.exit(2);
            }
        }
    }

    private static int number(String[] args, int otherwise) {
        return args.length < 2 ? otherwise : Integer.parseInt(args[1]);
    }

    private static Duration seconds(String[] args, int otherwise) {
        return Duration.ofSeconds(number(args, otherwise));
    }

    private void inProcess(Duration duration) throws IOException {
        try (var cluster = InProcessCluster
                .start(Files.createTempDirectory(Files.createDirectories(DIRECTORY), "in-process"))) {
            out.println("append and force of 256 bytes alone   " + forcedAppends(duration.dividedBy(4)));
            out.println("through the leader     " + Writers.run(1, duration, duration, cluster.throughLeader()));
            out.println("through a follower     " + Writers.run(1, duration.dividedBy(2), duration, cluster.throughFollower()));
            for (int writers : List.of(64, 256)) {
                out.println("through all in turn    " + Writers.run(writers, duration.dividedBy(2), duration, cluster::write));
            }
        }
    }

    /** What the disk takes, without anything of ours: no durable write is faster. */
    private static Percentiles forcedAppends(Duration duration) throws IOException {
        Path path = Files.createTempFile(DIRECTORY, "append", null);
        var took = new ArrayList<Duration>();
        try (var file = FileChannel.open(path, StandardOpenOption.WRITE)) {
            int capacity = 64 << 20;
            file.write(ByteBuffer.allocate(capacity));
            file.force(true);
            file.position(0);
            ByteBuffer bytes = ByteBuffer.allocateDirect(256);
            for (long end = System.nanoTime() + duration.toNanos(); System.nanoTime() < end;) {
                long begun = System.nanoTime();
                file.write(bytes.rewind(), took.size() * 256L % capacity);
                file.force(false);
                took.add(Duration.ofNanos(System.nanoTime() - begun));
            }
        }
        return new Percentiles(took);
    }

    private void http(Duration duration) {
        try (Cluster cluster = cluster("http")) {
            cluster.start();
            Replica leader = cluster.awaitLeader(Cluster.START_TIMEOUT);
            try (var throughAll = new HttpLoad(64, cluster.replicas())) {
                // Until what matters is compiled, in every replica.
                Writers.run(64, duration.multipliedBy(3), Duration.ofSeconds(1), throughAll::write);
            }
            for (int writers : WRITERS) {
                try (var throughAll = new HttpLoad(writers, cluster.replicas());
                        var throughLeader = new HttpLoad(writers, List.of(leader))) {
                    out.println("HTTP, all    " + Writers.run(writers, duration.dividedBy(2), duration, throughAll::write));
                    out.println("HTTP, leader " + Writers.run(writers, duration.dividedBy(2), duration, throughLeader::write));
                }
            }
        }
    }

    private void failOver(int kills) {
        var firstAcks = new ArrayList<Duration>();
        try (Cluster cluster = cluster("fail-over")) {
            for (int kill = 0; kill < kills; kill++) {
                cluster.start();
                Replica leader = cluster.awaitLeader(Cluster.START_TIMEOUT);
                firstAcks.add(cluster.killAndWrite(leader, "load.kills", Integer.toString(kill)).firstAck());
                out.print('.');
                out.flush();
            }
        }
        out.println();
        out.println("kill -9 of the leader to the next acknowledged write: " + new Percentiles(firstAcks));
    }

    private void idle(Duration duration) {
        try (Cluster cluster = cluster("idle")) {
            cluster.start();
            Replica leader = cluster.awaitLeader(Cluster.START_TIMEOUT);
            pause(Duration.ofMinutes(3)); // Ten heartbeats a second take a while to be compiled.
            List<Duration> before = cluster.replicas().stream().map(Load::cpu).toList();
            pause(duration);
            for (int i = 0; i < before.size(); i++) {
                Replica replica = cluster.replicas().get(i);
                double share = (double) cpu(replica).minus(before.get(i)).toNanos() / duration.toNanos();
                out.printf(Locale.ROOT, "idle %-8s  %.2f %% of a core%n", replica == leader ? "leader" : "follower",
                        100 * share);
            }
        }
    }

    private static Duration cpu(Replica replica) {
        return replica.handle().info().totalCpuDuration().orElseThrow();
    }

    /** A cluster of one, as the settings' defaults have it; of an application without the extension, just the application. */
    private void startUp(String[] jars) throws IOException {
        for (int i = 1; i < jars.length; i++) {
            var times = new ArrayList<Duration>();
            long bytes = 0;
            for (int run = 0; run < 11; run++) {
                Path directory = Files.createTempDirectory(Files.createDirectories(DIRECTORY), "start-up");
                try (var replica = new Replica("a", Ports.free(1).get(0), directory, Path.of(jars[i]).toAbsolutePath(), JVM,
                        Map.of())) {
                    long start = System.nanoTime();
                    replica.start();
                    replica.awaitServing(Cluster.START_TIMEOUT);
                    if (run > 0) { // The first one fills the page cache.
                        times.add(Duration.ofNanos(System.nanoTime() - start));
                        bytes += Gauge.residentBytes(replica);
                    }
                }
            }
            out.printf(Locale.ROOT, "%s: first answer after %s, %d MB resident then (mean)%n", jars[i], new Percentiles(times),
                    (bytes / times.size()) >> 20);
        }
    }

    private void footprint(int writes) throws IOException {
        try (Cluster cluster = cluster("footprint")) {
            new Footprint(cluster, out).measure(writes, DIRECTORY);
        }
    }

    private void catchUp(int rounds, int valueBytes) throws IOException {
        try (Cluster cluster = cluster("catch-up")) {
            new CatchUp(cluster, APP.toAbsolutePath(), JVM, DIRECTORY.toAbsolutePath(), valueBytes, out).measure(rounds);
        }
    }

    private static Cluster cluster(String name) {
        return Cluster.of(APP.toAbsolutePath(), DIRECTORY.resolve(name).toAbsolutePath(), JVM, 3);
    }

    private static void pause(Duration duration) {
        long end = System.nanoTime() + duration.toNanos();
        for (long left = duration.toNanos(); left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }
}
