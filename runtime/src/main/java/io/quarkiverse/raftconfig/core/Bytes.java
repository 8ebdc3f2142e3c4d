package io.quarkiverse.raftconfig.core;

import java.util.Arrays;

/**
 * An immutable run of bytes: what the algorithm carries and never looks into.
 */
public final class Bytes {
    public static final Bytes EMPTY = new Bytes(new byte[0]);

    private final byte[] bytes;

    private Bytes(byte[] bytes) {
        this.bytes = bytes;
    }

    /** Takes over {@code bytes}, uncopied: the caller must not touch the array again. */
    public static Bytes wrap(byte[] bytes) {
        return bytes.length == 0 ? EMPTY : new Bytes(bytes);
    }

    /** Copies {@code bytes} from {@code start} on, {@code length} of them. */
    public static Bytes copyOf(byte[] bytes, int start, int length) {
        return wrap(Arrays.copyOfRange(bytes, start, start + length));
    }

    public int length() {
        return bytes.length;
    }

    public byte at(int index) {
        return bytes[index];
    }

    /** Copies all bytes into {@code target}, from {@code start} on. */
    public void copyTo(byte[] target, int start) {
        System.arraycopy(bytes, 0, target, start, bytes.length);
    }

    /** A copy: the caller may do with it what it likes. */
    public byte[] toArray() {
        return bytes.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Bytes that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** The length only: the bytes may be a secret. */
    @Override
    public String toString() {
        return bytes.length + " bytes";
    }
}
