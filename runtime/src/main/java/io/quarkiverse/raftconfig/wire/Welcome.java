package io.quarkiverse.raftconfig.wire;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.codec.ByteReader;
import io.quarkiverse.raftconfig.codec.ByteWriter;
import io.quarkiverse.raftconfig.codec.FieldCodec;
import io.quarkiverse.raftconfig.core.ClusterId;
import io.quarkiverse.raftconfig.core.ReplicaId;

/**
 * The answer to a {@link Hello} that is accepted.
 *
 * <pre>
 * welcome  u8 version spoken from here on, optional cluster id, replica id (sender), i64 process; the rest is of a later
 *          version
 * </pre>
 *
 * @param cluster null while the sender is blank
 * @param process as in {@link Hello}
 */
record Welcome(int version, @Nullable ClusterId cluster, ReplicaId from, long process) {
    byte[] encode() {
        ByteWriter out = new ByteWriter();
        out.u8(version);
        FieldCodec.writeOptionalClusterId(out, cluster);
        FieldCodec.writeReplicaId(out, from);
        out.i64(process);
        return out.toArray();
    }

    static Welcome decode(ByteReader in) {
        return new Welcome(in.u8(), FieldCodec.readOptionalClusterId(in), FieldCodec.readReplicaId(in), in.i64());
    }
}
