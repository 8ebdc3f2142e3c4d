package io.quarkiverse.raftconfig.core;

import java.util.random.RandomGenerator;

/**
 * When a node that hears no leader asks to lead (§5.2), and whether it has heard one lately (§6).
 * <p>
 * A wait is drawn from [T, 2T). A hint that the leader is gone shortens it: the first wait is drawn from [0, w), with w half
 * a heartbeat interval, the next from [w, 2w), [2w, 4w) and so on, until it is the normal wait again. So a leader that was
 * killed is replaced in tens of milliseconds, and a hint that was wrong, or disks that are slower than the first waits, cost
 * a few more attempts.
 */
final class ElectionTimer {
    private final RaftSettings settings;
    private final RandomGenerator random;
    private boolean leaderHeard;
    private long leaderHeardAt;
    private long waitMillis;
    private long deadline;
    /** The lower end of the next short wait; 0 while no hint stands. */
    private long shortWaitMillis;

    ElectionTimer(RaftSettings settings, RandomGenerator random) {
        this.settings = settings;
        this.random = random;
    }

    long deadline() {
        return deadline;
    }

    /** §6: whether a leader was heard within the minimum election timeout, and no hint says that it is gone. */
    boolean leaderHeardLately(long now) {
        return leaderHeard && now - leaderHeardAt < settings.electionTimeoutMillis();
    }

    void leaderHeard(long now) {
        if (shortWaitMillis > 0) {
            shortWaitMillis = 0;
            waitMillis = normalWait();
        }
        leaderHeard = true;
        leaderHeardAt = now;
        deadline = now + waitMillis;
    }

    /** The leader counts as not heard from until it is heard again. Repeated, it changes nothing. */
    void leaderLost(long now) {
        leaderHeard = false;
        if (shortWaitMillis == 0) {
            shortWaitMillis = Math.max(1, settings.heartbeatIntervalMillis() / 2);
            deadline = Math.min(deadline, now + random.nextLong(shortWaitMillis));
        }
    }

    /** Begins a new wait: an attempt has begun, or another candidate got this node's vote. */
    void restart(long now) {
        if (shortWaitMillis > 0 && shortWaitMillis < settings.electionTimeoutMillis()) {
            waitMillis = shortWaitMillis + random.nextLong(shortWaitMillis);
            shortWaitMillis *= 2;
        } else {
            waitMillis = normalWait();
        }
        deadline = now + waitMillis;
    }

    /** Somebody else is about to campaign: while a hint shortens the waits, lets it try first. */
    void giveWay(long now) {
        if (shortWaitMillis > 0) {
            deadline = Math.max(deadline, now + shortWaitMillis + random.nextLong(shortWaitMillis));
        }
    }

    /** There is nobody to wait for. */
    void expire(long now) {
        deadline = now;
    }

    private long normalWait() {
        return settings.electionTimeoutMillis() + random.nextLong(settings.electionTimeoutMillis());
    }
}
