package io.quarkiverse.raftconfig.node;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.core.Bytes;
import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.core.ReplicaId;

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

    /** Please make these the members: to the leader, on behalf of a caller of this node. */
    record ChangeMembership(MembershipRequest request, long timeoutMillis) implements PeerRequest {
    }

    /** Please take me in: from a blank node to any member, which passes it on to the leader. */
    record Join(ReplicaId replica, @Nullable String address, long timeoutMillis) implements PeerRequest {
    }

    /**
     * Please lead no more: to the leader, on behalf of a caller of this node.
     *
     * @param to who is to lead; null for whoever is most up to date
     */
    record Transfer(@Nullable NodeId to, long timeoutMillis) implements PeerRequest {
    }

    /** Up to where must I have applied to answer a linearizable read? To the leader. */
    record ReadIndex(long timeoutMillis) implements PeerRequest {
    }
}
