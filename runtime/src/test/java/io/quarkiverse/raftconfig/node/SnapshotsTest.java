package io.quarkiverse.raftconfig.node;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.core.Position;

/** §7: the log does not grow for ever, and what it held is still there. */
class SnapshotsTest {
    private static VirtualCluster withSnapshotEvery(int entries) {
        VirtualCluster cluster = new VirtualCluster(3, 1).with(settings -> new NodeSettings(settings.raft(),
                settings.members(), entries, settings.snapshotBytes(), settings.inFlightMax(),
                settings.idempotencyKeysMax(), settings.idempotencyAgeMillis()));
        cluster.startAll();
        cluster.awaitLeader();
        return cluster;
    }

    private static void write(VirtualCluster cluster, int count) {
        for (int i = 0; i < count; i++) {
            cluster.get(cluster.put(cluster.leader(), "name" + i % 10, "value" + i));
        }
    }

    @Test
    void logIsCutOnAllNodes() {
        // given nodes that take a snapshot every 20 entries
        VirtualCluster cluster = withSnapshotEvery(20);

        // when 200 are written
        write(cluster, 200);
        cluster.time().passMillis(1_000);

        // then each has a recent snapshot, and a log that is no longer than needed
        for (NodeId id : cluster.running()) {
            assertThat(cluster.node(id).status().snapshotIndex()).as("%s", id).isGreaterThan(180);
            assertThat(cluster.disk(id).entries()).as("%s", id).hasSizeLessThan(60);
        }
    }

    @Test
    void restartBeginsWithTheSnapshot() {
        // given a node that has cut its log
        VirtualCluster cluster = withSnapshotEvery(20);
        write(cluster, 200);
        cluster.time().passMillis(1_000);
        NodeId restarted = cluster.follower();

        // when it crashes and starts alone, as far as it knows
        cluster.crash(restarted);
        cluster.network().cut(restarted, cluster.leader());
        cluster.start(restarted);

        // then its last known state is there before it has heard from anybody
        assertThat(cluster.value(restarted, "name9")).isEqualTo("value199");
        assertThat(cluster.node(restarted).status().hasState()).isTrue();
        assertThat(cluster.node(restarted).status().caughtUp()).isFalse();
    }

    @Test
    void nodeThatWasAwayFindsInTheLogWhatItMissed() {
        // given a node that was away for more than a snapshot
        VirtualCluster cluster = withSnapshotEvery(20);
        NodeId away = cluster.follower();
        cluster.crash(away);
        write(cluster, 100);
        cluster.time().passMillis(1_000);

        // when it comes back
        cluster.start(away);

        // then the others have kept what it needs
        cluster.await(() -> "value99".equals(cluster.value(away, "name9")));
    }

    @Test
    void snapshotThatCannotBeWrittenDegrades() {
        // given a node whose disk refuses the file
        VirtualCluster cluster = withSnapshotEvery(20);
        NodeId full = cluster.follower();
        cluster.store(full).refuseSnapshots();

        // when one is due
        write(cluster, 30);

        // then that node takes no part any more, and the others go on
        cluster.await(() -> cluster.node(full).status().degraded() != null);
        write(cluster, 30);
    }

    @Test
    void isTakenWhenSomebodyAsksForIt() {
        // given a node that has applied something, and is not due for a snapshot
        VirtualCluster cluster = VirtualCluster.running(3, 1);
        NodeId follower = cluster.follower();
        cluster.get(cluster.put(follower, "a", "1"));
        assertThat(cluster.node(follower).status().snapshotIndex()).isZero();

        // when it is asked for one, and again
        long applied = cluster.node(follower).status().lastApplied();
        Position first = cluster.get(cluster.node(follower).takeSnapshot(5_000));
        Position second = cluster.get(cluster.node(follower).takeSnapshot(5_000));

        // then it has taken one of all that was applied, durably; and no second one of the same
        assertThat(first.index()).isEqualTo(applied);
        assertThat(second).isEqualTo(first);
        cluster.crash(follower);
        assertThat(cluster.start(follower).status().snapshotIndex()).isEqualTo(applied);
    }
}
