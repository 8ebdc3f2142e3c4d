package io.quarkiverse.raftconfig.core;

import static io.quarkiverse.raftconfig.core.Replicas.replica;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.SortedMap;
import java.util.SortedSet;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;

import org.junit.jupiter.api.Test;

/** Figure 3: five properties hold at all times, whatever the network, the disks and the nodes do. */
class SafetyPropertiesTest {
    private static final int SEEDS = Integer.getInteger("raft.seeds", 150);
    private static final long FIRST_SEED = Long.getLong("raft.seed", 1);
    private static final int FAULTY_MILLIS = 8_000;

    @Test
    void holdUnderAnyMixOfFaultsAndTheClusterGoesOnAfterwards() {
        SortedMap<String, Integer> counters = new TreeMap<>();
        for (long seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
            try {
                run(seed).counters.forEach((what, count) -> counters.merge(what, count, Integer::sum));
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
        }
        assertThat(counters).containsKeys("compaction", "conflict truncated", "crash", "election won", "partition", "read",
                "membership changed", "transferred", "refused TRANSFERRING", "refused TRANSFER_FAILED", "membership unknown",
                "membership rolled back", "election won while joint", "snapshot sent",
                "snapshot installed");
        System.out.println(counters);
    }

    private static TestCluster run(long seed) {
        SplittableRandom draw = new SplittableRandom(seed);
        TestCluster cluster = newCluster(seed, draw);
        cluster.faults = new TestCluster.Faults(draw.nextDouble(0.2), draw.nextDouble(0.2), 1 + draw.nextInt(30),
                1 + draw.nextInt(40), draw.nextDouble(0.002), draw.nextDouble(0.002), draw.nextDouble(0.002));
        boolean membershipChanges = draw.nextBoolean();
        for (long time = 0; time < FAULTY_MILLIS; time++) {
            disturb(cluster, time, draw, membershipChanges);
            cluster.runUntil(time);
        }

        // Liveness: all are well, so a leader is found, and what it takes reaches everybody.
        cluster.faults = TestCluster.Faults.NONE;
        cluster.heal();
        cluster.runUntil(FAULTY_MILLIS + 30L * cluster.settings.electionTimeoutMillis());
        TestCluster.Node leader = cluster.leader();
        if (leader == null) {
            throw new AssertionError("no leader is found");
        }
        cluster.propose(leader);
        cluster.runUntil(cluster.now + 3L * cluster.settings.electionTimeoutMillis());
        long last = leader.core().lastLog().index();
        TestCluster.require(!leader.core().isChangingMembership(), "every change comes to an end", leader.core().membership());
        for (ReplicaId member : leader.core().membership().replicas()) {
            RaftCore core = cluster.node(member).core();
            TestCluster.require(core.commitIndex() == last, "all commit all",
                    member + " " + core.commitIndex() + " of " + last);
        }
        return cluster;
    }

    private static TestCluster newCluster(long seed, SplittableRandom draw) {
        int electionTimeout = 60 + draw.nextInt(200);
        RaftSettings settings = new RaftSettings(electionTimeout, Math.max(2, electionTimeout / (4 + draw.nextInt(8))),
                100 + draw.nextInt(2000), 1 + draw.nextInt(8), 200 + draw.nextInt(5000), 1 << 20,
                draw.nextInt(3) == 0 ? draw.nextInt(20) : 5000);
        SortedSet<ReplicaId> replicas = new TreeSet<>();
        SortedSet<ReplicaId> voters = new TreeSet<>();
        SortedSet<ReplicaId> oldVoters = new TreeSet<>();
        SortedSet<ReplicaId> learners = new TreeSet<>();
        int size = 1 + draw.nextInt(5);
        boolean joint = size > 2 && draw.nextInt(4) == 0;
        for (int i = 0; i < size; i++) {
            ReplicaId replica = replica("n" + i);
            replicas.add(replica);
            if (i > 0 && draw.nextInt(6) == 0) {
                learners.add(replica);
            } else if (joint && draw.nextBoolean()) {
                oldVoters.add(replica);
                if (draw.nextBoolean() || voters.isEmpty()) {
                    voters.add(replica);
                }
            } else {
                voters.add(replica);
            }
        }
        if (voters.isEmpty()) {
            voters.addAll(oldVoters);
        }
        for (int i = draw.nextInt(3); i > 0; i--) {
            replicas.add(replica("n" + replicas.size()));
        }
        return TestCluster.founded(seed, settings, new Membership(voters, oldVoters, learners, new TreeMap<>()), replicas);
    }

    /** From any set to any other. */
    private static void changeMembership(TestCluster cluster, TestCluster.Node node, SplittableRandom draw) {
        TestCluster.Node leader = cluster.leader();
        SortedSet<ReplicaId> voters = new TreeSet<>();
        SortedSet<ReplicaId> learners = new TreeSet<>();
        for (ReplicaId replica : cluster.nodes.keySet()) {
            switch (draw.nextInt(5)) {
                case 0, 1, 2 -> voters.add(replica);
                case 3 -> learners.add(replica);
                default -> {
                }
            }
        }
        if (!voters.isEmpty()) {
            cluster.changeMembership(leader == null || draw.nextInt(4) == 0 ? node : leader,
                    new Membership(voters, new TreeSet<>(), learners, new TreeMap<>()));
        }
    }

    private static void disturb(TestCluster cluster, long time, SplittableRandom draw, boolean membershipChanges) {
        TestCluster.Node node = cluster.node(replica("n" + draw.nextInt(cluster.nodes.size())));
        switch (draw.nextInt(40)) {
            case 0, 1, 2 -> cluster.at(time, () -> {
                TestCluster.Node leader = cluster.leader();
                cluster.propose(leader == null ? node : leader);
            });
            case 3 -> cluster.at(time, () -> cluster.propose(node));
            case 4, 5 -> cluster.at(time, () -> cluster.read(node));
            // Who joins needs the log from its beginning.
            case 6 -> cluster.at(time, membershipChanges ? () -> changeMembership(cluster, node, draw) : node::snapshot);
            case 7 -> cluster.at(time, () -> {
                if (draw.nextInt(4) == 0) {
                    TestCluster.Node leader = cluster.leader();
                    cluster.transfer(leader == null ? node : leader, draw.nextBoolean() ? null : node.self);
                }
            });
            default -> {
            }
        }
        if (draw.nextDouble() < cluster.faults.partitionPerMillis()) {
            cluster.at(time, cluster::partition);
        }
        if (draw.nextDouble() < cluster.faults.wrongHintPerMillis()) {
            ReplicaId gone = replica("n" + draw.nextInt(cluster.nodes.size()));
            cluster.at(time, () -> node.hint(gone));
        }
    }
}
