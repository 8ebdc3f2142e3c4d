package io.quarkiverse.raftconfig.node;

import io.quarkiverse.raftconfig.core.Bytes;

/** What one node asks of another, on a stream of its own. */
public sealed interface PeerRequest {
    /**
     * Please write this: to the leader, on behalf of a caller of this node.
     *
     * @param command an encoded {@code state.Command}; the leader stamps a transaction with its own clock
     * @param timeoutMillis after which the caller is told that the outcome is unknown
     */
    record Propose(Bytes command, long timeoutMillis) implements PeerRequest {
    }

    /** Up to where must I have applied to answer a linearizable read? To the leader. */
    record ReadIndex(long timeoutMillis) implements PeerRequest {
    }
}
