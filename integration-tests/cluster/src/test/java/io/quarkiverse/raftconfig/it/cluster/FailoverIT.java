package io.quarkiverse.raftconfig.it.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;

import org.junit.jupiter.api.Test;

/** How long writes stop when a leader is killed. Five kills by default, {@code -Dcluster.kills=30} for a figure. */
@ClusterTest
class FailoverIT {
    @Test
    void writesGoOnSoonAfterEveryKillOfALeaderAndNothingIsLost(Cluster cluster) {
        // given clients that write all the time
        var firstAcks = new ArrayList<Duration>();
        try (Load load = Load.start(cluster, "fail-over", 2)) {
            for (int kill = 1; kill <= Integer.getInteger("cluster.kills", 5); kill++) {
                // when the leader is killed
                Replica leader = cluster.awaitLeader(Cluster.START_TIMEOUT);
                Cluster.Takeover takeover = cluster.killAndWrite(leader, "shop.kills", Integer.toString(kill));
                firstAcks.add(takeover.firstAck());
                System.out.printf("kill %d: %s, next acknowledgement after %s, by %s%n", kill, leader,
                        Percentiles.millis(takeover.firstAck()), takeover.through());
                cluster.start();
            }
            load.stop();

            // then nothing that was acknowledged is lost, on any replica
            cluster.awaitLeader(Cluster.START_TIMEOUT);
            cluster.replicas().forEach(replica -> Api.readLinearizable(replica, "shop.kills"));
            cluster.replicas().forEach(load::assertNothingLostAt);
            System.out.printf("%d writes acknowledged, none lost%n", load.acknowledged());
        }

        // and no client had to wait long
        var percentiles = new Percentiles(firstAcks);
        System.out.printf("from kill -9 of the leader to the next acknowledged write: %s%n", percentiles);
        assertThat(percentiles.max()).isLessThan(Duration.ofSeconds(5));
    }
}
