package io.quarkiverse.raftconfig.codec;

import java.nio.charset.StandardCharsets;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.core.ClusterId;
import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.core.Position;
import io.quarkiverse.raftconfig.core.ReplicaId;
import io.quarkiverse.raftconfig.core.StorageId;

/**
 * The small values that many records hold. They carry no version of their own: that of the record around them tells how
 * they are written.
 *
 * <pre>
 * node id       u8 length, ASCII
 * storage id    i64 high, i64 low
 * cluster id    i64 high, i64 low
 * replica id    node id, storage id
 * position      i64 index, i64 term
 * optional X    u8 0, or u8 1 and X
 * </pre>
 */
public final class FieldCodec {
    /** The fewest bytes of a replica id. */
    static final int REPLICA_BYTES_MIN = 1 + 1 + 16;

    private FieldCodec() {
    }

    public static void writeNodeId(ByteWriter out, NodeId id) {
        byte[] ascii = id.value().getBytes(StandardCharsets.US_ASCII);
        out.u8(ascii.length);
        for (byte b : ascii) {
            out.u8(b);
        }
    }

    public static NodeId readNodeId(ByteReader in) {
        int length = in.u8();
        if (length > NodeId.LENGTH_MAX) {
            throw new MalformedException("a node id of " + length + " characters");
        }
        StringBuilder value = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            value.append((char) in.u8());
        }
        if (!NodeId.isValid(value.toString())) {
            throw new MalformedException("a node id of " + length + " characters, not all of them allowed there");
        }
        return new NodeId(value.toString());
    }

    public static void writeOptionalNodeId(ByteWriter out, @Nullable NodeId id) {
        out.u8(id == null ? 0 : 1);
        if (id != null) {
            writeNodeId(out, id);
        }
    }

    public static @Nullable NodeId readOptionalNodeId(ByteReader in) {
        return readFlag(in) ? readNodeId(in) : null;
    }

    public static void writeStorageId(ByteWriter out, StorageId id) {
        out.i64(id.high()).i64(id.low());
    }

    public static StorageId readStorageId(ByteReader in) {
        long high = in.i64();
        return new StorageId(high, in.i64());
    }

    public static void writeClusterId(ByteWriter out, ClusterId id) {
        out.i64(id.high()).i64(id.low());
    }

    public static ClusterId readClusterId(ByteReader in) {
        long high = in.i64();
        return new ClusterId(high, in.i64());
    }

    public static void writeOptionalClusterId(ByteWriter out, @Nullable ClusterId id) {
        out.u8(id == null ? 0 : 1);
        if (id != null) {
            writeClusterId(out, id);
        }
    }

    public static @Nullable ClusterId readOptionalClusterId(ByteReader in) {
        return readFlag(in) ? readClusterId(in) : null;
    }

    public static void writeReplicaId(ByteWriter out, ReplicaId id) {
        writeNodeId(out, id.node());
        writeStorageId(out, id.storage());
    }

    public static ReplicaId readReplicaId(ByteReader in) {
        NodeId node = readNodeId(in);
        return new ReplicaId(node, readStorageId(in));
    }

    public static void writeOptionalReplicaId(ByteWriter out, @Nullable ReplicaId id) {
        out.u8(id == null ? 0 : 1);
        if (id != null) {
            writeReplicaId(out, id);
        }
    }

    public static @Nullable ReplicaId readOptionalReplicaId(ByteReader in) {
        return readFlag(in) ? readReplicaId(in) : null;
    }

    public static void writePosition(ByteWriter out, Position position) {
        out.i64(position.index()).i64(position.term());
    }

    public static Position readPosition(ByteReader in) {
        long index = in.i64();
        long term = in.i64();
        if (index < 0 || term < 0 || (index == 0) != (term == 0)) {
            throw new MalformedException("a position with index " + index + " and term " + term);
        }
        return new Position(index, term);
    }

    /** A truth value: one byte, 0 or 1. */
    public static boolean readFlag(ByteReader in) {
        int flag = in.u8();
        if (flag > 1) {
            throw new MalformedException("a flag of " + flag);
        }
        return flag == 1;
    }
}
