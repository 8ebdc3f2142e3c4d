package io.quarkiverse.raftconfig.node;

import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The three threads of a node beside its loop. They are daemons, so that a disk that never answers can't keep a process
 * alive that was told to end: what was acknowledged is durable, whenever it ends.
 */
public final class NodeThreads implements Lanes {
    private final ExecutorService store = thread("raft-config-store");
    private final ExecutorService files = thread("raft-config-files");
    private final ExecutorService notifier = thread("raft-config-notifier");

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
        store.shutdown();
        files.shutdown();
        notifier.shutdown();
    }

    /** Waits, after {@link #close}, until all three have ended; false if the time was too short. */
    public boolean awaitEnd(long timeoutMillis) throws InterruptedException {
        long deadlineNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
        for (ExecutorService thread : List.of(store, files, notifier)) {
            if (!thread.awaitTermination(deadlineNanos - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                return false;
            }
        }
        return true;
    }

    private static ExecutorService thread(String name) {
        return new ThreadPoolExecutor(1, 1, 0, TimeUnit.NANOSECONDS, new LinkedBlockingQueue<>(), task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        });
    }
}
