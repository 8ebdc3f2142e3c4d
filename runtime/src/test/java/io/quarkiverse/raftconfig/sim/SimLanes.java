package io.quarkiverse.raftconfig.sim;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;

import io.quarkiverse.raftconfig.node.Lanes;

/**
 * The lanes of one life of a node. A task is done when it begins, but what it wrote reaches the disk, and what it tells the
 * loop is told, only at its end: a crash may come in between.
 */
final class SimLanes implements Lanes {
    private final VirtualTime time;
    private final SimLoop loop;
    private final Lane store;
    private final Lane files;
    private final Lane notifier;
    private boolean closed;

    /** What the disk does when a task of a lane is over. */
    interface Disk {
        /** How long the next commit takes. */
        long storeMicros();

        /** How long the next file takes. */
        long fileMicros();

        /** The commit under way is durable now. */
        void storeSynced();

        /** The file under way is durable now. */
        void fileSynced();
    }

    SimLanes(VirtualTime time, SimLoop loop, Disk disk) {
        this.time = time;
        this.loop = loop;
        this.store = new Lane(disk::storeMicros, disk::storeSynced);
        this.files = new Lane(disk::fileMicros, disk::fileSynced);
        this.notifier = new Lane(() -> 0, () -> {
        });
    }

    /** When what the disk is doing by now will be over: it may have begun while the disk was slow. */
    long busyUntilMicros() {
        return Math.max(store.endsAtMicros, files.endsAtMicros);
    }

    /** How many tasks wait for the disk. */
    int waiting() {
        return store.tasks.size() + files.tasks.size();
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

    private final class Lane implements Executor, SimLoop.Lane {
        private final LongSupplier micros;
        private final Runnable synced;
        private final Queue<Runnable> tasks = new ArrayDeque<>();
        private final List<Runnable> news = new ArrayList<>();
        private boolean busy;
        private long endsAtMicros;

        Lane(LongSupplier micros, Runnable synced) {
            this.micros = micros;
            this.synced = synced;
        }

        @Override
        public void execute(Runnable task) {
            if (closed) {
                throw new IllegalStateException("the lanes are closed");
            }
            tasks.add(task);
            if (!busy) {
                busy = true;
                time.schedule(0, this::begin);
            }
        }

        @Override
        public void tellWhenDone(Runnable told) {
            news.add(told);
        }

        private void begin() {
            if (loop.isKilled()) {
                return;
            }
            loop.laneAtWork(this);
            try {
                tasks.remove().run();
            } finally {
                loop.laneAtWork(null);
            }
            long takes = micros.getAsLong();
            endsAtMicros = time.nowMicros() + takes;
            time.schedule(takes, this::finish);
        }

        private void finish() {
            if (loop.isKilled()) {
                return;
            }
            synced.run();
            if (loop.isKilled()) {
                // It had come to the disk, and nobody was told.
                return;
            }
            List<Runnable> told = List.copyOf(news);
            news.clear();
            if (!told.isEmpty()) {
                loop.run(() -> told.forEach(Runnable::run));
            }
            if (tasks.isEmpty()) {
                busy = false;
            } else {
                begin();
            }
        }
    }
}
