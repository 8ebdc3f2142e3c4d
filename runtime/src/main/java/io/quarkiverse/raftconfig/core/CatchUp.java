package io.quarkiverse.raftconfig.core;

/**
 * How a learner comes close enough to the leader to be made a voter (§6, thesis §4.2.1).
 *
 * <pre>
 *   round 1              | round 2      | 3  | ...
 *   all that is there    | what came    | what came in round 2
 *                        | in round 1   |
 * </pre>
 *
 * Each round is shorter than the one before if the learner is faster than the writes are. The one that takes less than an
 * election timeout is the last: what is missing then holds up commits for no longer than an election would. A learner that
 * needs more than {@link #ROUNDS_MAX} rounds will never be close, and one that is silent would be a voter that is dead. So
 * would one that answers and takes up nothing, because its disk hangs or what is sent to it is lost; no other change could
 * begin while it is waited for.
 */
final class CatchUp {
    static final int ROUNDS_MAX = 10;
    /** In election timeouts: a learner may be restarted meanwhile. */
    private static final int SILENCE_MAX = 3;
    /** In election timeouts without anything more that it holds. */
    private static final int STANDSTILL_MAX = 10;
    /** While a snapshot is on its way the learner holds no more, however well that goes; but each may take long to be lost. */
    static final int SNAPSHOTS_LOST_MAX = 5;

    private final RaftSettings settings;
    private int round = 1;
    private long roundBegan;
    private long roundEnd;
    private long held;
    private long advancedAt;
    private int snapshotsLostBefore;
    private boolean done;
    private boolean failed;

    /** @param lastIndex the end of the leader's log, at or behind the newest membership: who holds it knows that */
    CatchUp(RaftSettings settings, Progress learner, long lastIndex, long now) {
        this.settings = settings;
        this.roundEnd = lastIndex;
        this.roundBegan = now;
        advanced(learner, now);
    }

    /** Looks at what the learner holds by now. */
    void look(Progress learner, long lastIndex, long now) {
        failed |= isLongerThan(SILENCE_MAX, now - learner.answeredAt()) || standsStill(learner, now);
        if (learner.matchIndex() < roundEnd) {
            return;
        } else if (done) {
            // Others are not, and until then it has to go on.
            roundEnd = lastIndex;
            return;
        }
        if (now - roundBegan < settings.electionTimeoutMillis()) {
            done = true;
        } else if (round == ROUNDS_MAX) {
            failed = true;
        } else {
            round++;
            roundBegan = now;
            roundEnd = lastIndex;
        }
    }

    private boolean standsStill(Progress learner, long now) {
        if (learner.matchIndex() > held || learner.matchIndex() >= roundEnd) {
            advanced(learner, now);
        } else if (learner.isSnapshotting()) {
            advancedAt = now;
        }
        return isLongerThan(STANDSTILL_MAX, now - advancedAt)
                || learner.snapshotsLost() - snapshotsLostBefore >= SNAPSHOTS_LOST_MAX;
    }

    private void advanced(Progress learner, long now) {
        held = learner.matchIndex();
        advancedAt = now;
        snapshotsLostBefore = learner.snapshotsLost();
    }

    private boolean isLongerThan(int electionTimeouts, long millis) {
        return millis >= (long) electionTimeouts * settings.electionTimeoutMillis();
    }

    int round() {
        return round;
    }

    boolean isDone() {
        return done && !failed;
    }

    boolean hasFailed() {
        return failed;
    }
}
