package io.quarkiverse.raftconfig.store;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

import io.quarkiverse.raftconfig.store.Disk.DiskFile;

/**
 * Where commits become durable: two preallocated files that take turns, the frames of an epoch in one, those of the next
 * epoch in the other. A file is written again only when an image holds all that its frames say, so at any moment the image
 * and the two files tell everything:
 *
 * <pre>
 * image 4   file 0: frames of epoch 4          file 1: of epoch 3, long in the image
 * image 4   file 0: frames of epoch 4, full    file 1: frames of epoch 5      ... while image 5 is being written
 * image 5   file 0: of epoch 4, in the image   file 1: frames of epoch 5
 * </pre>
 *
 * A frame is one commit: sectors one behind the other, then one {@code force}. Frames are numbered without a gap, over all
 * epochs; one is begun only when the one before is durable.
 */
final class Journal implements Closeable {
    /** Large enough that folds are rare, small enough that making the files doesn't hold up a first start. */
    static final int SECTORS = (8 << 20) / Sector.BYTES;

    private static final int BUFFER_SECTORS = 256;

    private final DiskFile[] files;
    private final int sectors;
    private final byte[] buffer = new byte[BUFFER_SECTORS * Sector.BYTES];
    private long epoch;
    private long sequence;
    private int position;

    /**
     * @param position the sector at which the next frame begins
     * @param sequence of the last frame
     */
    Journal(DiskFile even, DiskFile odd, int sectors, long epoch, int position, long sequence) {
        this.files = new DiskFile[] { even, odd };
        this.sectors = sectors;
        this.epoch = epoch;
        this.position = position;
        this.sequence = sequence;
    }

    /** The name of the file with the frames of {@code epoch}. */
    static String file(long epoch) {
        return "journal-" + epoch % 2;
    }

    /** Makes both files, in full length: what is written there later changes no metadata, and finds the room it needs. */
    static void create(Disk disk, int sectors) throws IOException {
        byte[] zeros = new byte[BUFFER_SECTORS * Sector.BYTES];
        for (int epoch = 0; epoch < 2; epoch++) {
            try (DiskFile file = disk.create(file(epoch))) {
                clear(file, 0, sectors, zeros);
                file.force();
            }
        }
        disk.sync();
    }

    /** Overwrites sectors with zeros. */
    static void clear(DiskFile file, int from, int to, byte[] zeros) throws IOException {
        for (int at = from; at < to; at += zeros.length / Sector.BYTES) {
            int length = Math.min(zeros.length, (to - at) * Sector.BYTES);
            file.write((long) at * Sector.BYTES, ByteBuffer.wrap(zeros, 0, length));
        }
    }

    int sectors() {
        return sectors;
    }

    long epoch() {
        return epoch;
    }

    long sequence() {
        return sequence;
    }

    /** True if a payload of that size has room behind the last frame. */
    boolean hasRoomFor(int payloadBytes) {
        return Sector.count(payloadBytes) <= sectors - position;
    }

    /** True if a payload of that size has room in a file of its own. */
    boolean canHold(int payloadBytes) {
        return Sector.count(payloadBytes) <= sectors;
    }

    /** Goes on in the other file, whose frames an image must hold by now. */
    void nextEpoch() {
        epoch++;
        position = 0;
    }

    /** Notes that the next commit is durable without a frame, because an image of the next epoch holds it. */
    void committedByImage() {
        nextEpoch();
        sequence++;
    }

    /** Makes a payload durable. If this throws, whether it will be found again is open, and the journal not to be used. */
    void append(byte[] payload, int payloadBytes) throws IOException {
        DiskFile file = files[(int) (epoch % 2)];
        int count = Sector.count(payloadBytes);
        for (int first = 0; first < count; first += BUFFER_SECTORS) {
            int some = Math.min(BUFFER_SECTORS, count - first);
            for (int i = 0; i < some; i++) {
                Sector.write(epoch, sequence + 1, first + i, payload, payloadBytes, buffer, i * Sector.BYTES);
            }
            file.write((long) (position + first) * Sector.BYTES, ByteBuffer.wrap(buffer, 0, some * Sector.BYTES));
        }
        file.force();
        sequence++;
        position += count;
    }

    @Override
    public void close() throws IOException {
        try {
            files[0].close();
        } finally {
            files[1].close();
        }
    }
}
