package io.quarkiverse.raftconfig.node;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;

import io.quarkiverse.raftconfig.sim.VirtualTime;

/** The lanes of one node on virtual time. Each takes a while for each task, and does one at a time. */
final class VirtualLanes implements Lanes {
    private final VirtualTime time;
    private final Lane store;
    private final Lane files;
    private final Lane notifier;
    private long nextStoreMicros = -1;
    private boolean storeHeld;
    private boolean killed;
    private boolean closed;

    /** @param storeMicros how long the next commit takes; drawn when it begins */
    VirtualLanes(VirtualTime time, LongSupplier storeMicros) {
        this.time = time;
        this.store = new Lane(() -> {
            long micros = nextStoreMicros < 0 ? storeMicros.getAsLong() : nextStoreMicros;
            nextStoreMicros = -1;
            return micros;
        });
        this.files = new Lane(() -> 5_000);
        this.notifier = new Lane(() -> 0);
    }

    /** The next commit is slow, once. */
    void nextStoreTaskTakes(long micros) {
        nextStoreMicros = micros;
    }

    /** No commit ends until {@link #releaseStore}. */
    void holdStore() {
        storeHeld = true;
    }

    void releaseStore() {
        storeHeld = false;
        store.finishIfDue();
    }

    /** What was not done yet is lost, as in a crash. */
    void kill() {
        killed = true;
    }

    boolean isClosed() {
        return closed;
    }

    @Override
    public Executor store() {
        return store;
    }

    @Override
    public Executor files() {
        return files;
    }

    @Override
    public Executor notifier() {
        return notifier;
    }

    @Override
    public void close() {
        closed = true;
    }

    private final class Lane implements Executor {
        private final LongSupplier micros;
        private final Queue<Runnable> tasks = new ArrayDeque<>();
        private boolean busy;
        private boolean due;

        Lane(LongSupplier micros) {
            this.micros = micros;
        }

        @Override
        public void execute(Runnable task) {
            if (closed) {
                throw new IllegalStateException("the lanes are closed");
            }
            tasks.add(task);
            if (!busy) {
                begin();
            }
        }

        private void begin() {
            busy = true;
            time.schedule(micros.getAsLong(), this::finish);
        }

        private void finish() {
            due = true;
            finishIfDue();
        }

        private void finishIfDue() {
            if (killed || !due || (storeHeld && this == store)) {
                return;
            }
            due = false;
            tasks.remove().run();
            busy = false;
            if (!tasks.isEmpty()) {
                begin();
            }
        }
    }
}
