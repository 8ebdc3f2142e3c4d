package io.quarkiverse.raftconfig.codec;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

import io.quarkiverse.raftconfig.core.Bytes;

/**
 * Reads what {@link ByteWriter} wrote. Every length is checked against what is there before anything is allocated, so
 * hostile bytes cost no more memory than their own size; the only exception is {@link MalformedException}.
 */
public final class ByteReader {
    private final byte[] bytes;
    private final int end;
    private int at;

    public ByteReader(byte[] bytes) {
        this(bytes, 0, bytes.length);
    }

    public ByteReader(byte[] bytes, int start, int length) {
        this.bytes = bytes;
        this.at = start;
        this.end = start + length;
    }

    public int remaining() {
        return end - at;
    }

    public int u8() {
        need(1);
        return bytes[at++] & 0xff;
    }

    public int i32() {
        need(4);
        int value = (bytes[at] & 0xff) << 24 | (bytes[at + 1] & 0xff) << 16 | (bytes[at + 2] & 0xff) << 8
                | (bytes[at + 3] & 0xff);
        at += 4;
        return value;
    }

    public long i64() {
        return (long) i32() << 32 | (i32() & 0xffffffffL);
    }

    /** Terms, indexes, rounds, attempts and times: none is ever negative. */
    public long natural() {
        long value = i64();
        if (value < 0) {
            throw new MalformedException("a number that is negative");
        }
        return value;
    }

    /** A number of things that follow, each of at least {@code bytesEach} bytes. */
    public int count(int bytesEach) {
        int count = i32();
        if (count < 0 || (long) count * bytesEach > remaining()) {
            throw new MalformedException("a count of " + count + " with " + remaining() + " bytes left");
        }
        return count;
    }

    public Bytes bytes() {
        int length = count(1);
        Bytes value = Bytes.copyOf(bytes, at, length);
        at += length;
        return value;
    }

    public String string() {
        int length = count(1);
        try {
            String value = StandardCharsets.UTF_8.newDecoder().onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT).decode(ByteBuffer.wrap(bytes, at, length)).toString();
            at += length;
            return value;
        } catch (CharacterCodingException e) {
            throw new MalformedException("a string that is not UTF-8");
        }
    }

    /** The next {@code length} bytes as a reader of their own; this one goes on behind them. Nothing is copied. */
    public ByteReader slice(int length) {
        if (length < 0) {
            throw new MalformedException("a length of " + length);
        }
        need(length);
        ByteReader slice = new ByteReader(bytes, at, length);
        at += length;
        return slice;
    }

    /** The end must be here: trailing bytes mean that these are not our bytes. */
    public void end() {
        if (remaining() != 0) {
            throw new MalformedException(remaining() + " bytes too many");
        }
    }

    private void need(int count) {
        if (remaining() < count) {
            throw new MalformedException("ends early: " + count + " bytes wanted, " + remaining() + " left");
        }
    }
}
