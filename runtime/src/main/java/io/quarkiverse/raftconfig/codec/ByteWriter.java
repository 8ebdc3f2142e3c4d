package io.quarkiverse.raftconfig.codec;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

import io.quarkiverse.raftconfig.core.Bytes;

/** Appends numbers, strings and byte runs to an array that grows. */
public final class ByteWriter {
    private byte[] bytes;
    private int size;

    public ByteWriter() {
        this(256);
    }

    public ByteWriter(int capacity) {
        bytes = new byte[capacity];
    }

    public int size() {
        return size;
    }

    public ByteWriter u8(int value) {
        ensure(1);
        bytes[size++] = (byte) value;
        return this;
    }

    public ByteWriter i32(int value) {
        ensure(4);
        bytes[size++] = (byte) (value >>> 24);
        bytes[size++] = (byte) (value >>> 16);
        bytes[size++] = (byte) (value >>> 8);
        bytes[size++] = (byte) value;
        return this;
    }

    public ByteWriter i64(long value) {
        i32((int) (value >>> 32));
        return i32((int) value);
    }

    /** A length (32 bits) and the bytes. */
    public ByteWriter bytes(Bytes value) {
        i32(value.length());
        ensure(value.length());
        value.copyTo(bytes, size);
        size += value.length();
        return this;
    }

    /** A length in bytes (32 bits) and UTF-8. */
    public ByteWriter string(String value) {
        return bytes(Bytes.wrap(value.getBytes(StandardCharsets.UTF_8)));
    }

    /** Overwrites the 32 bits at {@code position}, for lengths and checksums known only at the end. */
    public void i32At(int position, int value) {
        bytes[position] = (byte) (value >>> 24);
        bytes[position + 1] = (byte) (value >>> 16);
        bytes[position + 2] = (byte) (value >>> 8);
        bytes[position + 3] = (byte) value;
    }

    public byte[] toArray() {
        return Arrays.copyOf(bytes, size);
    }

    /** The array written so far, uncopied and possibly longer than {@link #size}; not to be used after the next write. */
    public byte[] array() {
        return bytes;
    }

    private void ensure(int more) {
        if (bytes.length - size < more) {
            bytes = Arrays.copyOf(bytes, Math.max(Math.addExact(size, more), bytes.length * 2));
        }
    }
}
