package io.quarkiverse.raftconfig.it.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;

import org.awaitility.Awaitility;

import io.quarkiverse.raftconfig.it.cluster.Remains.Moment;

/**
 * Kills replicas with -9 while snapshots are taken, sent, received and installed, and logs cut: it waits for a
 * file by which
 * such a moment begins, and then for a time that is drawn from a seed. Where a kill came, the replica's disk tells. For one
 * thread.
 */
final class SnapshotKiller {
    private static final Pattern OWN = Pattern.compile(Pattern.quote(Remains.TAKEN));
    private static final Pattern RECEIVED = Pattern.compile(Pattern.quote(Remains.RECEIVED));
    /** More than the tail of its log that a leader keeps, which is as much as its snapshot has. */
    private static final long BYTES_TO_LACK = 9 << 19;
    private static final int TRIES_MAX = 10;
    private static final Duration SOON = Duration.ofMinutes(3);
    private static final Duration BEGINS = Duration.ofMinutes(1);

    private final Cluster cluster;
    private final Load load;
    private final SplittableRandom random;
    private final Map<Moment, Integer> counts = new EnumMap<>(Moment.class);
    private int kills;

    /** @param load by which snapshots become due; it is calm while none is waited for */
    SnapshotKiller(Cluster cluster, Load load, long seed) {
        this.cluster = cluster;
        this.load = load;
        this.random = new SplittableRandom(seed);
    }

    /** Those that count: by which a replica was killed to be away does not. */
    int kills() {
        return kills;
    }

    Map<Moment, Integer> counts() {
        return counts;
    }

    /** All replicas are there; one is killed. */
    void killOneThatTakesASnapshot() {
        Replica victim = any(cluster.replicas());
        assertThat(kill(List.of(victim), victim, OWN, Duration.ofMillis(12), true)).as("%s takes snapshots", victim).isTrue();
    }

    /** All replicas are there, and all are killed at once: they are about equally far with the same. */
    void killAllThatCutTheirLogs() {
        Replica watched = any(cluster.replicas());
        assertThat(kill(cluster.replicas(), watched, Remains.SNAPSHOT, Duration.ofMillis(30), true))
                .as("%s takes snapshots", watched).isTrue();
    }

    /**
     * A follower is kept away until it needs a snapshot, and killed while it receives one, and another time when that has come
     * whole; and then the leader, while it sends it one more.
     */
    void killThoseBetweenWhomASnapshotGoes() {
        Replica follower = any(cluster.allBut(cluster.awaitLeader(SOON)));
        follower.kill();
        killInAnInstall(follower, RECEIVED, Duration.ofMillis(40));
        killInAnInstall(follower, Remains.SNAPSHOT, Duration.ofMillis(15));
        untilItIs(() -> {
            beAway(follower);
            return kill(List.of(cluster.awaitLeader(SOON)), follower, RECEIVED, Duration.ofMillis(40), false);
        });
    }

    private void killInAnInstall(Replica follower, Pattern begin, Duration within) {
        untilItIs(() -> {
            beAway(follower);
            return kill(List.of(follower), follower, begin, within, false);
        });
    }

    /** It may be over before the kill comes. */
    private static void untilItIs(BooleanSupplier killed) {
        for (int tries = 0; tries < TRIES_MAX; tries++) {
            if (killed.getAsBoolean()) {
                return;
            }
        }
        throw new AssertionError("in " + TRIES_MAX + " tries no replica was killed while a snapshot came: none was sent?");
    }

    /** Long enough to lack more than the others keep in their logs. */
    private void beAway(Replica follower) {
        follower.kill();
        load.hurry();
        long before = load.acknowledgedBytes();
        Awaitility.await("writes without " + follower).pollInterval(Duration.ofMillis(10)).atMost(SOON)
                .until(() -> load.acknowledgedBytes() >= before + BYTES_TO_LACK);
        load.calmDown();
    }

    /**
     * Kills {@code victims} within {@code within} after a file of that name has appeared in the directory of {@code watched},
     * which is started if it does not run.
     *
     * @return false if none has appeared; nobody is killed then
     */
    private boolean kill(List<Replica> victims, Replica watched, Pattern begin, Duration within, boolean heldByAll) {
        try (var watch = new FileWatch(watched.dataDirectory())) {
            if (watched.isAlive()) {
                load.hurry();
            } else {
                watched.start();
            }
            if (!watch.await(begin, BEGINS)) {
                assertThat(watched.isAlive()).as("the start of %s succeeds\n%s", watched, watched.logTail(60)).isTrue();
                return false;
            }
            LockSupport.parkNanos(random.nextLong(within.toNanos()));
            victims.forEach(victim -> victim.handle().destroyForcibly());
            load.calmDown();
        }
        for (Replica victim : victims) {
            victim.kill();
            boolean sending = victim != watched && watched.isAlive() && Remains.isReceiving(watched);
            Moment moment = Remains.of(victim).moment(heldByAll);
            note(victim, sending ? Moment.SENDING : moment);
        }
        return true;
    }

    private void note(Replica victim, Moment moment) {
        kills++;
        counts.merge(moment, 1, Integer::sum);
        System.out.printf("kill %d, of %s: %s%n", kills, victim, moment.words);
    }

    private Replica any(List<Replica> replicas) {
        return replicas.get(random.nextInt(replicas.size()));
    }
}
