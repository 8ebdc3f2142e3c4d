package io.quarkiverse.raftconfig.it.cluster;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;

/** Brings faults on a cluster, drawn from a seed, and takes them away again. For one thread. */
final class Nemesis {
    /** What it can do. With three replicas a bridge needs all of them, so there is none here. */
    enum Fault {
        KILL_LEADER,
        KILL_FOLLOWER,
        KILL_ALL,
        RESTART_LEADER,
        PAUSE_LEADER,
        PAUSE_FOLLOWER,
        ISOLATE_LEADER,
        ISOLATE_FOLLOWER,
        DEAFEN_LEADER,
        MUTE_LEADER,
        DELAY_ALL,
        SLOW_FOLLOWER,
        RESET_EVERY_SECOND,
        HOLD_CONNECTIONS
    }

    /** These leave all processes alone, so that they go together with one that does not. */
    private static final List<Fault> OF_THE_NETWORK = List.of(Fault.DELAY_ALL, Fault.SLOW_FOLLOWER, Fault.RESET_EVERY_SECOND,
            Fault.HOLD_CONNECTIONS);

    private static final Duration LEADER_SOON = Duration.ofSeconds(30);

    private final Cluster cluster;
    private final Network network;
    private final SplittableRandom random;
    private final Map<Fault, Integer> counts = new EnumMap<>(Fault.class);
    private final List<Replica> paused = new ArrayList<>();

    Nemesis(Cluster cluster, Network network, long seed) {
        this.cluster = cluster;
        this.network = network;
        this.random = new SplittableRandom(seed);
    }

    /**
     * One fault, or two at once, for a time between these two; then all is well again, and all replicas are ready.
     *
     * @param pauseMost for which a replica stands still at most
     * @return which
     */
    List<Fault> strike(Duration least, Duration most, Duration pauseMost) {
        var faults = new ArrayList<Fault>();
        if (random.nextInt(3) == 0) {
            faults.add(OF_THE_NETWORK.get(random.nextInt(OF_THE_NETWORK.size())));
        }
        Fault fault = Fault.values()[random.nextInt(Fault.values().length)];
        if (!faults.contains(fault)) {
            faults.add(fault);
        }
        Replica leader = cluster.awaitLeader(LEADER_SOON);
        faults.forEach(each -> begin(each, leader));
        Duration longest = paused.isEmpty() ? most : pauseMost;
        long end = System.nanoTime() + random.nextLong(least.toNanos(), longest.toNanos() + 1);
        while (System.nanoTime() < end) {
            LockSupport.parkNanos(Math.min(end - System.nanoTime(), Duration.ofSeconds(1).toNanos()));
            if (faults.contains(Fault.RESET_EVERY_SECOND)) {
                network.reset();
            }
        }
        heal();
        return faults;
    }

    /** Begins {@code fault}, which lasts until {@link #heal}. */
    void begin(Fault fault, Replica leader) {
        counts.merge(fault, 1, Integer::sum);
        List<Replica> followers = cluster.allBut(leader);
        Replica follower = followers.get(random.nextInt(followers.size()));
        switch (fault) {
            case KILL_LEADER -> leader.kill();
            case KILL_FOLLOWER -> follower.kill();
            case KILL_ALL -> {
                cluster.alive().forEach(replica -> replica.handle().destroyForcibly());
                cluster.replicas().forEach(Replica::kill);
            }
            case RESTART_LEADER -> leader.stop();
            case PAUSE_LEADER -> pause(leader);
            case PAUSE_FOLLOWER -> pause(follower);
            case ISOLATE_LEADER -> network.isolate(leader, followers);
            case ISOLATE_FOLLOWER -> network.isolate(follower, cluster.allBut(follower));
            case DEAFEN_LEADER -> network.deafen(leader, followers);
            case MUTE_LEADER -> network.mute(leader, followers);
            case DELAY_ALL -> network.delay(Duration.ofMillis(25), Duration.ofMillis(125));
            case SLOW_FOLLOWER -> network.slow(follower, cluster.allBut(follower), Duration.ofMillis(300), 64 << 10);
            case RESET_EVERY_SECOND -> network.reset();
            case HOLD_CONNECTIONS -> network.hold();
        }
    }

    private void pause(Replica replica) {
        replica.pause();
        paused.add(replica);
    }

    /** Takes all faults away, and waits until all replicas are ready. */
    void heal() {
        network.heal();
        paused.forEach(Replica::resume);
        paused.clear();
        cluster.start();
    }

    /** How often it did what. */
    Map<Fault, Integer> counts() {
        return Map.copyOf(counts);
    }
}
