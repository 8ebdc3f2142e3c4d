package io.quarkiverse.raftconfig.it.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Three replicas on a bad network, under clients whose whole history is judged. T is the election timeout. */
@ExtendWith(RelayedReplicas.class)
class FaultsIT {
    private static final Duration T = Duration.ofSeconds(1);
    private static final Duration HEARTBEAT = Duration.ofMillis(100);
    /** For a build machine whose cores are busy with other things. */
    private static final Duration SLACK = Duration.ofSeconds(1);
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    /** How long a fault that may cause one election is watched for a second one. */
    private static final Duration WATCH = Duration.ofSeconds(Integer.getInteger("cluster.watch-seconds", 6));

    @Test
    void aLeaderInTheMinorityStepsDownAndRefuses(Cluster cluster, Network network) {
        try (var clients = new Clients(cluster, "minority", 4, 1)) {
            clients.awaitAcknowledged(SOON);
            Replica leader = cluster.awaitLeader(SOON);
            List<Replica> majority = cluster.allBut(leader);
            assertThat(put(leader, "shop.minority", "old").isSuccess()).isTrue();

            // when it is cut off
            network.isolate(leader, majority);
            long cut = System.nanoTime();

            // then it leads no longer than T and one heartbeat
            await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(10)).atMost(SOON)
                    .until(() -> !role(leader).equals("LEADER"));
            Duration after = Duration.ofNanos(System.nanoTime() - cut);
            System.out.printf("leader in the minority: stepped down after %s%n", Percentiles.millis(after));
            assertThat(after).isLessThan(T.plus(HEARTBEAT).plus(SLACK));

            // and refuses writes, and reads that others would have to confirm, while the others go on
            await().atMost(SOON).until(() -> put(majority.get(0), "shop.minority", "new").isSuccess());
            assertThat(put(leader, "shop.minority", "minority").status()).isEqualTo(503);
            assertThat(get(leader, "shop.minority").status()).isEqualTo(503);
            assertThat(get(majority.get(1), "shop.minority").json().path("value").asText()).isEqualTo("new");

            // and follows when it is back
            network.heal();
            await().atMost(SOON).until(() -> get(leader, "shop.minority").isSuccess());
            assertThat(get(leader, "shop.minority").json().path("value").asText()).isEqualTo("new");
            judge(cluster, clients);
        }
    }

    @Test
    void aDeafLeaderIsReplacedOnce(Cluster cluster, Network network) {
        // given a leader that is heard and hears nobody
        Replica leader = cluster.awaitLeader(SOON);
        List<Replica> others = cluster.allBut(leader);
        assertOneChangeAtMost(cluster, network, "deaf", others.get(0), () -> network.deafen(leader, others));
    }

    @Test
    void aMuteLeaderIsReplacedOnce(Cluster cluster, Network network) {
        // given a leader that hears all and is not heard
        Replica leader = cluster.awaitLeader(SOON);
        List<Replica> others = cluster.allBut(leader);
        assertOneChangeAtMost(cluster, network, "mute", others.get(0), () -> network.mute(leader, others));
    }

    private static void assertOneChangeAtMost(Cluster cluster, Network network, String what, Replica other,
            Runnable fault) {
        try (var clients = new Clients(cluster, what, 4, 2)) {
            long term = term(cluster);
            fault.run();

            // when that lasts for many elections' time
            Set<String> leaders = watchLeaders(cluster, WATCH);
            Reply written = put(other, "shop." + what, "while it lasts");
            network.heal();
            cluster.awaitLeader(SOON);

            // then there was one election at most, and the others went on with a leader that they can hear
            System.out.printf("%s leader: leaders by term %s, term %d before and %d after%n", what, leaders, term,
                    term(cluster));
            assertThat(leaders).as("leaders by term").hasSizeLessThanOrEqualTo(2);
            assertThat(term(cluster) - term).as("terms").isLessThanOrEqualTo(2);
            assertThat(written.isSuccess()).as("a write within T, through another: %s", written.body()).isTrue();
            judge(cluster, clients);
        }
    }

    @Test
    void aLeaderThatStoodStillTellsNothingStaleWhenItWakes(Cluster cluster, Network network) throws IOException {
        try (var clients = new Clients(cluster, "pause", 4, 3)) {
            // given a leader that stands still, and a newer value that the others agreed on meanwhile
            Replica leader = cluster.awaitLeader(SOON);
            Replica other = cluster.allBut(leader).get(0);
            assertThat(put(leader, "shop.pause", "old").isSuccess()).isTrue();
            leader.pause();
            try {
                await().atMost(SOON).until(() -> put(other, "shop.pause", "new").isSuccess());

                // when it is asked, and finds the questions as soon as it wakes
                var questions = new ArrayList<Question>();
                for (int i = 0; i < 4; i++) {
                    questions.add(new Question(leader, "/raft-config/v1/properties/shop.pause?timeout=1s"));
                }
                leader.resume();

                // then it says the newer value, or nothing
                for (Question question : questions) {
                    String answer = question.answer();
                    assertThat(answer).containsPattern("^HTTP/1\\.1 (200|503) ").doesNotContain("\"old\"");
                }
            } finally {
                leader.resume();
            }
            judge(cluster, clients);
        }
    }

    @Test
    void writesGoOnWhereEverythingTakes75Plus50Millis(Cluster cluster, Network network) {
        try (var clients = new Clients(cluster, "delay", 4, 4)) {
            long term = term(cluster);

            // when each message takes 25 to 125 ms
            network.delay(Duration.ofMillis(25), Duration.ofMillis(125));
            long before = clients.tally().acknowledged();
            Set<String> leaders = watchLeaders(cluster, T.multipliedBy(5));

            // then writes go on, under the same leader
            long acknowledged = clients.tally().acknowledged() - before;
            System.out.printf("delay of 75±50 ms: %d writes acknowledged, leaders by term %s%n", acknowledged, leaders);
            assertThat(acknowledged).isGreaterThan(10);
            assertThat(term(cluster)).isEqualTo(term);
            judge(cluster, clients);
        }
    }

    @Test
    void aSlowFollowerHoldsNobodyBack(Cluster cluster, Network network) {
        try (var clients = new Clients(cluster, "slow", 2, 5)) {
            // given a follower that is 300 ms and a thin line away
            Replica leader = cluster.awaitLeader(SOON);
            Replica slow = cluster.allBut(leader).get(0);
            network.slow(slow, cluster.allBut(slow), Duration.ofMillis(300), 64 << 10);

            // when the leader is written to
            var times = new ArrayList<Duration>();
            for (int i = 0; i < 100; i++) {
                long start = System.nanoTime();
                assertThat(put(leader, "shop.slow", Integer.toString(i)).isSuccess()).isTrue();
                times.add(Duration.ofNanos(System.nanoTime() - start));
            }

            // then no write waits for that follower, which would take two ways
            var percentiles = new Percentiles(times);
            System.out.printf("slow follower: writes take %s%n", percentiles);
            assertThat(percentiles.at(90)).isLessThan(Duration.ofMillis(300));
            network.heal();
            judge(cluster, clients);
        }
    }

    @Test
    void connectionsThatBreakEverySecondCauseNoElection(Cluster cluster, Network network) {
        try (var clients = new Clients(cluster, "reset", 4, 6)) {
            long term = term(cluster);

            // when all connections break, five times
            for (int i = 0; i < 5; i++) {
                network.reset();
                watchLeaders(cluster, Duration.ofSeconds(1));
            }

            // then nobody sought election, and writes go on
            assertThat(term(cluster)).isEqualTo(term);
            clients.awaitAcknowledged(SOON);
            judge(cluster, clients);
        }
    }

    @Test
    void whateverHappensTheHistoryIsLinearizable(Cluster cluster, Network network) {
        long seed = Long.getLong("faults.seed", 20261125);
        var nemesis = new Nemesis(cluster, network, seed);
        try (var clients = new Clients(cluster, "mixed", 6, seed)) {
            // when one fault follows the other
            long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
            while (System.nanoTime() < end) {
                List<Nemesis.Fault> faults = nemesis.strike(T, T.multipliedBy(2), T.multipliedBy(3));
                System.out.printf("%s: writes go on after %s%n", faults,
                        Percentiles.millis(clients.awaitAcknowledged(SOON)));
            }

            // then what clients saw can be explained
            judge(cluster, clients);
            System.out.printf("seed %d: %s: %s%n", seed, nemesis.counts(), clients.tally());
        }
    }

    /** Heals nothing: a majority must be there, and connected. */
    private static void judge(Cluster cluster, Clients clients) {
        cluster.awaitLeader(SOON);
        clients.judge();
        clients.stop();
    }

    /** Each leader that any replica claims to be in any term, for so long. */
    private static Set<String> watchLeaders(Cluster cluster, Duration duration) {
        var leaders = new TreeSet<String>();
        long end = System.nanoTime() + duration.toNanos();
        await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(50)).atMost(duration.plus(SOON)).until(() -> {
            for (Replica replica : cluster.replicas()) {
                var status = replica.status().json();
                if (status.path("role").asText().equals("LEADER")) {
                    leaders.add(status.path("term").asLong() + " " + replica.id());
                }
            }
            return System.nanoTime() > end;
        });
        return leaders;
    }

    private static long term(Cluster cluster) {
        return cluster.replicas().stream().mapToLong(replica -> replica.status().json().path("term").asLong()).max()
                .orElseThrow();
    }

    private static String role(Replica replica) {
        return replica.status().json().path("role").asText();
    }

    private static Reply put(Replica replica, String name, String value) {
        return replica.putWithin(T, name, value);
    }

    private static Reply get(Replica replica, String name) {
        return replica.ask(PATIENCE, "GET", "/raft-config/v1/properties/" + name + "?timeout=1s", null);
    }
}
