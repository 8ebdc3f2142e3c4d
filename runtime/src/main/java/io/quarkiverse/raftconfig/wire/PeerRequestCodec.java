package io.quarkiverse.raftconfig.wire;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.codec.ByteReader;
import io.quarkiverse.raftconfig.codec.ByteWriter;
import io.quarkiverse.raftconfig.codec.MalformedException;
import io.quarkiverse.raftconfig.node.PeerRequest;
import io.quarkiverse.raftconfig.node.PeerResponse;

/**
 * What one node asks of another, and the answers.
 *
 * <pre>
 * request       u8 version 1, u8 type, i32 length of the body, body by type:
 *  1 Propose    i64 timeout in ms, i32 length, bytes (command)
 *  2 ReadIndex  i64 timeout in ms
 * response      u8 version 1, u8 type, i32 length of the body, body by type:
 *  1 Applied    i64 index, i32 length, bytes (outcome)
 *  2 ReadIndex  i64 index
 *  3 Failed     u8 kind (1 no leader, 2 outcome unknown, 3 store full, 4 too many requests), i32 length, UTF-8 (reason)
 * </pre>
 *
 * As with messages, a later version may append fields and bring types: those are ignored, these read as null.
 */
final class PeerRequestCodec {
    private static final int VERSION = 1;
    private static final int PROPOSE = 1;
    private static final int READ_INDEX = 2;
    private static final int APPLIED = 1;
    private static final int READ_INDEX_ANSWER = 2;
    private static final int FAILED = 3;

    private PeerRequestCodec() {
    }

    static void write(ByteWriter out, PeerRequest request) {
        if (request instanceof PeerRequest.Propose propose) {
            int body = open(out, PROPOSE);
            out.i64(propose.timeoutMillis()).bytes(propose.command());
            close(out, body);
        } else if (request instanceof PeerRequest.ReadIndex readIndex) {
            int body = open(out, READ_INDEX);
            out.i64(readIndex.timeoutMillis());
            close(out, body);
        } else {
            throw new AssertionError("unhandled request: " + request.getClass());
        }
    }

    static void write(ByteWriter out, PeerResponse response) {
        if (response instanceof PeerResponse.Applied applied) {
            int body = open(out, APPLIED);
            out.i64(applied.index()).bytes(applied.outcome());
            close(out, body);
        } else if (response instanceof PeerResponse.ReadIndex readIndex) {
            int body = open(out, READ_INDEX_ANSWER);
            out.i64(readIndex.index());
            close(out, body);
        } else if (response instanceof PeerResponse.Failed failed) {
            int body = open(out, FAILED);
            out.u8(codeOf(failed.kind())).string(failed.reason());
            close(out, body);
        } else {
            throw new AssertionError("unhandled response: " + response.getClass());
        }
    }

    /** Null if the request is of a type that this build does not know. */
    static @Nullable PeerRequest readRequest(ByteReader in) {
        int version = version(in);
        int type = in.u8();
        ByteReader body = in.slice(in.i32());
        PeerRequest request = switch (type) {
            case PROPOSE -> {
                long timeoutMillis = number(body);
                yield new PeerRequest.Propose(body.bytes(), timeoutMillis);
            }
            case READ_INDEX -> new PeerRequest.ReadIndex(number(body));
            default -> null;
        };
        if (request != null) {
            end(body, version);
        }
        return request;
    }

    /** Null if the response is of a type that this build does not know. */
    static @Nullable PeerResponse readResponse(ByteReader in) {
        int version = version(in);
        int type = in.u8();
        ByteReader body = in.slice(in.i32());
        PeerResponse response = switch (type) {
            case APPLIED -> new PeerResponse.Applied(number(body), body.bytes());
            case READ_INDEX_ANSWER -> new PeerResponse.ReadIndex(number(body));
            case FAILED -> new PeerResponse.Failed(kind(body.u8()), body.string());
            default -> null;
        };
        if (response != null) {
            end(body, version);
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

    private static int version(ByteReader in) {
        int version = in.u8();
        if (version < VERSION) {
            throw new MalformedException("a request or response of format version " + version);
        }
        return version;
    }

    private static long number(ByteReader in) {
        long number = in.i64();
        if (number < 0) {
            throw new MalformedException("a negative index or timeout");
        }
        return number;
    }

    private static void end(ByteReader body, int version) {
        if (version == VERSION) {
            body.end();
        }
    }

    private static int open(ByteWriter out, int type) {
        out.u8(VERSION).u8(type).i32(0);
        return out.size();
    }

    private static void close(ByteWriter out, int body) {
        out.i32At(body - 4, out.size() - body);
    }
}
