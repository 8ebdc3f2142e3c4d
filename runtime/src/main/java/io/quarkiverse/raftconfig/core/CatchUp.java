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
 * needs more than {@link #ROUNDS_MAX} rounds will never be close, and one that is silent would be a voter that is dead.
 */
final class CatchUp {
    static final int ROUNDS_MAX = 10;
    /** In election timeouts: a learner may be restarted meanwhile. */
    private static final int SILENCE_MAX = 3;

    private final RaftSettings settings;
    private int round = 1;
    private long roundBegan;
    private long roundEnd;
    private boolean done;
    private boolean failed;

    /** @param lastIndex the end of the leader's log, at or behind the newest membership: who holds it knows that */
    CatchUp(RaftSettings settings, long lastIndex, long now) {
        this.settings = settings;
        this.roundEnd = lastIndex;
        this.roundBegan = now;
    }

    /** Looks at what the learner holds by now. */
    void look(Progress learner, long lastIndex, long now) {
        failed |= now - learner.answeredAt() >= (long) SILENCE_MAX * settings.electionTimeoutMillis();
        if (done || learner.matchIndex() < roundEnd) {
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
