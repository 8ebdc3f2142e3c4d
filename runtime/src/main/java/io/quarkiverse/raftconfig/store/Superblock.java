package io.quarkiverse.raftconfig.store;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.codec.ByteReader;
import io.quarkiverse.raftconfig.codec.ByteWriter;
import io.quarkiverse.raftconfig.codec.FieldCodec;
import io.quarkiverse.raftconfig.codec.MembershipCodec;
import io.quarkiverse.raftconfig.codec.UnknownFormatException;
import io.quarkiverse.raftconfig.core.ClusterId;
import io.quarkiverse.raftconfig.core.FoundingRecord;
import io.quarkiverse.raftconfig.core.HardState;
import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.core.Position;
import io.quarkiverse.raftconfig.core.ReplicaId;
import io.quarkiverse.raftconfig.core.SnapshotPoint;
import io.quarkiverse.raftconfig.core.StorageId;

/**
 * All that a node remembers beside its entries, in one record that is written with them.
 *
 * <pre>
 * u8 version 1, i64 record number of the log's index, node id, storage id, optional cluster id,
 * i64 term, optional replica id (vote), i64 commit index, position (base), position (last entry),
 * snapshot point, u8 0 or u8 1 and the founding record:
 * i64 attempt, optional replica id (promised to), i64 promised attempt, optional replica id (released by), i64 released
 * </pre>
 *
 * @param indexRecord where the log's index is, which leads from an index to an entry's record
 * @param base the place just before the first entry
 * @param last the place of the last entry, or the base
 */
record Superblock(long indexRecord, NodeId nodeId, StorageId storageId, @Nullable ClusterId clusterId, HardState hardState,
        long commitIndex, Position base, Position last, SnapshotPoint snapshot, @Nullable FoundingRecord founding) {

    private static final int VERSION = 1;

    static Superblock ofEmptyStore(long indexRecord, NodeId nodeId, StorageId storageId) {
        return new Superblock(indexRecord, nodeId, storageId, null, HardState.BLANK, 0, Position.ZERO, Position.ZERO,
                SnapshotPoint.NONE, null);
    }

    Superblock withLog(Position newBase, Position newLast) {
        return new Superblock(indexRecord, nodeId, storageId, clusterId, hardState, commitIndex, newBase, newLast, snapshot,
                founding);
    }

    Superblock withSnapshot(SnapshotPoint point) {
        return new Superblock(indexRecord, nodeId, storageId, clusterId, hardState,
                Math.max(commitIndex, point.last().index()), base, last, point, founding);
    }

    void write(ByteWriter out) {
        out.u8(VERSION).i64(indexRecord);
        FieldCodec.writeNodeId(out, nodeId);
        FieldCodec.writeStorageId(out, storageId);
        FieldCodec.writeOptionalClusterId(out, clusterId);
        out.i64(hardState.term());
        FieldCodec.writeOptionalReplicaId(out, hardState.votedFor());
        out.i64(commitIndex);
        FieldCodec.writePosition(out, base);
        FieldCodec.writePosition(out, last);
        MembershipCodec.writeSnapshotPoint(out, snapshot);
        out.u8(founding == null ? 0 : 1);
        if (founding != null) {
            out.i64(founding.attempt());
            FieldCodec.writeOptionalReplicaId(out, founding.promisedTo());
            out.i64(founding.promisedAttempt());
            FieldCodec.writeOptionalReplicaId(out, founding.releasedBy());
            out.i64(founding.released());
        }
    }

    static Superblock read(ByteReader in) {
        int version = in.u8();
        if (version != VERSION) {
            throw new UnknownFormatException(
                    "a superblock of format version " + version + "; this build reads " + VERSION);
        }
        long indexRecord = in.i64();
        NodeId nodeId = FieldCodec.readNodeId(in);
        StorageId storageId = FieldCodec.readStorageId(in);
        ClusterId clusterId = FieldCodec.readOptionalClusterId(in);
        long term = in.i64();
        HardState hardState = new HardState(term, FieldCodec.readOptionalReplicaId(in));
        long commitIndex = in.i64();
        Position base = FieldCodec.readPosition(in);
        Position last = FieldCodec.readPosition(in);
        SnapshotPoint snapshot = MembershipCodec.readSnapshotPoint(in);
        FoundingRecord founding = FieldCodec.readFlag(in) ? readFounding(in) : null;
        in.end();
        return new Superblock(indexRecord, nodeId, storageId, clusterId, hardState, commitIndex, base, last, snapshot,
                founding);
    }

    private static FoundingRecord readFounding(ByteReader in) {
        long attempt = in.i64();
        ReplicaId promisedTo = FieldCodec.readOptionalReplicaId(in);
        long promisedAttempt = in.i64();
        ReplicaId releasedBy = FieldCodec.readOptionalReplicaId(in);
        return new FoundingRecord(attempt, promisedTo, promisedAttempt, releasedBy, in.i64());
    }
}
