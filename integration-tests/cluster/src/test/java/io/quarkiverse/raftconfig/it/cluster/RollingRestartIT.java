package io.quarkiverse.raftconfig.it.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;

/** Each of three replicas is stopped in order and started again, as for an upgrade, while a client writes. */
@ClusterTest
class RollingRestartIT {
    private static final Duration SOON = Duration.ofSeconds(20);

    @Test
    void causesOneElectionAtMostForEachReplicaAndLosesNoWrite(Cluster cluster) {
        // given a client that writes a hundred times a second
        try (SteadyWrites writes = SteadyWrites.through(cluster.replicas())) {
            writes.awaitMore(200);
            writes.report("before");
            var stretches = new ArrayList<SteadyWrites.Stretch>();
            for (Replica replica : cluster.replicas()) {
                boolean leads = cluster.awaitLeader(SOON) == replica;
                long term = term(cluster);

                // when one is stopped, which the client learns when it tries, and started again, with no client until it is ready
                replica.stop();
                writes.awaitMore(100);
                stretches.add(writes.report(replica + ", which " + (leads ? "leads" : "follows") + ", is stopped"));
                writes.goThrough(cluster.alive());
                replica.start();
                replica.awaitReady(Cluster.START_TIMEOUT);
                stretches.add(writes.report(replica + " is started again"));
                writes.goThrough(cluster.replicas());
                writes.awaitMore(50);
                // Its first writes load classes, however ready it is: no matter of the cluster's.
                writes.report(replica + " takes writes again");

                // then there was one election at most
                cluster.awaitLeader(SOON);
                long elections = term(cluster) - term;
                System.out.printf("%s restarted: %d elections%n", replica, elections);
                assertThat(elections).as("elections").isBetween(0L, 1L);
            }
            int restarts = stretches.stream().mapToInt(SteadyWrites.Stretch::writes).sum();
            Duration longest = stretches.stream().map(SteadyWrites.Stretch::longestGap).max(Duration::compareTo).orElseThrow();

            // and the longest gap is to be held against that of as many writes in which nothing happens
            writes.awaitMore(restarts);
            Duration undisturbed = writes.report("undisturbed").longestGap();
            System.out.printf("rolling restart: longest gap %s of %d writes, undisturbed %s%n", Percentiles.millis(longest),
                    restarts, Percentiles.millis(undisturbed));
            writes.stop();

            // and nothing that was acknowledged is lost, and nothing failed that a client can't repeat
            writes.assertNoErrors();
            cluster.replicas().forEach(writes::assertNothingLostAt);
        }
    }

    private static long term(Cluster cluster) {
        List<Replica> alive = cluster.alive();
        return alive.stream().mapToLong(it -> it.status().json().path("term").asLong()).max().orElseThrow();
    }
}
