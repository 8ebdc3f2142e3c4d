package io.quarkiverse.raftconfig.core;

import org.jspecify.annotations.Nullable;

/**
 * What figure 2 calls the persistent state beside the log.
 *
 * @param term the latest term this node has seen; 0 before the first
 * @param votedFor who got this node's vote in {@code term}; null if nobody did
 */
public record HardState(long term, @Nullable ReplicaId votedFor) {
    /** A node that has never taken part. */
    public static final HardState BLANK = new HardState(0, null);
}
