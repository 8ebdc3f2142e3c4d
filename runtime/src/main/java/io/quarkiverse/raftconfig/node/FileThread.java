package io.quarkiverse.raftconfig.node;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * The way from the loop to the thread that reads and writes snapshot files, and back. When the node has stopped, what is given
 * to either is dropped: a snapshot that is not named, or not installed, does not count.
 */
record FileThread(Executor files, Loop loop) {
    /** From the loop. Done in the order given. */
    void run(Runnable task) {
        execute(files, task);
    }

    /** From the file thread. */
    void tell(Runnable news) {
        execute(loop::execute, news);
    }

    private static void execute(Executor executor, Runnable task) {
        try {
            executor.execute(task);
        } catch (RejectedExecutionException e) {
            // The node has stopped.
        }
    }
}
