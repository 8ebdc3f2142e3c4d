package io.quarkiverse.raftconfig.state;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

import org.jspecify.annotations.Nullable;

/**
 * Numbers from 0 to {@link Long#MAX_VALUE} in groups of seven bits, the lowest first, the eighth bit set if more follow, and
 * in as few groups as will do; strings in
 * UTF-8, with their length in bytes before them.
 */
final class StateWriter {
    private final OutputStream out;

    StateWriter(OutputStream out) {
        this.out = out;
    }

    void writeByte(int value) throws IOException {
        out.write(value);
    }

    void writeNumber(long value) throws IOException {
        if (value < 0) {
            throw new IllegalArgumentException("a number here is not negative: " + value);
        }
        long rest = value;
        while (rest > 0x7F) {
            out.write((int) (rest & 0x7F) | 0x80);
            rest >>>= 7;
        }
        out.write((int) rest);
    }

    /** With their length before them. */
    void writeBytes(byte[] bytes) throws IOException {
        writeNumber(bytes.length);
        out.write(bytes);
    }

    void writeString(String string) throws IOException {
        writeBytes(string.getBytes(StandardCharsets.UTF_8));
    }

    void writeNullable(@Nullable String string) throws IOException {
        writeByte(string == null ? 0 : 1);
        if (string != null) {
            writeString(string);
        }
    }
}
