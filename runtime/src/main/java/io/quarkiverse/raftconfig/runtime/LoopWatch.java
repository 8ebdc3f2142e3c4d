package io.quarkiverse.raftconfig.runtime;

import io.quarkiverse.raftconfig.node.Loop;

/**
 * Tells whether a loop turns, without waiting for it: each question puts a task on the loop, unless one is there already, and
 * looks how long the oldest has not been run.
 */
final class LoopWatch {
    /** Nothing on the loop may block: a turn takes microseconds, and a pause of the whole process some seconds at worst. */
    private static final long SILENCE_MILLIS_MAX = 10_000;

    private final Loop loop;
    private boolean asked;
    private long askedAtMillis;

    LoopWatch(Loop loop) {
        this.loop = loop;
    }

    synchronized boolean turns() {
        long nowMillis = loop.nowMillis();
        if (!asked) {
            asked = true;
            askedAtMillis = nowMillis;
            loop.execute(this::answered);
        }
        return !asked || nowMillis - askedAtMillis < SILENCE_MILLIS_MAX;
    }

    private synchronized void answered() {
        asked = false;
    }
}
