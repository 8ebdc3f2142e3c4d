package io.quarkiverse.raftconfig.wire;

import java.util.Collection;
import java.util.zip.CRC32C;

/**
 * How messages are laid on a stream.
 *
 * <pre>
 * frame   i32 length of what follows the checksum
 *         i32 CRC32C over the length and all that follows the checksum
 *         u8  kind
 *         u8  part: 0 whole message, 1 a part and more follow, 2 the last part
 *         payload
 * </pre>
 *
 * A message that is longer than one frame may be goes in parts, so that short messages of the same stream need not wait for
 * all of it: whole frames may stand between its parts, parts of another message may not.
 */
final class Frames {
    static final int HEADER_BYTES = 10;
    /** Length and checksum, which the length does not count. */
    static final int PREFIX_BYTES = 8;
    /** The longest payload of a frame. */
    static final int PAYLOAD_BYTES_MAX = 64 << 10;
    static final int FRAME_BYTES_MAX = HEADER_BYTES + PAYLOAD_BYTES_MAX;
    /** The longest message, reassembled: the largest import and room for what is around it. */
    static final int MESSAGE_BYTES_MAX = 16 << 20;

    static final int WHOLE = 0;
    static final int MORE_FOLLOWS = 1;
    static final int LAST = 2;

    private Frames() {
    }

    /**
     * Adds the frames of one message to {@code frames}.
     *
     * @return how many bytes they have together
     * @throws IllegalArgumentException if the message is longer than {@link #MESSAGE_BYTES_MAX}: no peer would take it
     */
    static int add(Collection<byte[]> frames, FrameKind kind, byte[] message, int length) {
        if (length > MESSAGE_BYTES_MAX) {
            throw new IllegalArgumentException(
                    "a message of " + length + " bytes; at most " + MESSAGE_BYTES_MAX + " go to a peer");
        }
        if (length <= PAYLOAD_BYTES_MAX) {
            frames.add(frame(kind, WHOLE, message, 0, length));
            return HEADER_BYTES + length;
        }
        int total = 0;
        for (int at = 0; at < length; at += PAYLOAD_BYTES_MAX) {
            int size = Math.min(PAYLOAD_BYTES_MAX, length - at);
            frames.add(frame(kind, at + size == length ? LAST : MORE_FOLLOWS, message, at, size));
            total += HEADER_BYTES + size;
        }
        return total;
    }

    /** A message that is known to fit into one frame. */
    static byte[] whole(FrameKind kind, byte[] message) {
        return frame(kind, WHOLE, message, 0, message.length);
    }

    private static byte[] frame(FrameKind kind, int part, byte[] message, int start, int length) {
        byte[] frame = new byte[HEADER_BYTES + length];
        putI32(frame, 0, HEADER_BYTES - PREFIX_BYTES + length);
        frame[8] = (byte) kind.code;
        frame[9] = (byte) part;
        System.arraycopy(message, start, frame, HEADER_BYTES, length);
        putI32(frame, 4, checksum(frame, 0, frame.length - PREFIX_BYTES));
        return frame;
    }

    /** Of the frame that starts at {@code start} and says it has {@code length} bytes behind the checksum. */
    static int checksum(byte[] bytes, int start, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, start, 4);
        crc.update(bytes, start + PREFIX_BYTES, length);
        return (int) crc.getValue();
    }

    static int i32(byte[] bytes, int at) {
        return (bytes[at] & 0xff) << 24 | (bytes[at + 1] & 0xff) << 16 | (bytes[at + 2] & 0xff) << 8
                | (bytes[at + 3] & 0xff);
    }

    private static void putI32(byte[] bytes, int at, int value) {
        bytes[at] = (byte) (value >>> 24);
        bytes[at + 1] = (byte) (value >>> 16);
        bytes[at + 2] = (byte) (value >>> 8);
        bytes[at + 3] = (byte) value;
    }
}
