package io.quarkiverse.raftconfig.wire;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.codec.ByteReader;
import io.quarkiverse.raftconfig.codec.MalformedException;

/**
 * The receiving end of a stream: bytes as they come, cut anywhere, become messages. Holds at most one frame and one
 * unfinished message, whatever arrives. After a {@link MalformedException} it is not to be used again: the stream has lost its
 * place.
 */
final class FrameReader {
    /** Takes each message once it is there. */
    interface Sink {
        /** @param message is read before this returns; the bytes behind it are used again */
        void message(FrameKind kind, ByteReader message);
    }

    private static final byte[] NOTHING = new byte[0];

    private final Sink sink;
    /** The beginning of a frame whose end has not come: {@code held} bytes of it. */
    private byte[] partial = NOTHING;
    private int held;
    private @Nullable ByteArrayOutputStream parts;
    private int partsKind;

    FrameReader(Sink sink) {
        this.sink = sink;
    }

    /**
     * Takes over {@code chunk}.
     *
     * @throws MalformedException if these bytes are no frames of ours; earlier messages of the chunk were delivered
     */
    void read(byte[] chunk) {
        int at = completePartial(chunk);
        while (chunk.length - at >= Frames.PREFIX_BYTES) {
            int length = length(chunk, at);
            if (chunk.length - at < Frames.PREFIX_BYTES + length) {
                break;
            }
            frame(chunk, at, length);
            at += Frames.PREFIX_BYTES + length;
        }
        if (at < chunk.length) {
            hold(chunk, at, chunk.length - at);
        }
    }

    /** @return where in {@code chunk} the next frame starts */
    private int completePartial(byte[] chunk) {
        int at = 0;
        if (held == 0) {
            return at;
        }
        if (held < Frames.PREFIX_BYTES) {
            int missing = Math.min(Frames.PREFIX_BYTES - held, chunk.length);
            hold(chunk, 0, missing);
            at = missing;
            if (held < Frames.PREFIX_BYTES) {
                return at;
            }
        }
        int length = length(partial, 0);
        int missing = Math.min(Frames.PREFIX_BYTES + length - held, chunk.length - at);
        hold(chunk, at, missing);
        at += missing;
        if (held == Frames.PREFIX_BYTES + length) {
            byte[] whole = partial;
            partial = NOTHING;
            held = 0;
            frame(whole, 0, length);
        }
        return at;
    }

    private void hold(byte[] chunk, int at, int count) {
        if (partial.length - held < count) {
            partial = Arrays.copyOf(partial,
                    Math.min(Frames.FRAME_BYTES_MAX, Math.max(held + count, 2 * partial.length)));
        }
        System.arraycopy(chunk, at, partial, held, count);
        held += count;
    }

    private static int length(byte[] bytes, int at) {
        int length = Frames.i32(bytes, at);
        int fixed = Frames.HEADER_BYTES - Frames.PREFIX_BYTES;
        if (length < fixed || length > fixed + Frames.PAYLOAD_BYTES_MAX) {
            throw new MalformedException("a frame of " + length + " bytes");
        }
        return length;
    }

    private void frame(byte[] bytes, int start, int length) {
        if (Frames.i32(bytes, start + 4) != Frames.checksum(bytes, start, length)) {
            throw new MalformedException("a frame whose checksum does not match");
        }
        int kind = bytes[start + 8] & 0xff;
        int part = bytes[start + 9] & 0xff;
        int at = start + Frames.HEADER_BYTES;
        int size = length + Frames.PREFIX_BYTES - Frames.HEADER_BYTES;
        switch (part) {
            case Frames.WHOLE -> deliver(kind, new ByteReader(bytes, at, size));
            case Frames.MORE_FOLLOWS -> gather(kind, bytes, at, size);
            case Frames.LAST -> {
                byte[] message = gather(kind, bytes, at, size).toByteArray();
                parts = null;
                deliver(kind, new ByteReader(message));
            }
            default -> throw new MalformedException("a frame that is part " + part);
        }
    }

    private ByteArrayOutputStream gather(int kind, byte[] bytes, int at, int size) {
        if (parts == null) {
            parts = new ByteArrayOutputStream(2 * size);
            partsKind = kind;
        }
        if (kind != partsKind) {
            throw new MalformedException("a part of kind " + kind + " among those of kind " + partsKind);
        }
        if (parts.size() + size > Frames.MESSAGE_BYTES_MAX) {
            throw new MalformedException("a message of more than " + Frames.MESSAGE_BYTES_MAX + " bytes");
        }
        parts.write(bytes, at, size);
        return parts;
    }

    private void deliver(int code, ByteReader message) {
        FrameKind kind = FrameKind.of(code);
        if (kind != null) {
            sink.message(kind, message);
        }
    }
}
