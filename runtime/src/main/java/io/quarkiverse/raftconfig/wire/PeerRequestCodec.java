package io.quarkiverse.raftconfig.wire;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.codec.ByteReader;
import io.quarkiverse.raftconfig.codec.ByteWriter;
import io.quarkiverse.raftconfig.codec.Envelope;
import io.quarkiverse.raftconfig.codec.MalformedException;
import io.quarkiverse.raftconfig.node.PeerRequest;
import io.quarkiverse.raftconfig.node.PeerResponse;

/**
 * What one node asks of another, and the answers.
 *
 * <pre>
 * request       an {@link Envelope}, body by type:
 *  1 Propose    i64 timeout in ms, i32 length, bytes (command)
 *  2 ReadIndex  i64 timeout in ms
 * response      an {@link Envelope}, body by type:
 *  1 Applied    i64 index, i32 length, bytes (outcome)
 *  2 ReadIndex  i64 index
 *  3 Failed     u8 kind (1 no leader, 2 outcome unknown, 3 store full, 4 too many requests), i32 length, UTF-8 (reason)
 * </pre>
 *
 * As with messages, a later version may append fields and bring types: those are ignored, these read as null.
 */
final class PeerRequestCodec {
    private static final int PROPOSE = 1;
    private static final int READ_INDEX = 2;
    private static final int APPLIED = 1;
    private static final int READ_INDEX_ANSWER = 2;
    private static final int FAILED = 3;

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
            case FAILED -> new PeerResponse.Failed(kind(body.u8()), body.string());
            default -> null;
        };
        if (response != null) {
            envelope.end();
        }
        return response;
    }

    private static int codeOf(PeerResponse.Kind kind) {
        return switch (kind) {
            case NO_LEADER -> 1;
            case OUTCOME_UNKNOWN -> 2;
            case STORE_FULL -> 3;
            case TOO_MANY_REQUESTS -> 4;
        };
    }

    private static PeerResponse.Kind kind(int code) {
        return switch (code) {
            case 1 -> PeerResponse.Kind.NO_LEADER;
            case 2 -> PeerResponse.Kind.OUTCOME_UNKNOWN;
            case 3 -> PeerResponse.Kind.STORE_FULL;
            case 4 -> PeerResponse.Kind.TOO_MANY_REQUESTS;
            default -> throw new MalformedException("a failure of kind " + code);
        };
    }
}
