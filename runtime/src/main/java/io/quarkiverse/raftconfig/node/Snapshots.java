package io.quarkiverse.raftconfig.node;

import java.io.IOException;
import java.io.OutputStream;
import java.util.function.Consumer;
import java.util.function.ObjLongConsumer;

import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.core.Position;
import io.quarkiverse.raftconfig.core.Recovered;
import io.quarkiverse.raftconfig.core.SnapshotPoint;
import io.quarkiverse.raftconfig.log.RaftConfigLog;
import io.quarkiverse.raftconfig.state.ConfigState;

/**
 * Takes a snapshot now and then, so that the log does not grow for ever (§7). Each step waits for the one before it to be
 * durable:
 *
 * <pre>
 * loop:   image ─┐                     ┌─ name it ─┐            ┌─ core: what may go? ─┐
 * files:         └─ write, sync, rename┘           │            │                      │
 * store:                                           └─ superblock┘                      └─ cut the log
 * </pre>
 *
 * One at a time. A snapshot that can't be written is a failed disk like any other: the node stops taking part. Lives on
 * the loop.
 */
final class Snapshots {
    private final NodeId self;
    private final RaftStore store;
    private final StoreWriter writer;
    private final FileThread files;
    private final NodeSettings settings;
    private final ObjLongConsumer<SnapshotPoint> onSnapshot;
    private final Consumer<Throwable> onFailure;

    /** The newest snapshot that counts; the newest whose file is there. */
    private SnapshotPoint newest;
    private SnapshotPoint written;
    private long writtenSizeBytes;
    private long bytesAtWritten;
    private boolean writing;

    /** Just before the first entry of the store's log, and of the core's. */
    private Position storeBase;
    private Position coreBase;
    private boolean compacting;

    /**
     * @param onSnapshot called once a snapshot counts, with its size in bytes
     * @param onFailure called if one can't be written
     */
    Snapshots(RaftStore store, StoreWriter writer, FileThread files, NodeSettings settings, Recovered recovered,
            ObjLongConsumer<SnapshotPoint> onSnapshot, Consumer<Throwable> onFailure) {
        this.self = store.identity().nodeId();
        this.store = store;
        this.writer = writer;
        this.files = files;
        this.settings = settings;
        this.onSnapshot = onSnapshot;
        this.onFailure = onFailure;
        this.newest = recovered.snapshot();
        this.written = newest;
        this.storeBase = recovered.base();
        this.coreBase = storeBase;
    }

    SnapshotPoint newest() {
        return newest;
    }

    /** A snapshot of a leader has taken the place of the log: it is the newest from now on. */
    void installed(SnapshotPoint point, long appliedBytes) {
        newest = point;
        written = point;
        bytesAtWritten = appliedBytes;
        storeBase = point.last();
        coreBase = point.last();
    }

    /** Just before the first entry of the core's log. */
    long coreBase() {
        return coreBase.index();
    }

    boolean isWriting() {
        return writing;
    }

    /** Whether it is time for one. */
    boolean isDue(Position lastApplied, long appliedBytes) {
        return !writing && lastApplied.index() > newest.last().index()
                && (lastApplied.index() - newest.last().index() >= settings.snapshotEntries()
                        || appliedBytes - bytesAtWritten >= settings.snapshotBytes());
    }

    /**
     * @param point of the last entry applied
     * @param image the state there
     */
    void take(SnapshotPoint point, ConfigState.Image image, long appliedBytes) {
        writing = true;
        files.run(() -> {
            try {
                long[] sizeBytes = new long[1];
                store.writeSnapshot(point, out -> {
                    Counting counting = new Counting(out);
                    image.writeTo(counting);
                    sizeBytes[0] = counting.count;
                });
                files.tell(() -> fileWritten(point, sizeBytes[0], appliedBytes));
            } catch (Throwable e) {
                files.tell(() -> onFailure.accept(e));
            }
        });
    }

    /** Unless it was overtaken by one that a leader has sent: then it is of no use. */
    private void fileWritten(SnapshotPoint point, long sizeBytes, long appliedBytes) {
        if (isNewer(point, written)) {
            written = point;
            writtenSizeBytes = sizeBytes;
            bytesAtWritten = appliedBytes;
            compact();
        } else {
            writing = false;
        }
    }

    private static boolean isNewer(SnapshotPoint one, SnapshotPoint other) {
        return one.last().index() > other.last().index();
    }

    /** The core's log begins just behind {@code to}: the store's may, too. */
    void cutTo(Position to) {
        coreBase = to;
        compact();
    }

    /** Names the newest file, and cuts the log as far as the core has cut its own: a slice at a time, with writes between. */
    private void compact() {
        if (compacting || (written.equals(newest) && storeBase.equals(coreBase))) {
            return;
        }
        compacting = true;
        SnapshotPoint point = written;
        writer.compact(point, coreBase, reached -> {
            compacting = false;
            if (reached.index() > storeBase.index()) {
                storeBase = reached;
            }
            if (isNewer(point, newest)) {
                counts(point);
            } else if (!point.equals(newest)) {
                writing = false;
            }
            compact();
        });
    }

    /** Counts what passes. */
    private static final class Counting extends OutputStream {
        private final OutputStream out;
        private long count;

        Counting(OutputStream out) {
            this.out = out;
        }

        @Override
        public void write(int b) throws IOException {
            out.write(b);
            count++;
        }

        @Override
        public void write(byte[] bytes, int start, int length) throws IOException {
            out.write(bytes, start, length);
            count += length;
        }

        @Override
        public void flush() throws IOException {
            out.flush();
        }
    }

    /** From here on a start begins with it, so the core may be asked what it needs no more. */
    private void counts(SnapshotPoint point) {
        writing = false;
        newest = point;
        RaftConfigLog.LOG.snapshotTaken(self.value(), point.last().index(), point.last().term());
        onSnapshot.accept(point, writtenSizeBytes);
    }
}
