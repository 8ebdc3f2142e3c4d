package io.quarkiverse.raftconfig.node;

import org.jspecify.annotations.Nullable;

/**
 * Runs a task at a time that is moved often, and mostly to later. Moving it costs nothing: the one timer behind it stays
 * armed, and is armed anew when it rings too early. Lives on the loop.
 */
final class Alarm {
    private static final long NEVER = Long.MAX_VALUE;

    private final Loop loop;
    private final Runnable task;
    private long dueMillis = NEVER;
    private long armedMillis = NEVER;
    private Loop.@Nullable Timer timer;

    Alarm(Loop loop, Runnable task) {
        this.loop = loop;
        this.task = task;
    }

    /** @param atMillis on the clock of {@link Loop#nowMillis}; {@link Long#MAX_VALUE} for never */
    void setTo(long atMillis) {
        dueMillis = atMillis;
        if (atMillis < armedMillis) {
            arm();
        }
    }

    void setToEarlierOf(long atMillis) {
        setTo(Math.min(dueMillis, atMillis));
    }

    /** Forgets the time, and the timer too: nothing is left behind on the loop. */
    void cancel() {
        dueMillis = NEVER;
        armedMillis = NEVER;
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }

    private void arm() {
        if (timer != null) {
            timer.cancel();
        }
        armedMillis = dueMillis;
        timer = loop.schedule(dueMillis - loop.nowMillis(), this::ring);
    }

    private void ring() {
        timer = null;
        armedMillis = NEVER;
        if (dueMillis == NEVER) {
            return;
        }
        if (loop.nowMillis() < dueMillis) {
            arm();
        } else {
            dueMillis = NEVER;
            task.run();
        }
    }
}
