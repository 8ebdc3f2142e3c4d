package io.quarkiverse.raftconfig.store;

import java.nio.ByteBuffer;
import java.util.Arrays;

import org.jspecify.annotations.Nullable;

/**
 * One sector of a journal: the most that a disk writes whole or not at all. It says of which frame it is, and checks
 * itself, so that a sector that was not written can be told from one that has rotted.
 *
 * <pre>
 * i32 CRC32C of the other 508 bytes, i32 number in the frame, i32 sectors of the frame, i32 payload bytes of the frame,
 * i64 epoch, i64 sequence of the frame, 480 bytes of the payload
 * </pre>
 *
 * @param start where its payload begins in the bytes it was read from
 */
record Sector(long epoch, long sequence, int number, int count, int payloadBytes, int start) {

    static final int BYTES = 512;
    static final int HEADER_BYTES = 32;
    static final int PAYLOAD_BYTES = BYTES - HEADER_BYTES;

    private static final byte[] ZEROS = new byte[BYTES];

    /** How many sectors a payload takes up. */
    static int count(int payloadBytes) {
        return (payloadBytes + PAYLOAD_BYTES - 1) / PAYLOAD_BYTES;
    }

    /** Writes sector {@code number} of a frame to {@code target}. */
    static void write(long epoch, long sequence, int number, byte[] payload, int payloadBytes, byte[] target, int at) {
        ByteBuffer header = ByteBuffer.wrap(target, at + 4, HEADER_BYTES - 4);
        header.putInt(number).putInt(count(payloadBytes)).putInt(payloadBytes).putLong(epoch).putLong(sequence);
        int from = number * PAYLOAD_BYTES;
        int length = Math.min(PAYLOAD_BYTES, payloadBytes - from);
        System.arraycopy(payload, from, target, at + HEADER_BYTES, length);
        Arrays.fill(target, at + HEADER_BYTES + length, at + BYTES, (byte) 0);
        ByteBuffer.wrap(target).putInt(at, Checksum.of(target, at + 4, BYTES - 4));
    }

    /** What is at {@code at}; null if it is no sector of ours, all zero or not. */
    static @Nullable Sector read(byte[] bytes, int at) {
        ByteBuffer header = ByteBuffer.wrap(bytes, at, HEADER_BYTES);
        if (header.getInt() != Checksum.of(bytes, at + 4, BYTES - 4)) {
            return null;
        }
        int number = header.getInt();
        int count = header.getInt();
        int payloadBytes = header.getInt();
        long epoch = header.getLong();
        return new Sector(epoch, header.getLong(), number, count, payloadBytes, at + HEADER_BYTES);
    }

    /** True if nothing was ever written there. */
    static boolean isZero(byte[] bytes, int at) {
        return Arrays.equals(bytes, at, at + BYTES, ZEROS, 0, BYTES);
    }

    boolean isOfSameFrame(Sector other) {
        return epoch == other.epoch && sequence == other.sequence && count == other.count
                && payloadBytes == other.payloadBytes;
    }
}
