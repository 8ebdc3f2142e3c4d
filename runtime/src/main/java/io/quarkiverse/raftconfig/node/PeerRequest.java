package io.quarkiverse.raftconfig.node;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.core.Bytes;
import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.core.ReplicaId;
import io.quarkiverse.raftconfig.core.SnapshotPoint;

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

    /**
     * A part of the leader's snapshot (§7): to one who lacks more than the leader's log holds. Answered by
     * {@link PeerResponse.SnapshotChunk} or {@link PeerResponse.SnapshotInstalled}.
     *
     * @param term of the leader
     * @param transferId rises with each transfer that the leader begins in its term
     * @param sizeBytes of the whole snapshot
     * @param crc CRC32C of the whole
     * @param offset of {@code chunk} in the whole
     * @param chunkCrc CRC32C of {@code chunk}
     */
    record InstallSnapshot(long term, long transferId, SnapshotPoint point, long sizeBytes, int crc, long offset, Bytes chunk,
            int chunkCrc) implements PeerRequest {
    }
}
