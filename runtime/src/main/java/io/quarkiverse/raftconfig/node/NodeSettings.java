package io.quarkiverse.raftconfig.node;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.core.RaftSettings;
import io.quarkiverse.raftconfig.state.StoreLimits;

/**
 * What the operator has set, checked.
 *
 * @param members the founding set, {@code host:port} by node id, this node included; empty for a cluster of one
 * @param snapshotEntries a snapshot is taken after so many applied entries
 * @param snapshotBytes or after so many bytes of them
 * @param inFlightMax proposals of this node's callers under way at once
 * @param idempotencyKeysMax how many idempotency keys are remembered at once; with the next, what a leader stamps on each
 *        transaction
 * @param idempotencyAgeMillis for how long one is remembered
 * @param limits what a leader lets the store hold
 * @param membership what a node does about it
 * @param snapshotChunkBytes how much of a snapshot goes to a peer at once
 */
public record NodeSettings(RaftSettings raft, SortedMap<NodeId, String> members, int snapshotEntries, long snapshotBytes,
        int inFlightMax, int idempotencyKeysMax, long idempotencyAgeMillis, StoreLimits limits,
        MembershipSettings membership, int snapshotChunkBytes) {

    private static final int SNAPSHOT_CHUNK_BYTES = 256 << 10;

    public NodeSettings {
        members = Collections.unmodifiableSortedMap(new TreeMap<>(members));
    }

    /** With chunks of the usual size. */
    public NodeSettings(RaftSettings raft, SortedMap<NodeId, String> members, int snapshotEntries, long snapshotBytes,
            int inFlightMax, int idempotencyKeysMax, long idempotencyAgeMillis, StoreLimits limits,
            MembershipSettings membership) {
        this(raft, members, snapshotEntries, snapshotBytes, inFlightMax, idempotencyKeysMax, idempotencyAgeMillis, limits,
                membership, SNAPSHOT_CHUNK_BYTES);
    }

    /** With the limits that hold if none are set. */
    public NodeSettings(RaftSettings raft, SortedMap<NodeId, String> members, int snapshotEntries, long snapshotBytes,
            int inFlightMax, int idempotencyKeysMax, long idempotencyAgeMillis) {
        this(raft, members, snapshotEntries, snapshotBytes, inFlightMax, idempotencyKeysMax, idempotencyAgeMillis,
                StoreLimits.DEFAULTS);
    }

    /** Members change by request only. */
    public NodeSettings(RaftSettings raft, SortedMap<NodeId, String> members, int snapshotEntries, long snapshotBytes,
            int inFlightMax, int idempotencyKeysMax, long idempotencyAgeMillis, StoreLimits limits) {
        this(raft, members, snapshotEntries, snapshotBytes, inFlightMax, idempotencyKeysMax, idempotencyAgeMillis, limits,
                MembershipSettings.BY_REQUEST);
    }

    /** The same but for what is done about the membership. */
    public NodeSettings with(MembershipSettings other) {
        return new NodeSettings(raft, members, snapshotEntries, snapshotBytes, inFlightMax, idempotencyKeysMax,
                idempotencyAgeMillis, limits, other, snapshotChunkBytes);
    }

    /** The same but for the chunks in which snapshots go to peers. */
    public NodeSettings withSnapshotChunks(int bytes) {
        return new NodeSettings(raft, members, snapshotEntries, snapshotBytes, inFlightMax, idempotencyKeysMax,
                idempotencyAgeMillis, limits, membership, bytes);
    }
}
