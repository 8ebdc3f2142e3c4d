package io.quarkiverse.raftconfig.wire;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.codec.ByteReader;
import io.quarkiverse.raftconfig.codec.ByteWriter;
import io.quarkiverse.raftconfig.codec.FieldCodec;
import io.quarkiverse.raftconfig.core.ClusterId;
import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.core.ReplicaId;

/**
 * The first message on a connection, from the one who dialled.
 *
 * <pre>
 * hello  u8 lowest, u8 highest version of the protocol that the sender speaks, optional cluster id, replica id (sender),
 *        optional node id (the one dialled), i64 process, i64 connection, i64 lost; what follows is of a later version and ignored
 * </pre>
 *
 * @param cluster null while the sender is blank
 * @param to null if the sender knows no more of it than an address
 * @param process a random number that names the process of the sender: a restart and a copy have another one
 * @param connection a random number that names this connection
 * @param lost the connection between these two that the sender saw break last; 0 for none. The other may not have noticed
 */
record Hello(int versionLowest, int versionHighest, @Nullable ClusterId cluster, ReplicaId from, @Nullable NodeId to,
        long process,
        long connection, long lost) {

    /** The only version there is so far. */
    static final int VERSION = 1;

    byte[] encode() {
        ByteWriter out = new ByteWriter();
        out.u8(versionLowest).u8(versionHighest);
        FieldCodec.writeOptionalClusterId(out, cluster);
        FieldCodec.writeReplicaId(out, from);
        FieldCodec.writeOptionalNodeId(out, to);
        out.i64(process).i64(connection).i64(lost);
        return out.toArray();
    }

    static Hello decode(ByteReader in) {
        return new Hello(in.u8(), in.u8(), FieldCodec.readOptionalClusterId(in), FieldCodec.readReplicaId(in),
                FieldCodec.readOptionalNodeId(in), in.i64(), in.i64(), in.i64());
    }

    /** Whether there is a version that both speak. */
    boolean speaksOurs() {
        return versionLowest <= VERSION && VERSION <= versionHighest;
    }
}
