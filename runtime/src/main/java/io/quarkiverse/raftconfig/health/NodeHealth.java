package io.quarkiverse.raftconfig.health;

import io.quarkiverse.raftconfig.node.NodeStatus;

/** What the checks look at. Never blocks. */
public interface NodeHealth {
    NodeStatus status();

    /** Whether the application is shutting down. */
    boolean stopping();

    /** Whether a node is ready only with a leader; otherwise any state will do. */
    boolean readyWithLeaderOnly();

    /** Whether the loop has turned lately. */
    boolean loopTurns();
}
