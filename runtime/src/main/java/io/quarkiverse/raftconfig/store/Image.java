package io.quarkiverse.raftconfig.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

import io.quarkiverse.raftconfig.log.RaftConfigLog;
import io.quarkiverse.raftconfig.node.StoreDamagedException;
import io.quarkiverse.raftconfig.store.Disk.DiskFile;

/**
 * The whole volume as it was after some commit, in a file of its own. Its epoch names the journal that goes on from it.
 *
 * <pre>
 * header  i64 magic, i32 version 1, i32 sectors of a journal, i64 epoch, i64 sequence, i32 slices, i32 CRC32C of these
 * slice   i32 used bytes, i32 CRC32C of (epoch << 20) + slice number and the used bytes, the used bytes; the rest is zero
 * </pre>
 *
 * @param epoch from 1; the frames of journals {@code epoch} and later come after this image
 * @param sequence of the last commit that the image holds
 * @param slices of {@link #SLICE_BYTES} each
 */
record Image(int journalSectors, long epoch, long sequence, List<byte[]> slices) {

    static final String FILE = "image";
    static final String TEMPORARY = "image.tmp";
    static final int SLICE_BYTES = 1 << 20;

    private static final long MAGIC = 0x5241_4654_4346_494dL; // RAFTCFIM
    private static final int VERSION = 1;
    private static final int HEADER_BYTES = 40;
    private static final int SLICE_HEADER_BYTES = 8;

    /**
     * Puts this image in the place of the one before: after a power cut, either is there, whole.
     *
     * @param abandoned asked before each step; if it says so, the image before stays
     */
    void write(Disk disk, BooleanSupplier abandoned) throws IOException {
        try (DiskFile file = disk.create(TEMPORARY)) {
            file.write(0, header());
            long at = HEADER_BYTES;
            for (int i = 0; i < slices.size(); i++) {
                if (abandoned.getAsBoolean()) {
                    return;
                }
                byte[] slice = slices.get(i);
                int used = usedBytes(slice);
                ByteBuffer head = ByteBuffer.allocate(SLICE_HEADER_BYTES).putInt(used)
                        .putInt(Checksum.of(place(epoch, i), slice, 0, used)).flip();
                file.write(at, head);
                file.write(at + SLICE_HEADER_BYTES, ByteBuffer.wrap(slice, 0, used));
                at += SLICE_HEADER_BYTES + used;
            }
            file.force();
        }
        if (abandoned.getAsBoolean()) {
            return;
        }
        disk.rename(TEMPORARY, FILE);
        disk.sync();
    }

    static Image read(Disk disk) throws IOException {
        try (DiskFile file = disk.open(FILE)) {
            ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
            file.read(0, header);
            header.flip();
            if (header.remaining() < HEADER_BYTES || header.getLong() != MAGIC
                    || header.getInt(HEADER_BYTES - 4) != Checksum.of(header.array(), 0, HEADER_BYTES - 4)) {
                throw damaged(disk, "its header does not match its checksum");
            }
            int version = header.getInt();
            if (version != VERSION) {
                throw RaftConfigLog.LOG.storeFormatUnknown(disk.path(),
                        "the file " + FILE + " is of format version " + version + "; this build reads " + VERSION);
            }
            int journalSectors = header.getInt();
            long epoch = header.getLong();
            long sequence = header.getLong();
            int count = header.getInt();
            return new Image(journalSectors, epoch, sequence, readSlices(disk, file, epoch, count));
        }
    }

    private static List<byte[]> readSlices(Disk disk, DiskFile file, long epoch, int count) throws IOException {
        List<byte[]> slices = new ArrayList<>();
        long at = HEADER_BYTES;
        for (int i = 0; i < count; i++) {
            ByteBuffer head = ByteBuffer.allocate(SLICE_HEADER_BYTES);
            file.read(at, head);
            head.flip();
            int used = head.remaining() < SLICE_HEADER_BYTES ? -1 : head.getInt();
            if (used < 0 || used > SLICE_BYTES) {
                throw damaged(disk, "it ends early or lies about the length of slice " + i);
            }
            byte[] slice = new byte[SLICE_BYTES];
            file.read(at + SLICE_HEADER_BYTES, ByteBuffer.wrap(slice, 0, used));
            if (head.getInt() != Checksum.of(place(epoch, i), slice, 0, used)) {
                throw damaged(disk, "slice " + i + " of " + count + " does not match its checksum");
            }
            slices.add(slice);
            at += SLICE_HEADER_BYTES + used;
        }
        if (file.size() != at) {
            throw damaged(disk, "it has " + file.size() + " bytes instead of " + at);
        }
        return slices;
    }

    private ByteBuffer header() {
        ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES).putLong(MAGIC).putInt(VERSION).putInt(journalSectors)
                .putLong(epoch).putLong(sequence).putInt(slices.size());
        return header.putInt(Checksum.of(header.array(), 0, HEADER_BYTES - 4)).flip();
    }

    private static long place(long epoch, int slice) {
        return (epoch << 20) + slice;
    }

    private static int usedBytes(byte[] slice) {
        int used = slice.length;
        while (used > 0 && slice[used - 1] == 0) {
            used--;
        }
        return used;
    }

    private static StoreDamagedException damaged(Disk disk, String what) {
        return Damage.inFile(disk, FILE, what);
    }
}
