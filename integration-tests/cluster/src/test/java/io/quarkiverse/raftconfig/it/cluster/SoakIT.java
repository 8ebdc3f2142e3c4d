package io.quarkiverse.raftconfig.it.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The long form of {@link FaultsIT}'s last scene: a fault every ten seconds, for {@code soak.minutes}. Run by the profile
 * {@code soak}. Its memory does not grow with the time: what clients did is judged, round by round, and forgotten.
 */
@ExtendWith(RelayedReplicas.class)
@EnabledIfSystemProperty(named = "soak.minutes", matches = "[0-9]+", disabledReason = "takes long: run it with -Psoak")
class SoakIT {
    private static final int CLIENTS = 12;
    private static final Duration EVERY = Duration.ofSeconds(10);
    private static final Duration SOON = Duration.ofSeconds(60);

    @Test
    void nothingIsLostAndNothingIsStale(Cluster cluster, Network network) {
        Duration duration = Duration.ofMinutes(Long.getLong("soak.minutes", 30));
        long seed = Long.getLong("faults.seed", System.nanoTime());
        System.out.printf("soak: %s, seed %d%n", duration, seed);
        var nemesis = new Nemesis(cluster, network, seed);
        var recoveries = new ArrayList<Duration>();
        long start = System.nanoTime();
        try (var clients = new Clients(cluster, "soak", CLIENTS, seed)) {
            // when one fault follows the other, and each round is judged
            while (System.nanoTime() - start < duration.toNanos()) {
                long next = System.nanoTime() + EVERY.toNanos();
                List<Nemesis.Fault> faults = nemesis.strike(Duration.ofMillis(500), EVERY.dividedBy(2), EVERY);
                Duration recovery = clients.awaitAcknowledged(SOON);
                recoveries.add(recovery);
                cluster.awaitLeader(SOON);
                clients.judge();
                Duration passed = Duration.ofNanos(System.nanoTime() - start);
                System.out.printf("%4d s: %s, writes go on after %s, linearizable; %s%n", passed.toSeconds(), faults,
                        Percentiles.millis(recovery), clients.tally());
                for (long wait = next - System.nanoTime(); wait > 0; wait = next - System.nanoTime()) {
                    LockSupport.parkNanos(wait);
                }
            }
            clients.stop();
            clients.judge();

            // then each replica has all that was acknowledged
            clients.assertNothingLost();
            Duration passed = Duration.ofNanos(System.nanoTime() - start);
            double rate = clients.tally().operations() * 1e9 / passed.toNanos();
            System.out.printf("""
                    soak, seed %d: %s
                      %s
                      %.0f operations a second
                      faults: %s
                      after a fault, writes go on after: %s
                      lost: 0, stale: 0, verdict: linearizable
                    """, seed, passed, clients.tally(), rate, nemesis.counts(), new Percentiles(recoveries));
            assertThat(rate).isGreaterThan(100);
        }
    }
}
