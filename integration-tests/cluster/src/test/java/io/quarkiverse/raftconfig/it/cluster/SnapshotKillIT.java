package io.quarkiverse.raftconfig.it.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import io.quarkiverse.raftconfig.it.cluster.Remains.Moment;

/**
 * Replicas that are killed where their disk changes most: while a snapshot is written, sent, received or installed, and while
 * the log before it is cut. Fourteen kills by default,
 * {@code -Dcluster.snapshot-kills=200} for a figure.
 */
@ExtendWith(SnapshottingReplicas.class)
class SnapshotKillIT {
    private static final int KILLS = Integer.getInteger("cluster.snapshot-kills", 14);
    private static final long SEED = Long.getLong("faults.seed", System.nanoTime());
    /** So many kills come to each moment that is aimed at, surely. */
    private static final int ENOUGH_FOR_EVERY_MOMENT = 100;

    @Test
    void nothingIsLostAndEveryStartSucceeds(Cluster cluster) {
        // given clients that write much, and others whose whole history is judged
        System.out.printf("kills at snapshots: seed %d%n", SEED);
        try (var load = Load.startHeavy(cluster, "heavy", 4); var clients = new Clients(cluster, "snapshots", 2, SEED)) {
            var killer = new SnapshotKiller(cluster, load, SEED);
            while (killer.kills() < KILLS) {
                // when replicas are killed while they take, send, receive and install snapshots, and cut their logs
                killer.killOneThatTakesASnapshot();
                startAll(cluster, clients);
                killer.killAllThatCutTheirLogs();
                startAll(cluster, clients);
                killer.killThoseBetweenWhomASnapshotGoes();
                startAll(cluster, clients);
            }
            load.stop();
            clients.stop();
            clients.judge();

            // then every replica, by itself, has all that was acknowledged
            cluster.replicas().forEach(replica -> Api.write(replica, "shop.last", "of " + replica));
            cluster.replicas().forEach(replica -> Api.readLinearizable(replica, "shop.last"));
            cluster.replicas().forEach(load::assertNothingLostAt);
            clients.assertNothingLost();
            killer.counts().forEach((moment, count) -> System.out.printf("%4d kills %s%n", count, moment.words));
            System.out.printf("%d kills, seed %d: every start succeeded, %d writes acknowledged, none lost; judged: %s%n",
                    killer.kills(), SEED, load.acknowledged(), clients.tally());

            // and the kills came where they were meant to: journals are folded when they are full, whatever is aimed at
            assertThat(killer.counts().getOrDefault(Moment.BETWEEN, 0)).isLessThan(killer.kills() / 2);
            if (killer.kills() >= ENOUGH_FOR_EVERY_MOMENT) {
                Set<Moment> aimedAt = EnumSet.complementOf(EnumSet.of(Moment.BETWEEN, Moment.FOLDING));
                assertThat(killer.counts().keySet()).containsAll(aimedAt);
            }
        }
    }

    /** Every start succeeds: each replica is ready again, and what the clients saw is the history of one copy. */
    private static void startAll(Cluster cluster, Clients clients) {
        long began = System.nanoTime();
        cluster.start();
        cluster.awaitLeader(Cluster.START_TIMEOUT);
        clients.judge();
        System.out.printf("all ready after %s%n", Percentiles.millis(Duration.ofNanos(System.nanoTime() - began)));
    }
}
