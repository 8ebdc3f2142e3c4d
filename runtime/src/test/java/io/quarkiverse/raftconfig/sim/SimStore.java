package io.quarkiverse.raftconfig.sim;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.core.Bytes;
import io.quarkiverse.raftconfig.core.FoundingRecord;
import io.quarkiverse.raftconfig.core.Position;
import io.quarkiverse.raftconfig.core.Recovered;
import io.quarkiverse.raftconfig.core.SnapshotPoint;
import io.quarkiverse.raftconfig.node.Identity;
import io.quarkiverse.raftconfig.node.RaftStore;
import io.quarkiverse.raftconfig.node.SnapshotSink;
import io.quarkiverse.raftconfig.node.StoreWrite;
import io.quarkiverse.raftconfig.node.StoredSnapshot;

/** The store of one life of a node: a write is begun, and durable only when the disk says so. */
final class SimStore implements RaftStore {
    private final SimDisk disk;
    private final RaftStore store;
    private final Judge judge;
    private final SplittableRandom random;
    private @Nullable StoreWrite pendingWrite;
    private @Nullable Compaction compaction;
    private @Nullable PendingFile pendingFile;
    private @Nullable String failure;
    private boolean receiving;
    private boolean failed;
    private boolean closed;

    /** Who looks on. */
    interface Judge {
        /** Whatever becomes of it. */
        void beginning(StoreWrite write);

        void persisting(StoreWrite write);

        void durable(StoreWrite write);

        void snapshotWritten(SnapshotPoint point, Bytes content);

        void snapshotReceived(SnapshotPoint point, Bytes content);

        void compacting();

        /** Thrown too, but the node may take it for a failure of its disk. */
        void violated(Violation violation);
    }

    private record PendingFile(SnapshotPoint point, Bytes content, boolean received) {
    }

    /** @param reached where the log begins when it is over */
    private record Compaction(SnapshotPoint point, Position base, Position reached) {
    }

    SimStore(SimDisk disk, Judge judge, SplittableRandom random) {
        this.disk = disk;
        this.store = disk.medium().open();
        this.judge = judge;
        this.random = random;
    }

    /** The next write fails, as by a disk that is broken or full. */
    void failNext(String message) {
        failure = message;
    }

    /** The disk is whole again, unless it has failed already. */
    void mended() {
        failure = null;
    }

    /** Whether a snapshot of a leader is being made the beginning of the log. */
    boolean isInstalling() {
        return pendingWrite != null && pendingWrite.install() != null;
    }

    /** Whether a part of a leader's snapshot is there. */
    boolean isReceiving() {
        return receiving;
    }

    /** Whether a file is to be synced. */
    boolean isWritingFile() {
        return pendingFile != null;
    }

    boolean isWriting() {
        return pendingWrite != null;
    }

    boolean isCompacting() {
        return compaction != null;
    }

    /** What is under way has come to the disk. */
    void synced() {
        Compaction cut = compaction;
        if (cut != null) {
            compaction = null;
            Position reached = cut(cut);
            if (!reached.equals(cut.reached)) {
                throw violation("cut its log up to " + reached + ", not to " + cut.reached, null);
            }
            disk.log().compactTo(reached);
        }
        StoreWrite write = pendingWrite;
        if (write != null) {
            pendingWrite = null;
            try {
                store.persist(write);
            } catch (IllegalArgumentException e) {
                throw violation(String.valueOf(e.getMessage()), e);
            }
            disk.durable(write);
            judge.durable(write);
        }
    }

    void fileSynced() {
        PendingFile file = pendingFile;
        if (file != null && !closed) {
            pendingFile = null;
            write(file);
        }
    }

    private void write(PendingFile file) {
        try {
            if (file.received) {
                try (SnapshotSink sink = store.receiveSnapshot(file.point)) {
                    sink.write(file.content.toArray());
                    sink.finish();
                }
            } else {
                store.writeSnapshot(file.point, out -> out.write(file.content.toArray()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Position cut(Compaction cut) {
        try {
            return store.compact(cut.point, cut.base);
        } catch (IllegalArgumentException e) {
            throw violation(String.valueOf(e.getMessage()), e);
        }
    }

    /** The process is gone. What was under way is there, or not. */
    void crash() {
        boolean isOver = closed;
        closed = true;
        StoreWrite write = pendingWrite;
        Compaction cut = compaction;
        PendingFile file = pendingFile;
        if (isOver) {
            disk.medium().crash();
        } else if (write != null) {
            disk.perhapsDurable(write);
            disk.medium().crash(() -> store.persist(write));
        } else if (cut != null) {
            disk.medium().crash(() -> cut(cut));
        } else if (file != null) {
            disk.medium().crash(() -> write(file));
        } else {
            disk.medium().crash();
        }
        pendingWrite = null;
        compaction = null;
        pendingFile = null;
    }

    @Override
    public Identity identity() {
        return store.identity();
    }

    @Override
    public @Nullable FoundingRecord founding() {
        return store.founding();
    }

    @Override
    public Recovered recovered() {
        Recovered recovered = store.recovered();
        disk.found(recovered);
        return recovered;
    }

    @Override
    public StoredSnapshot readSnapshot(SnapshotPoint point) throws IOException {
        PendingFile file = pendingFile;
        if (file == null || !file.point.equals(point)) {
            return store.readSnapshot(point);
        }
        byte[] content = file.content.toArray();
        CRC32C crc = new CRC32C();
        crc.update(content);
        return new StoredSnapshot(content.length, (int) crc.getValue(), new ByteArrayInputStream(content));
    }

    @Override
    public SnapshotSink receiveSnapshot(SnapshotPoint point) throws IOException {
        refuseFile();
        receiving = true;
        return new Receiving(point);
    }

    /** Its bytes are gone with a crash, until it is whole and synced. */
    private final class Receiving implements SnapshotSink {
        private final SnapshotPoint point;
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        Receiving(SnapshotPoint point) {
            this.point = point;
        }

        @Override
        public void write(byte[] chunk) throws IOException {
            refuseFile();
            bytes.writeBytes(chunk);
        }

        @Override
        public void finish() throws IOException {
            refuseFile();
            receiving = false;
            pendingFile = new PendingFile(point, Bytes.wrap(bytes.toByteArray()), true);
            judge.snapshotReceived(point, pendingFile.content);
        }

        @Override
        public void close() {
            receiving = false;
        }
    }

    private void refuseFile() throws IOException {
        if (closed || failure != null) {
            failed |= failure != null;
            throw new IOException(failure == null ? "the store is closed" : failure);
        }
    }

    @Override
    public void persist(StoreWrite write) {
        requireOpen();
        judge.beginning(write);
        if (failure != null) {
            // A write that fails may have been made all the same.
            disk.perhapsDurable(write);
            if (random.nextBoolean()) {
                store.persist(write);
            }
        }
        failIfAsked();
        judge.persisting(write);
        pendingWrite = write;
    }

    private void requireOpen() {
        if (closed) {
            throw violation("the store was closed, or had failed", null);
        }
    }

    private Violation violation(String what, @Nullable Throwable cause) {
        Violation violation = new Violation("StoreContract", disk.replica() + ": " + what, cause);
        judge.violated(violation);
        return violation;
    }

    /** Whether a write has failed, though the node may not have been told yet. */
    boolean hasFailed() {
        return failed;
    }

    private void failIfAsked() {
        if (failure != null) {
            failed = true;
            closed = true;
            throw new UncheckedIOException(new IOException(failure));
        }
    }

    @Override
    public void writeSnapshot(SnapshotPoint point, SnapshotContent content) throws IOException {
        refuseFile();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        content.writeTo(bytes);
        pendingFile = new PendingFile(point, Bytes.wrap(bytes.toByteArray()), false);
        judge.snapshotWritten(point, pendingFile.content);
    }

    @Override
    public Position compact(SnapshotPoint point, Position base) {
        requireOpen();
        long index = Math.min(base.index(), disk.log().baseIndex() + (long) disk.medium().cutEntriesMax());
        Compaction cut = new Compaction(point, base, new Position(index, disk.log().termAt(index)));
        if (failure != null && random.nextBoolean()) {
            // What fails may have been done all the same.
            cut(cut);
        }
        failIfAsked();
        compaction = cut;
        judge.compacting();
        return cut.reached;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            store.close();
        }
    }
}
