package io.quarkiverse.raftconfig.it.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

import com.fasterxml.jackson.databind.JsonNode;

/** Replicas that name each other as members. */
public final class Cluster implements AutoCloseable {
    /** Generous: several JVMs start at once on the few cores of a build machine. */
    public static final Duration START_TIMEOUT = Duration.ofSeconds(60);

    /** Several of these fit on a build machine beside a test. */
    public static final List<String> SMALL_JVM = List.of("-Xmx96m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

    private final List<Replica> replicas;

    private Cluster(List<Replica> replicas) {
        this.replicas = List.copyOf(replicas);
    }

    /**
     * A cluster that is not started yet.
     *
     * @param jar of the packaged application
     * @param directory for data and logs; emptied first
     * @param jvmOptions of each replica
     * @param httpPorts one for each replica, which are called {@code a}, {@code b}, and so on
     * @param settings system properties of each replica
     */
    public static Cluster of(Path jar, Path directory, List<String> jvmOptions, List<Integer> httpPorts,
            List<Integer> peerPorts,
            Map<String, String> settings) {
        return of(jar, directory, jvmOptions, httpPorts, peerPorts, settings, (from, to, port) -> port);
    }

    /** As above, with something between the replicas: each has its own addresses of the others. */
    public static Cluster of(Path jar, Path directory, List<String> jvmOptions, List<Integer> httpPorts,
            List<Integer> peerPorts, Map<String, String> settings, Wiring wiring) {
        if (!Files.isRegularFile(jar)) {
            throw new IllegalStateException("no packaged application at " + jar + ": build it first, with ./mvnw package");
        }
        delete(directory);
        var addresses = new LinkedHashMap<String, Integer>();
        for (Integer port : peerPorts) {
            addresses.put(Character.toString('a' + addresses.size()), port);
        }
        var replicas = new ArrayList<Replica>();
        addresses.forEach((id, peerPort) -> {
            var own = new LinkedHashMap<>(settings);
            String members = addresses.entrySet().stream()
                    .map(member -> member.getKey() + "=127.0.0.1:" + (member.getKey().equals(id) ? peerPort
                            : wiring.port(id, member.getKey(), member.getValue())))
                    .collect(Collectors.joining(","));
            own.put("quarkus.raft-config.members", members);
            own.put("quarkus.raft-config.peer.host", "127.0.0.1");
            own.put("quarkus.raft-config.peer.port", Integer.toString(peerPort));
            // Loopback only, and there is no TLS between peers yet.
            own.put("quarkus.raft-config.peer.insecure", "true");
            replicas.add(new Replica(id, httpPorts.get(replicas.size()), directory.resolve(id), jar, jvmOptions, own));
        });
        return new Cluster(replicas);
    }

    /** A cluster on free ports, with the defaults of every setting. */
    public static Cluster of(Path jar, Path directory, List<String> jvmOptions, int size) {
        List<Integer> ports = Ports.free(2 * size);
        return of(jar, directory, jvmOptions, ports.subList(0, size), ports.subList(size, 2 * size), Map.of());
    }

    /** Where a replica finds another. */
    @FunctionalInterface
    public interface Wiring {
        /**
         * The port of loopback on which {@code from} reaches {@code to}.
         *
         * @param peerPort where {@code to} listens
         */
        int port(String from, String to, int peerPort);
    }

    static void delete(Path directory) {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> found = Files.walk(directory)) {
            for (Path path : found.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("could not empty " + directory, e);
        }
    }

    public List<Replica> replicas() {
        return replicas;
    }

    public List<Replica> alive() {
        return replicas.stream().filter(Replica::isAlive).toList();
    }

    public List<Replica> allBut(Replica replica) {
        return replicas.stream().filter(other -> other != replica).toList();
    }

    /** Starts each replica that does not run, and waits until all are ready. */
    public void start() {
        for (Replica replica : replicas) {
            if (!replica.isAlive()) {
                replica.start();
            }
        }
        replicas.forEach(replica -> replica.awaitReady(START_TIMEOUT));
    }

    /** Waits until all living replicas name the same living one as leader. */
    public Replica awaitLeader(Duration timeout) {
        try {
            return Awaitility.await()
                    .pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(5))
                    .atMost(timeout)
                    .until(this::leader, Optional::isPresent)
                    .orElseThrow();
        } catch (ConditionTimeoutException e) {
            throw new IllegalStateException("no leader known to all within " + timeout + "\n" + logTails(40), e);
        }
    }

    private Optional<Replica> leader() {
        List<Replica> alive = alive();
        try {
            Map<String, JsonNode> statuses = new TreeMap<>();
            for (Replica replica : alive) {
                statuses.put(replica.id(), replica.status().json());
            }
            return alive.stream()
                    .filter(candidate -> role(statuses, candidate).equals("LEADER"))
                    .filter(leader -> statuses.values().stream()
                            .allMatch(status -> status.path("leader").asText("").equals(leader.id())))
                    .findFirst();
        } catch (UncheckedIOException notYet) {
            return Optional.empty();
        }
    }

    private static String role(Map<String, JsonNode> statuses, Replica replica) {
        JsonNode status = statuses.get(replica.id());
        return status == null ? "" : status.path("role").asText("");
    }

    /**
     * Kills {@code victim} and writes through the others, in turn, until one acknowledges. The tries carry one idempotency
     * key: however many of them get through, the write is done once.
     */
    public Takeover killAndWrite(Replica victim, String name, String value) {
        List<Replica> others = alive().stream().filter(other -> other != victim).toList();
        String key = UUID.randomUUID().toString();
        long killed = System.nanoTime();
        victim.kill();
        long deadline = killed + Duration.ofSeconds(30).toNanos();
        for (int tries = 1; System.nanoTime() < deadline; tries++) {
            Replica through = others.get(tries % others.size());
            try {
                Reply reply = through.putWithin(Duration.ofSeconds(1), name, value, "Idempotency-Key", key);
                if (reply.isSuccess()) {
                    return new Takeover(Duration.ofNanos(System.nanoTime() - killed), through, reply, tries);
                }
                if (reply.status() < 500) {
                    throw new IllegalStateException("a write was refused with " + reply.status() + ": " + reply.body());
                }
            } catch (UncheckedIOException retry) {
                // As a client would: the key makes it safe.
            }
            LockSupport.parkNanos(Duration.ofMillis(1).toNanos());
        }
        throw new IllegalStateException("no write was acknowledged within 30 s of the kill of " + victim + "\n" + logTails(40));
    }

    /**
     * @param firstAck from the kill to the first acknowledged write
     * @param through the replica that acknowledged it
     * @param tries it took, this one included
     */
    public record Takeover(Duration firstAck, Replica through, Reply reply, int tries) {
    }

    /** The last lines of every replica's log. */
    public String logTails(int lines) {
        return replicas.stream().map(replica -> replica.logTail(lines)).collect(Collectors.joining("\n"));
    }

    /** Leaves no process behind. The data stays. */
    @Override
    public void close() {
        replicas.forEach(Replica::close);
    }
}
