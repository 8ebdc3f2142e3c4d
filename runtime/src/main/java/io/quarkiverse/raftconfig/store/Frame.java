package io.quarkiverse.raftconfig.store;

import java.nio.ByteBuffer;
import java.util.BitSet;

/**
 * The payload of a frame: what one commit changed in the volume.
 *
 * <pre>
 * i32 slices of the volume, i32 ranges, that many of: i64 offset, i32 length, bytes; i32 CRC32C of all before
 * </pre>
 */
final class Frame {
    /** The fewest bytes a payload has. */
    static final int BYTES_MIN = 12;

    /** Changes are noted in blocks of so many bytes. */
    static final int BLOCK_SHIFT = 5;

    private static final int RANGE_HEADER_BYTES = 12;

    private static final int CAPACITY_KEPT = 1 << 20;

    private ByteBuffer bytes = ByteBuffer.allocate(16 << 10);

    /** Takes the blocks named by {@code dirty} out of {@code slices}. */
    void fill(byte[][] slices, BitSet dirty) {
        bytes = bytes.capacity() <= CAPACITY_KEPT ? bytes.clear() : ByteBuffer.allocate(CAPACITY_KEPT);
        bytes.putInt(slices.length).putInt(0);
        int ranges = 0;
        int from = dirty.nextSetBit(0);
        while (from >= 0) {
            // A range stays within its slice.
            int blocksPerSlice = Image.SLICE_BYTES >> BLOCK_SHIFT;
            int to = Math.min(dirty.nextClearBit(from), (from / blocksPerSlice + 1) * blocksPerSlice);
            long offset = (long) from << BLOCK_SHIFT;
            int length = (to - from) << BLOCK_SHIFT;
            ensure(RANGE_HEADER_BYTES + length);
            bytes.putLong(offset).putInt(length).put(slices[(int) (offset / Image.SLICE_BYTES)],
                    (int) (offset % Image.SLICE_BYTES), length);
            ranges++;
            from = dirty.nextSetBit(to);
        }
        bytes.putInt(4, ranges);
        ensure(4);
        bytes.putInt(Checksum.of(bytes.array(), 0, bytes.position()));
    }

    byte[] array() {
        return bytes.array();
    }

    int length() {
        return bytes.position();
    }

    /**
     * Writes what a payload says to {@code volume}.
     *
     * @return false if it is not what {@link #fill} made
     */
    static boolean apply(byte[] payload, int length, JournaledVolume volume) {
        ByteBuffer in = ByteBuffer.wrap(payload, 0, length);
        if (in.getInt(length - 4) != Checksum.of(payload, 0, length - 4)) {
            return false;
        }
        volume.ensureAvailable((long) in.getInt() * Image.SLICE_BYTES);
        int ranges = in.getInt();
        for (int i = 0; i < ranges; i++) {
            long offset = in.getLong();
            int count = in.getInt();
            volume.putData(offset, payload, in.position(), count);
            in.position(in.position() + count);
        }
        return true;
    }

    private void ensure(int more) {
        if (bytes.remaining() < more) {
            int capacity = Math.max(Math.addExact(bytes.position(), more), bytes.capacity() * 2);
            bytes = ByteBuffer.allocate(capacity).put(bytes.flip());
        }
    }
}
