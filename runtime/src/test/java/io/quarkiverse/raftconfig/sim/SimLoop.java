package io.quarkiverse.raftconfig.sim;

import java.util.ArrayDeque;
import java.util.Queue;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.node.Loop;

/**
 * The loop of one life of a node. Killed, it does nothing any more: what it had to do is lost. Paused, as by SIGSTOP, it does
 * what it had to do when it goes on.
 */
final class SimLoop implements Loop {
    private final VirtualTime time;
    private final SimClock clock;
    private final Runnable afterTask;
    private final Queue<Runnable> missed = new ArrayDeque<>();
    private boolean killed;
    private boolean paused;
    private int pauses;
    private @Nullable Lane laneAtWork;
    private int timers;

    /** A thread beside the loop: what it tells the loop is told when its task is over. */
    interface Lane {
        void tellWhenDone(Runnable news);
    }

    /** @param afterTask called after whatever has run on this loop */
    SimLoop(VirtualTime time, SimClock clock, Runnable afterTask) {
        this.time = time;
        this.clock = clock;
        this.afterTask = afterTask;
    }

    void kill() {
        killed = true;
        missed.clear();
    }

    boolean isKilled() {
        return killed;
    }

    void pause() {
        paused = true;
        pauses++;
    }

    /** How many times it was paused. */
    int pauses() {
        return pauses;
    }

    boolean isPaused() {
        return paused;
    }

    void resume() {
        paused = false;
        for (Runnable task = missed.poll(); task != null; task = missed.poll()) {
            Runnable next = task;
            time.schedule(0, () -> run(next));
        }
    }

    /** How many timers are armed. */
    int timers() {
        return timers;
    }

    void laneAtWork(@Nullable Lane lane) {
        laneAtWork = lane;
    }

    @Override
    public void execute(Runnable task) {
        if (laneAtWork != null) {
            laneAtWork.tellWhenDone(task);
        } else {
            time.schedule(0, () -> run(task));
        }
    }

    /** Runs it now, as a thing that has reached this process from outside. */
    void run(Runnable task) {
        if (killed) {
            return;
        }
        if (paused) {
            missed.add(task);
            return;
        }
        task.run();
        afterTask.run();
    }

    @Override
    public Timer schedule(long delayMillis, Runnable task) {
        SimTimer timer = new SimTimer(nowMillis() + Math.max(0, delayMillis), task);
        timers++;
        timer.arm();
        return timer;
    }

    @Override
    public long nowMillis() {
        return clock.nowMillis();
    }

    @Override
    public long wallClockMillis() {
        return clock.wallMillis();
    }

    private final class SimTimer implements Timer {
        private final long dueMillis;
        private final Runnable task;
        private boolean over;

        SimTimer(long dueMillis, Runnable task) {
            this.dueMillis = dueMillis;
            this.task = task;
        }

        void arm() {
            time.schedule(clock.microsUntil(dueMillis), this::ring);
        }

        private void ring() {
            if (over || killed) {
                return;
            }
            if (nowMillis() < dueMillis) {
                // The clock was slowed down meanwhile.
                arm();
                return;
            }
            run(() -> {
                if (!over) {
                    end();
                    task.run();
                }
            });
        }

        @Override
        public void cancel() {
            if (!over) {
                end();
            }
        }

        private void end() {
            over = true;
            timers--;
        }
    }
}
