package io.quarkiverse.raftconfig.wire;

import java.util.SortedMap;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.codec.ByteReader;
import io.quarkiverse.raftconfig.codec.ByteWriter;
import io.quarkiverse.raftconfig.codec.Envelope;
import io.quarkiverse.raftconfig.codec.FieldCodec;
import io.quarkiverse.raftconfig.codec.MalformedException;
import io.quarkiverse.raftconfig.codec.MembershipCodec;
import io.quarkiverse.raftconfig.core.Bytes;
import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.core.ReplicaId;
import io.quarkiverse.raftconfig.core.SnapshotPoint;
import io.quarkiverse.raftconfig.node.MembershipRequest;
import io.quarkiverse.raftconfig.node.PeerRequest;
import io.quarkiverse.raftconfig.node.PeerResponse;
import io.quarkiverse.raftconfig.node.Seat;

/**
 * What one node asks of another, and the answers.
 *
 * <pre>
 * request       an {@link Envelope}, body by type:
 *  1 Propose    i64 timeout in ms, i32 length, bytes (command)
 *  2 ReadIndex  i64 timeout in ms
 *  3 InstallSnapshot
 *               i64 term, i64 transfer id, snapshot point, i64 size in bytes, i32 CRC32C of all, i64 offset,
 *               i32 length, bytes (chunk), i32 CRC32C of the chunk
 *  4 ChangeMembership
 *               i64 timeout in ms, i64 membership index, i32 count, members: node id, optional address, u8 1 for a voter,
 *               in the order of node ids
 *  5 Transfer   i64 timeout in ms, optional node id
 *  6 Join       i64 timeout in ms, replica id, optional address
 * response      an {@link Envelope}, body by type:
 *  1 Applied    i64 index, i32 length, bytes (outcome)
 *  2 ReadIndex  i64 index
 *  3 Failed     u8 kind (1 no leader, 2 outcome unknown, 3 store full, 4 too many requests, 5 membership mismatch,
 *               6 change in progress, 7 conflict), i32 length, UTF-8 (reason)
 *  4 SnapshotChunk
 *               i64 offset that is expected next
 *  5 SnapshotInstalled
 *               nothing
 *  6 MembershipChanged
 *               i64 membership index
 *  7 Done       nothing
 * </pre>
 *
 * As with messages, a later version may append fields and bring types: those are ignored, these read as null.
 */
final class PeerRequestCodec {
    private static final int PROPOSE = 1;
    private static final int READ_INDEX = 2;
    private static final int INSTALL_SNAPSHOT = 3;
    private static final int CHANGE_MEMBERSHIP = 4;
    private static final int TRANSFER = 5;
    private static final int JOIN = 6;
    private static final int APPLIED = 1;
    private static final int READ_INDEX_ANSWER = 2;
    private static final int FAILED = 3;
    private static final int SNAPSHOT_CHUNK = 4;
    private static final int SNAPSHOT_INSTALLED = 5;
    private static final int MEMBERSHIP_CHANGED = 6;
    private static final int DONE = 7;

    /** The fewest bytes of a member: its id, no address, whether it votes. */
    private static final int MEMBER_BYTES_MIN = 2 + 1 + 1;

    private PeerRequestCodec() {
    }

    static void write(ByteWriter out, PeerRequest request) {
        if (request instanceof PeerRequest.Propose propose) {
            int body = Envelope.open(out, PROPOSE);
            out.i64(propose.timeoutMillis()).bytes(propose.command());
            Envelope.close(out, body);
        } else if (request instanceof PeerRequest.ReadIndex readIndex) {
            int body = Envelope.open(out, READ_INDEX);
            out.i64(readIndex.timeoutMillis());
            Envelope.close(out, body);
        } else if (request instanceof PeerRequest.ChangeMembership change) {
            int body = Envelope.open(out, CHANGE_MEMBERSHIP);
            out.i64(change.timeoutMillis()).i64(change.request().membershipIndex());
            writeMembers(out, change.request().members());
            Envelope.close(out, body);
        } else if (request instanceof PeerRequest.Transfer transfer) {
            int body = Envelope.open(out, TRANSFER);
            out.i64(transfer.timeoutMillis());
            FieldCodec.writeOptionalNodeId(out, transfer.to());
            Envelope.close(out, body);
        } else if (request instanceof PeerRequest.Join join) {
            int body = Envelope.open(out, JOIN);
            out.i64(join.timeoutMillis());
            FieldCodec.writeReplicaId(out, join.replica());
            writeOptional(out, join.address());
            Envelope.close(out, body);
        } else if (request instanceof PeerRequest.InstallSnapshot install) {
            int body = Envelope.open(out, INSTALL_SNAPSHOT);
            out.i64(install.term()).i64(install.transferId());
            MembershipCodec.writeSnapshotPoint(out, install.point());
            out.i64(install.sizeBytes()).i32(install.crc()).i64(install.offset()).bytes(install.chunk())
                    .i32(install.chunkCrc());
            Envelope.close(out, body);
        } else {
            throw new AssertionError("unhandled request: " + request.getClass());
        }
    }

    static void write(ByteWriter out, PeerResponse response) {
        if (response instanceof PeerResponse.Applied applied) {
            int body = Envelope.open(out, APPLIED);
            out.i64(applied.index()).bytes(applied.outcome());
            Envelope.close(out, body);
        } else if (response instanceof PeerResponse.ReadIndex readIndex) {
            int body = Envelope.open(out, READ_INDEX_ANSWER);
            out.i64(readIndex.index());
            Envelope.close(out, body);
        } else if (response instanceof PeerResponse.Failed failed) {
            int body = Envelope.open(out, FAILED);
            out.u8(codeOf(failed.kind())).string(failed.reason());
            Envelope.close(out, body);
        } else if (response instanceof PeerResponse.MembershipChanged changed) {
            int body = Envelope.open(out, MEMBERSHIP_CHANGED);
            out.i64(changed.membershipIndex());
            Envelope.close(out, body);
        } else if (response instanceof PeerResponse.Done) {
            Envelope.close(out, Envelope.open(out, DONE));
        } else if (response instanceof PeerResponse.SnapshotChunk chunk) {
            int body = Envelope.open(out, SNAPSHOT_CHUNK);
            out.i64(chunk.nextOffset());
            Envelope.close(out, body);
        } else if (response instanceof PeerResponse.SnapshotInstalled) {
            Envelope.close(out, Envelope.open(out, SNAPSHOT_INSTALLED));
        } else {
            throw new AssertionError("unhandled response: " + response.getClass());
        }
    }

    /** Null if the request is of a type that this build does not know. */
    static @Nullable PeerRequest readRequest(ByteReader in) {
        Envelope envelope = Envelope.read(in);
        ByteReader body = envelope.body();
        PeerRequest request = switch (envelope.type()) {
            case PROPOSE -> {
                long timeoutMillis = body.natural();
                yield new PeerRequest.Propose(body.bytes(), timeoutMillis);
            }
            case READ_INDEX -> new PeerRequest.ReadIndex(body.natural());
            case CHANGE_MEMBERSHIP -> {
                long timeoutMillis = body.natural();
                yield new PeerRequest.ChangeMembership(new MembershipRequest(body.natural(), readMembers(body)), timeoutMillis);
            }
            case TRANSFER -> {
                long timeoutMillis = body.natural();
                yield new PeerRequest.Transfer(FieldCodec.readOptionalNodeId(body), timeoutMillis);
            }
            case JOIN -> {
                long timeoutMillis = body.natural();
                ReplicaId replica = FieldCodec.readReplicaId(body);
                yield new PeerRequest.Join(replica, readOptional(body), timeoutMillis);
            }
            case INSTALL_SNAPSHOT -> readInstallSnapshot(body);
            default -> null;
        };
        if (request != null) {
            envelope.end();
        }
        return request;
    }

    /** Null if the response is of a type that this build does not know. */
    static @Nullable PeerResponse readResponse(ByteReader in) {
        Envelope envelope = Envelope.read(in);
        ByteReader body = envelope.body();
        PeerResponse response = switch (envelope.type()) {
            case APPLIED -> new PeerResponse.Applied(body.natural(), body.bytes());
            case READ_INDEX_ANSWER -> new PeerResponse.ReadIndex(body.natural());
            case SNAPSHOT_CHUNK -> new PeerResponse.SnapshotChunk(body.natural());
            case SNAPSHOT_INSTALLED -> new PeerResponse.SnapshotInstalled();
            case FAILED -> new PeerResponse.Failed(kind(body.u8()), body.string());
            case MEMBERSHIP_CHANGED -> new PeerResponse.MembershipChanged(body.natural());
            case DONE -> new PeerResponse.Done();
            default -> null;
        };
        if (response != null) {
            envelope.end();
        }
        return response;
    }

    private static void writeMembers(ByteWriter out, SortedMap<NodeId, Seat> members) {
        out.i32(members.size());
        members.forEach((id, seat) -> {
            FieldCodec.writeNodeId(out, id);
            writeOptional(out, seat.address());
            out.u8(seat.voter() ? 1 : 0);
        });
    }

    private static SortedMap<NodeId, Seat> readMembers(ByteReader in) {
        SortedMap<NodeId, Seat> members = new TreeMap<>();
        for (int left = in.count(MEMBER_BYTES_MIN); left > 0; left--) {
            NodeId id = FieldCodec.readNodeId(in);
            String address = readOptional(in);
            if (!members.isEmpty() && id.compareTo(members.lastKey()) <= 0) {
                throw new MalformedException("members out of order");
            }
            members.put(id, new Seat(address, FieldCodec.readFlag(in)));
        }
        return members;
    }

    private static void writeOptional(ByteWriter out, @Nullable String text) {
        out.u8(text == null ? 0 : 1);
        if (text != null) {
            out.string(text);
        }
    }

    private static @Nullable String readOptional(ByteReader in) {
        return FieldCodec.readFlag(in) ? in.string() : null;
    }

    private static PeerRequest.InstallSnapshot readInstallSnapshot(ByteReader body) {
        long term = body.natural();
        long transferId = body.natural();
        SnapshotPoint point = MembershipCodec.readSnapshotPoint(body);
        long sizeBytes = body.natural();
        int crc = body.i32();
        long offset = body.natural();
        Bytes chunk = body.bytes();
        return new PeerRequest.InstallSnapshot(term, transferId, point, sizeBytes, crc, offset, chunk, body.i32());
    }

    private static int codeOf(PeerResponse.Kind kind) {
        return switch (kind) {
            case NO_LEADER -> 1;
            case OUTCOME_UNKNOWN -> 2;
            case STORE_FULL -> 3;
            case TOO_MANY_REQUESTS -> 4;
            case MEMBERSHIP_MISMATCH -> 5;
            case CHANGE_IN_PROGRESS -> 6;
            case CONFLICT -> 7;
        };
    }

    private static PeerResponse.Kind kind(int code) {
        return switch (code) {
            case 1 -> PeerResponse.Kind.NO_LEADER;
            case 2 -> PeerResponse.Kind.OUTCOME_UNKNOWN;
            case 3 -> PeerResponse.Kind.STORE_FULL;
            case 4 -> PeerResponse.Kind.TOO_MANY_REQUESTS;
            case 5 -> PeerResponse.Kind.MEMBERSHIP_MISMATCH;
            case 6 -> PeerResponse.Kind.CHANGE_IN_PROGRESS;
            case 7 -> PeerResponse.Kind.CONFLICT;
            default -> throw new MalformedException("a failure of kind " + code);
        };
    }
}
