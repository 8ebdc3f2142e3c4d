package io.quarkiverse.raftconfig.state;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

import org.jspecify.annotations.Nullable;

/**
 * Reads what {@link StateWriter} wrote, and nothing else: a number in more groups than it needs, a string that is not UTF-8
 * or a length beyond the end is a {@link MalformedStateException}. It never reserves more memory than bytes have come.
 */
final class StateReader {
    private final InputStream in;

    StateReader(InputStream in) {
        this.in = in;
    }

    int readByte() throws IOException {
        int value = in.read();
        if (value < 0) {
            throw new MalformedStateException("the bytes end too early");
        }
        return value;
    }

    /** @throws MalformedStateException if this is another version than {@code expected} */
    void readVersion(String what, int expected) throws IOException {
        readVersion(what, expected, expected);
    }

    /** @throws MalformedStateException if this is no version from {@code first} to {@code last}, both included */
    int readVersion(String what, int first, int last) throws IOException {
        int version = readByte();
        if (version < first || version > last) {
            throw new MalformedStateException(what + " of format version " + version + ": this build reads version "
                    + (first == last ? "" : first + " to ") + last
                    + ". A later build has written it: run that one, or a newer one");
        }
        return version;
    }

    long readNumber() throws IOException {
        long value = 0;
        for (int shift = 0; shift < 63; shift += 7) {
            int group = readByte();
            value |= (long) (group & 0x7F) << shift;
            if ((group & 0x80) == 0) {
                if (group == 0 && shift > 0) {
                    throw new MalformedStateException("a number is longer than it needs to be");
                }
                return value;
            }
        }
        throw new MalformedStateException("a number is too large");
    }

    int readInt() throws IOException {
        long value = readNumber();
        if (value > Integer.MAX_VALUE) {
            throw new MalformedStateException("a count is too large: " + value);
        }
        return (int) value;
    }

    byte[] readBytes() throws IOException {
        int length = readInt();
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new MalformedStateException("the bytes end too early");
        }
        return bytes;
    }

    String readString() throws IOException {
        byte[] bytes = readBytes();
        for (byte b : bytes) {
            if (b < 0) {
                return decode(bytes);
            }
        }
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    @Nullable
    String readNullable() throws IOException {
        return readBoolean() ? readString() : null;
    }

    boolean readBoolean() throws IOException {
        int tag = readByte();
        if (tag > 1) {
            throw new MalformedStateException("neither yes nor no: " + tag);
        }
        return tag == 1;
    }

    /** @throws MalformedStateException if there is more */
    void readEnd() throws IOException {
        if (in.read() >= 0) {
            throw new MalformedStateException("bytes follow the end");
        }
    }

    private static String decode(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw new MalformedStateException("a string is not UTF-8", e);
        }
    }
}
