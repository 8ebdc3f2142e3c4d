package io.quarkiverse.raftconfig.runtime;

import org.jspecify.annotations.Nullable;

/**
 * The one running node of this process. The node starts before there is any bean, so beans find it here. In dev mode this
 * class outlives a reload of the application: what was left running is found here and stopped.
 */
public final class RaftConfigHolder {
    private static @Nullable RunningNode running;

    private RaftConfigHolder() {
    }

    static synchronized void set(RunningNode node) {
        if (running != null) {
            throw new IllegalStateException("a node is running already");
        }
        running = node;
    }

    /** @throws IllegalStateException if none runs: while an AppCDS archive is made, or after the application has stopped */
    static synchronized RunningNode running() {
        if (running == null) {
            throw new IllegalStateException("no node of quarkus-raft-config is running in this process");
        }
        return running;
    }

    /** Null where {@link #running} would throw. */
    static synchronized @Nullable RunningNode runningOrNull() {
        return running;
    }

    /** Stops the node, if one runs, within {@code shutdown.timeout}. Idempotent. */
    static void stop() {
        RunningNode node;
        synchronized (RaftConfigHolder.class) {
            node = running;
            running = null;
        }
        if (node != null) {
            node.close();
        }
    }
}
