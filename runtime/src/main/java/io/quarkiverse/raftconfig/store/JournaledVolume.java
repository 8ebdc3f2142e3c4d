package io.quarkiverse.raftconfig.store;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;

import org.jspecify.annotations.Nullable;
import org.mapdb.DBException;
import org.mapdb.DataIO;
import org.mapdb.DataInput2;
import org.mapdb.volume.Volume;

/**
 * A volume for MapDB that is resident in memory and whose {@link #sync} is atomic: after a power cut, all that was put
 * before the last sync is there and nothing that was put after it.
 *
 * <pre>
 * put:   memory only; the changed blocks are noted
 * sync:  one frame with the changed blocks to the journal, one force
 *        journal full: the frame goes to the other one, and the image is written anew from a copied list of slices,
 *        by the file thread, while commits go on; a slice that changes meanwhile is copied first
 *        frame larger than a journal, or another volume in the place of all: the image itself is the commit
 * </pre>
 *
 * For the one thread that owns the store. After an {@link UncheckedIOException} it must not be used any more.
 */
final class JournaledVolume extends Volume {
    private static final int SLICE_SHIFT = 20;
    private static final int SLICE_MASK = Image.SLICE_BYTES - 1;

    private final Disk disk;
    private final Executor fileThread;
    private final Frame frame = new Frame();
    private final BitSet dirty = new BitSet();
    private final BitSet lent = new BitSet();
    private byte[][] slices;
    private @Nullable Journal journal;
    private @Nullable FutureTask<Void> fold;
    private volatile boolean foldAbandoned;

    /**
     * A volume that is in memory only until {@link #journalTo} is called.
     *
     * @param fileThread writes the image anew when a journal is full
     */
    JournaledVolume(Disk disk, List<byte[]> slices, Executor fileThread) {
        this.disk = disk;
        this.slices = slices.toArray(byte[][]::new);
        this.fileThread = fileThread;
    }

    /** From now on, {@link #sync} makes durable what changes. What was put until now must be durable already. */
    void journalTo(Journal target) {
        dirty.clear();
        journal = target;
    }

    /** All slices as they are, for an image. They must not be put to while it is being written. */
    List<byte[]> slices() {
        return List.of(slices);
    }

    @Override
    public void sync() {
        if (journal == null || dirty.isEmpty()) {
            return;
        }
        try {
            commit(journal);
            dirty.clear();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void commit(Journal journal) throws IOException {
        if (fold != null && fold.isDone()) {
            finishFold();
        }
        frame.fill(slices, dirty);
        if (journal.hasRoomFor(frame.length())) {
            journal.append(frame.array(), frame.length());
            return;
        }
        finishFold();
        if (journal.canHold(frame.length())) {
            journal.nextEpoch();
            journal.append(frame.array(), frame.length());
            startFold(journal);
        } else {
            journal.committedByImage();
            image(journal).write(disk, () -> false);
        }
    }

    private void startFold(Journal journal) {
        Image image = image(journal);
        lent.set(0, slices.length);
        fold = new FutureTask<>(() -> {
            image.write(disk, () -> foldAbandoned);
            return null;
        });
        fileThread.execute(fold);
    }

    /**
     * What {@code others} hold takes the place of all that is here, durable at once and whole or not at all. An image is that
     * commit, however small it is: frames can't make a volume shorter. All that was put must have been committed.
     */
    void replaceWith(List<byte[]> others) {
        if (journal == null || !dirty.isEmpty()) {
            throw new IllegalStateException("a volume without a journal, or with changes that are not committed");
        }
        try {
            finishFold();
            slices = others.toArray(byte[][]::new);
            journal.committedByImage();
            image(journal).write(disk, () -> false);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Image image(Journal journal) {
        return new Image(journal.sectors(), journal.epoch(), journal.sequence(), slices());
    }

    /** Waits until the image is written, or writes it here if the file thread has not come to it yet. */
    private void finishFold() throws IOException {
        if (fold == null) {
            return;
        }
        fold.run();
        try {
            fold.get();
        } catch (ExecutionException e) {
            throw new IOException("the store's image could not be written", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the store's image was being written", e);
        }
        fold = null;
        lent.clear();
    }

    /** Leaves the files alone from now on; an image that is being written by the file thread is not put in place. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        foldAbandoned = true;
        try {
            if (fold != null) {
                awaitAbandoned(fold);
            }
            if (journal != null) {
                journal.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What a fold on its way out has come to does not matter any more, but that it is out: another process may be next. */
    private static void awaitAbandoned(FutureTask<Void> fold) {
        boolean interrupted = false;
        fold.run();
        while (!fold.isDone()) {
            try {
                fold.get();
            } catch (ExecutionException e) {
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void ensureAvailable(long offset) {
        int count = (int) ((offset + SLICE_MASK) >>> SLICE_SHIFT);
        int before = slices.length;
        if (count > before) {
            slices = Arrays.copyOf(slices, count);
            for (int i = before; i < count; i++) {
                slices[i] = new byte[Image.SLICE_BYTES];
            }
        }
    }

    @Override
    public void putLong(long offset, long value) {
        if (getLong(offset) != value) {
            DataIO.putLong(toChange(offset, Long.BYTES), at(offset), value);
        }
    }

    @Override
    public void putInt(long offset, int value) {
        if (getInt(offset) != value) {
            ByteBuffer.wrap(toChange(offset, Integer.BYTES)).putInt(at(offset), value);
        }
    }

    @Override
    public void putByte(long offset, byte value) {
        if (getByte(offset) != value) {
            toChange(offset, 1)[at(offset)] = value;
        }
    }

    /** Notes the blocks that really change only: of a record written again, most bytes are often the same. */
    @Override
    public void putData(long offset, byte[] source, int sourceAt, int length) {
        byte[] slice = slice(offset);
        int at = at(offset);
        int done = 0;
        while (done < length) {
            int blockEnd = (((at + done) >> Frame.BLOCK_SHIFT) + 1) << Frame.BLOCK_SHIFT;
            int count = Math.min(blockEnd - at, length) - done;
            int from = sourceAt + done;
            if (!Arrays.equals(slice, at + done, at + done + count, source, from, from + count)) {
                slice = toChange(offset + done, count);
                System.arraycopy(source, from, slice, at + done, count);
            }
            done += count;
        }
    }

    @Override
    public void putData(long offset, ByteBuffer source) {
        byte[] bytes = new byte[source.remaining()];
        source.get(bytes);
        putData(offset, bytes, 0, bytes.length);
    }

    @Override
    public void clear(long from, long to) {
        int length = (int) (to - from);
        putData(from, new byte[length], 0, length);
    }

    @Override
    public long getLong(long offset) {
        return DataIO.getLong(slice(offset), at(offset));
    }

    @Override
    public int getInt(long offset) {
        return ByteBuffer.wrap(slice(offset)).getInt(at(offset));
    }

    @Override
    public byte getByte(long offset) {
        return slice(offset)[at(offset)];
    }

    @Override
    public DataInput2 getDataInput(long offset, int size) {
        return new DataInput2.ByteArray(slice(offset), at(offset));
    }

    @Override
    public void getData(long offset, byte[] target, int targetAt, int length) {
        System.arraycopy(slice(offset), at(offset), target, targetAt, length);
    }

    @Override
    public long length() {
        return (long) slices.length << SLICE_SHIFT;
    }

    @Override
    public int sliceSize() {
        return Image.SLICE_BYTES;
    }

    @Override
    public boolean isSliced() {
        return true;
    }

    @Override
    public boolean isReadOnly() {
        return false;
    }

    @Override
    public @Nullable File getFile() {
        return null;
    }

    @Override
    public boolean getFileLocked() {
        return false;
    }

    /** MapDB shrinks a volume only when it compacts the store, which we never ask for. */
    @Override
    public void truncate(long size) {
        throw new UnsupportedOperationException();
    }

    private static int at(long offset) {
        return (int) offset & SLICE_MASK;
    }

    private byte[] slice(long offset) {
        long number = offset >>> SLICE_SHIFT;
        if (number >= slices.length) {
            throw new DBException.VolumeEOF("offset " + offset + " of " + length());
        }
        return slices[(int) number];
    }

    /** The slice at {@code offset}, ours alone; notes that so many bytes of it change. */
    private byte[] toChange(long offset, int length) {
        dirty.set((int) (offset >>> Frame.BLOCK_SHIFT), (int) ((offset + length - 1) >>> Frame.BLOCK_SHIFT) + 1);
        int number = (int) (offset >>> SLICE_SHIFT);
        if (lent.get(number)) {
            slices[number] = slice(offset).clone();
            lent.clear(number);
        }
        return slices[number];
    }
}
