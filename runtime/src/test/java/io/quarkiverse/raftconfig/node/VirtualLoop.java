package io.quarkiverse.raftconfig.node;

import io.quarkiverse.raftconfig.sim.VirtualTime;

/** The loop of one node on virtual time. A killed one does nothing any more: what it had to do is lost, as in a crash. */
final class VirtualLoop implements Loop {
    /** The wall clock at the beginning of virtual time: some day in 2026. */
    private static final long EPOCH_MILLIS = 1_767_225_600_000L;

    private final VirtualTime time;
    private boolean killed;
    private int timers;

    VirtualLoop(VirtualTime time) {
        this.time = time;
    }

    void kill() {
        killed = true;
    }

    /** How many timers are armed. */
    int timers() {
        return timers;
    }

    @Override
    public void execute(Runnable task) {
        time.schedule(0, () -> {
            if (!killed) {
                task.run();
            }
        });
    }

    @Override
    public Timer schedule(long delayMillis, Runnable task) {
        VirtualTimer timer = new VirtualTimer(task);
        timers++;
        // Due at the begin of a millisecond, as the clock that people read.
        long dueMicros = (nowMillis() + Math.max(0, delayMillis)) * 1000;
        time.schedule(dueMicros - time.nowMicros(), timer);
        return timer;
    }

    @Override
    public long nowMillis() {
        return time.nowMillis();
    }

    @Override
    public long wallClockMillis() {
        return EPOCH_MILLIS + time.nowMillis();
    }

    private final class VirtualTimer implements Timer, Runnable {
        private final Runnable task;
        private boolean over;

        VirtualTimer(Runnable task) {
            this.task = task;
        }

        @Override
        public void run() {
            if (!over && !killed) {
                end();
                task.run();
            }
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
