package io.quarkiverse.raftconfig.node;

import java.util.concurrent.Executor;

/**
 * Where a node does what would hold up its loop. Each executor runs its tasks one after the other, in the order given, and
 * never interrupts one: an interrupt closes a file for good. {@link NodeThreads} has a thread for each; a simulation has
 * virtual time.
 */
public interface Lanes extends AutoCloseable {
    /** The only one that writes the log. */
    Executor store();

    /** Writes snapshot files, which may take long. */
    Executor files();

    /** Calls listeners, which may take longer. */
    Executor notifier();

    /** No task is given any more; those given before are still done. Waits for nothing. */
    @Override
    void close();
}
