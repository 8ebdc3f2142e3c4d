package io.quarkiverse.raftconfig.sim;

import java.util.SplittableRandom;

import io.quarkiverse.raftconfig.core.RaftSettings;
import io.quarkiverse.raftconfig.sim.SimNetwork.Weather;
import io.quarkiverse.raftconfig.state.StoreLimits;

/**
 * What a seed draws before a run begins: sizes and settings, extreme ones among them, and how rough it gets.
 *
 * @param events about how many events the part with faults has
 * @param diskMicros how long a commit takes, between this and twice this
 * @param faultGapMillis the mean time from one fault to the next
 * @param keyed how many of the writes carry an idempotency key and are tried again; a probability
 * @param propertiesMax what a leader lets the store hold
 * @param inFlightMax how many calls of its users a node has under way at once; it refuses more
 * @param keysAgeMillis how long a key is remembered
 * @param wallJumps whether wall clocks may jump: then no write relies on a key, which a jump may let expire
 * @param snapshotChunkBytes how much of a snapshot goes to a peer at once
 * @param journaled whether the disks are those of the real store, with sectors that may be lost
 * @param nodes who found the cluster
 * @param changes how its members change
 */
record SimOptions(long seed, int nodes, int events, RaftSettings raft, int snapshotEntries, int inFlightMax,
        int idempotencyKeysMax, long keysAgeMillis, Weather weather, long diskMicros, int clients, int properties,
        int propertiesMax,
        long thinkMicros,
        long faultGapMillis, double keyed, boolean wallJumps, boolean journaled,
        int snapshotChunkBytes, Changes changes) {

    /**
     * How members change, in one seed of two.
     *
     * @param spares nodes that do not found the cluster and ask to be taken in
     * @param gapMillis the mean time from one act of the operator's to the next; 0 if there is none
     * @param voters as the setting says
     * @param replaceLostAfterMillis as the setting says
     */
    record Changes(int spares, long gapMillis, int voters, long replaceLostAfterMillis) {

        static final Changes NONE = new Changes(0, 0, 0, 0);

        boolean happen() {
            return gapMillis > 0;
        }
    }

    private static final long KEYS_AGE_LONG_MILLIS = 3_600_000;

    static SimOptions draw(long seed) {
        SplittableRandom random = new SplittableRandom(Hashes.mix(seed, 1));
        SplittableRandom snapshots = new SplittableRandom(Hashes.mix(seed, 4));
        int nodes = pick(random, 1, 2, 3, 3, 3, 3, 3, 4, 5, 5, 5, 7);
        int electionTimeout = pick(random, 50, 150, 300, 1_000);
        int heartbeat = Math.max(2, electionTimeout / pick(random, 3, 5, 10));
        RaftSettings raft = new RaftSettings(electionTimeout, heartbeat, pick(random, 1, 200, 4_000, 512 << 10),
                pick(random, 1, 2, 8, 64), pick(random, 1, 1_000, 4 << 20), pick(random, 4_000, 256 << 20, 256 << 20),
                pick(snapshots, 0, 1, 10, 100, 5_000),
                pick(new SplittableRandom(Hashes.mix(seed, 7)), 1, 300, 1 << 20));
        boolean wallJumps = random.nextInt(5) == 0;
        boolean journaled = random.nextInt(64) == 0;
        return new SimOptions(seed, nodes, journaled ? 4_000 : 20_000 + random.nextInt(10_000), raft,
                pick(random, 2, 5, 20, 100, 10_000),
                pick(new SplittableRandom(Hashes.mix(seed, 6)), 1, 1_024, 1_024, 1_024), pick(random, 4, 100, 10_000),
                keysAge(new SplittableRandom(Hashes.mix(seed, 5)), electionTimeout),
                weather(random, electionTimeout),
                pick(random, 20, 120, 1_000, electionTimeout * 50), 1 + random.nextInt(6), 1 + random.nextInt(5),
                propertiesMax(new SplittableRandom(Hashes.mix(seed, 3))),
                pick(random, 100, 2_000, electionTimeout * 100), electionTimeout * (long) pick(random, 1, 3, 8, 20),
                wallJumps ? 0 : random.nextDouble(), wallJumps, journaled, pick(snapshots, 500, 4_000, 256 << 10),
                changes(new SplittableRandom(Hashes.mix(seed, 8)), electionTimeout));
    }

    private static Changes changes(SplittableRandom random, int electionTimeout) {
        if (random.nextBoolean()) {
            return Changes.NONE;
        }
        return new Changes(pick(random, 0, 1, 2, 3), electionTimeout * (long) pick(random, 2, 5, 15),
                pick(random, 0, 0, 3, 5), pick(random, 0, 0, electionTimeout * 3));
    }

    /** Who founds the cluster, and who may come later. */
    int allNodes() {
        return nodes + changes.spares;
    }

    /** A store that is full at times, in one seed of eight. */
    private static int propertiesMax(SplittableRandom random) {
        return random.nextInt(8) == 0 ? 1 + random.nextInt(3) : StoreLimits.DEFAULTS.properties();
    }

    /** Short in one seed of four, so that keys expire between one try and the next. */
    private static long keysAge(SplittableRandom random, int electionTimeout) {
        return random.nextInt(4) == 0 ? electionTimeout * (long) pick(random, 1, 3, 20) : KEYS_AGE_LONG_MILLIS;
    }

    /** Whether a write with a key may be done again after a while. */
    boolean keysExpire() {
        return keysAgeMillis < KEYS_AGE_LONG_MILLIS;
    }

    /** Delays up to a quarter of the election timeout, so that elections can succeed. */
    private static Weather weather(SplittableRandom random, int electionTimeout) {
        long delayMax = pick(random, 150, 150, 2_000, electionTimeout * 100, electionTimeout * 250);
        long delayMin = pick(random, 50, (int) delayMax / 2);
        return new Weather(Math.min(delayMin, delayMax), delayMax, pick(random, 0, 0, 1, 10) / 1_000.0,
                pick(random, 0, 0, 50) / 1_000.0, pick(random, 0, 0, 0, 20) / 1_000.0);
    }

    int electionTimeoutMillis() {
        return raft.electionTimeoutMillis();
    }

    /** The same, with fewer of both. */
    SimOptions with(int fewerClients, int fewerEvents) {
        return new SimOptions(seed, nodes, fewerEvents, raft, snapshotEntries, inFlightMax, idempotencyKeysMax, keysAgeMillis,
                weather, diskMicros, fewerClients, properties, propertiesMax, thinkMicros, faultGapMillis, keyed, wallJumps,
                journaled, snapshotChunkBytes, changes);
    }

    /** One stream of random numbers for each purpose, so that one does not shift the others. */
    SplittableRandom stream(int purpose) {
        return new SplittableRandom(Hashes.mix(seed, purpose, 2));
    }

    private static int pick(SplittableRandom random, int... choices) {
        return choices[random.nextInt(choices.length)];
    }
}
