package io.quarkiverse.raftconfig.node;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.zip.CRC32C;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.core.ClusterId;
import io.quarkiverse.raftconfig.core.Entry;
import io.quarkiverse.raftconfig.core.FoundingRecord;
import io.quarkiverse.raftconfig.core.HardState;
import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.core.Position;
import io.quarkiverse.raftconfig.core.Recovered;
import io.quarkiverse.raftconfig.core.SnapshotPoint;
import io.quarkiverse.raftconfig.core.StorageId;

/**
 * A store for tests, on a {@link Disk} that outlives it. To crash a node, forget its store and {@link Disk#open} another:
 * the old one refuses from then on, and what it had persisted is there.
 */
public final class InMemoryRaftStore implements RaftStore {

    /** What survives a crash. Not shared by two open stores: opening takes it away from the one before. */
    public static final class Disk {
        private final NodeId nodeId;
        private final StorageId storageId;
        private @Nullable ClusterId clusterId;
        private @Nullable FoundingRecord founding;
        private HardState hardState = HardState.BLANK;
        private Position base = Position.ZERO;
        private List<Entry> entries = new ArrayList<>();
        private long commitIndex;
        private SnapshotPoint snapshot = SnapshotPoint.NONE;
        private final Map<Position, byte[]> snapshots = new HashMap<>();
        private @Nullable InMemoryRaftStore user;

        public Disk(NodeId nodeId, StorageId storageId) {
            this.nodeId = nodeId;
            this.storageId = storageId;
        }

        public synchronized InMemoryRaftStore open() {
            if (user != null) {
                user.closed = true;
            }
            user = new InMemoryRaftStore(this);
            return user;
        }

        /** The log as persisted. */
        public synchronized List<Entry> entries() {
            return List.copyOf(entries);
        }

        /** Term and vote as persisted. */
        public synchronized HardState hardState() {
            return hardState;
        }

        private Position last() {
            return entries.isEmpty() ? base : entries.get(entries.size() - 1).position();
        }

        private boolean has(Position position) {
            int at = (int) (position.index() - base.index());
            return position.equals(base)
                    || (at > 0 && at <= entries.size() && entries.get(at - 1).position().equals(position));
        }

        private void keepSnapshots(Position newest, Position previous) {
            snapshots.keySet().removeIf(last -> last.index() < newest.index() && !last.equals(previous));
        }

        private void keepUpTo(long index) {
            entries = new ArrayList<>(entries.subList(0, (int) (index - base.index())));
        }
    }

    private final Disk disk;
    private final Identity identity;
    private final @Nullable FoundingRecord founding;
    private @Nullable Recovered recovered;
    private volatile Consumer<StoreWrite> beforePersist = write -> {
    };
    private volatile boolean snapshotsRefused;
    private volatile boolean closed;

    private InMemoryRaftStore(Disk disk) {
        this.disk = disk;
        this.identity = new Identity(disk.nodeId, disk.storageId, disk.clusterId);
        this.founding = disk.founding;
        this.recovered = new Recovered(disk.hardState, disk.snapshot, disk.base, disk.entries, disk.commitIndex);
    }

    /**
     * Calls {@code hook} on the store thread before a write becomes durable. It may wait, to play a slow disk, or throw an
     * {@link UncheckedIOException}, to play a broken one: the write is lost and the store closed for good.
     */
    public void beforePersist(Consumer<StoreWrite> hook) {
        this.beforePersist = hook;
    }

    /** Every write from now on is refused, as by a disk with an I/O error. */
    public void breakDisk() {
        beforePersist(write -> {
            throw new UncheckedIOException(new IOException("Input/output error"));
        });
    }

    /** Every snapshot file from now on is refused, as by a full disk. */
    public void refuseSnapshots() {
        snapshotsRefused = true;
    }

    @Override
    public Identity identity() {
        return identity;
    }

    @Override
    public @Nullable FoundingRecord founding() {
        return founding;
    }

    @Override
    public Recovered recovered() {
        synchronized (disk) {
            if (recovered == null) {
                throw new IllegalStateException("recovered() was called before: the store does not keep the log");
            }
            Recovered handedOver = recovered;
            recovered = null;
            return handedOver;
        }
    }

    @Override
    public StoredSnapshot readSnapshot(SnapshotPoint point) throws IOException {
        synchronized (disk) {
            refuseIfClosed();
            byte[] content = disk.snapshots.get(point.last());
            if (content == null) {
                throw new StoreDamagedException("there is no snapshot at " + point.last());
            }
            CRC32C crc = new CRC32C();
            crc.update(content);
            return new StoredSnapshot(content.length, (int) crc.getValue(), new ByteArrayInputStream(content));
        }
    }

    @Override
    public void persist(StoreWrite write) {
        refuseIfClosed();
        try {
            beforePersist.accept(write);
        } catch (UncheckedIOException e) {
            closed = true;
            throw e;
        }
        synchronized (disk) {
            refuseIfClosed();
            validate(write);
            if (write.install() != null) {
                install(write.install());
            }
            if (!write.entries().isEmpty()) {
                disk.keepUpTo(write.entries().get(0).index() - 1);
                disk.entries.addAll(write.entries());
            }
            if (write.hardState() != null) {
                disk.hardState = write.hardState();
            }
            if (write.clusterId() != null) {
                disk.clusterId = write.clusterId();
            }
            if (write.founding() != null) {
                disk.founding = write.founding();
            }
            disk.commitIndex = Math.min(disk.last().index(), Math.max(disk.commitIndex, write.commitIndex()));
        }
    }

    private void install(SnapshotPoint point) {
        Position previous = disk.snapshot.last();
        disk.entries.clear();
        disk.base = point.last();
        disk.snapshot = point;
        disk.commitIndex = point.last().index();
        disk.keepSnapshots(point.last(), previous);
    }

    private void validate(StoreWrite write) {
        if (write.clusterId() != null && disk.clusterId != null && !write.clusterId().equals(disk.clusterId)) {
            throw new IllegalArgumentException("the cluster id is " + disk.clusterId + " already");
        }
        HardState after = write.hardState();
        HardState before = disk.hardState;
        if (after != null && (after.term() < before.term() || (after.term() == before.term() && before.votedFor() != null
                && !before.votedFor().equals(after.votedFor())))) {
            throw new IllegalArgumentException("term and vote are " + before + ", and can't become " + after);
        }
        SnapshotPoint install = write.install();
        if (install != null && (!disk.snapshots.containsKey(install.last())
                || install.last().index() <= disk.commitIndex)) {
            throw new IllegalArgumentException(
                    "snapshot " + install.last() + " for a log that is committed up to " + disk.commitIndex);
        }
        if (!write.entries().isEmpty()) {
            validate(write.entries(), install == null ? positionBefore(write.entries().get(0).index()) : install.last());
        }
    }

    private Position positionBefore(long first) {
        if (first <= Math.max(disk.base.index(), disk.snapshot.last().index()) || first > disk.last().index() + 1) {
            throw new IllegalArgumentException(
                    "entry " + first + " after a log up to " + disk.last() + " with a snapshot up to "
                            + disk.snapshot.last());
        }
        return first == disk.base.index() + 1 ? disk.base
                : disk.entries.get((int) (first - disk.base.index() - 2)).position();
    }

    private static void validate(List<Entry> entries, Position base) {
        Position before = base;
        for (Entry entry : entries) {
            if (entry.index() != before.index() + 1 || entry.term() < before.term()) {
                throw new IllegalArgumentException("entry " + entry.position() + " after entry " + before);
            }
            before = entry.position();
        }
    }

    @Override
    public void writeSnapshot(SnapshotPoint point, SnapshotContent content) throws IOException {
        refuseIfClosed();
        if (snapshotsRefused) {
            throw new IOException("No space left on device");
        }
        var bytes = new ByteArrayOutputStream();
        content.writeTo(bytes);
        synchronized (disk) {
            refuseIfClosed();
            disk.snapshots.put(point.last(), bytes.toByteArray());
        }
    }

    @Override
    public SnapshotSink receiveSnapshot(SnapshotPoint point) {
        refuseIfClosed();
        var bytes = new ByteArrayOutputStream();
        return new SnapshotSink() {
            @Override
            public void write(byte[] chunk) throws IOException {
                refuseIfClosed();
                if (snapshotsRefused) {
                    throw new IOException("No space left on device");
                }
                bytes.writeBytes(chunk);
            }

            @Override
            public void finish() {
                synchronized (disk) {
                    refuseIfClosed();
                    disk.snapshots.put(point.last(), bytes.toByteArray());
                }
            }

            @Override
            public void close() {
            }
        };
    }

    @Override
    public Position compact(SnapshotPoint point, Position base) {
        synchronized (disk) {
            refuseIfClosed();
            if (!disk.snapshots.containsKey(point.last()) || !disk.has(point.last()) || !disk.has(base)
                    || base.index() > point.last().index() || point.last().index() < disk.snapshot.last().index()) {
                throw new IllegalArgumentException("snapshot " + point.last() + " and base " + base + " for a log from "
                        + disk.base + " to " + disk.last() + " with a snapshot up to " + disk.snapshot.last());
            }
            Position previous = disk.snapshot.last();
            disk.entries = new ArrayList<>(
                    disk.entries.subList((int) (base.index() - disk.base.index()), disk.entries.size()));
            disk.base = base;
            disk.snapshot = point;
            disk.commitIndex = Math.max(disk.commitIndex, point.last().index());
            disk.keepSnapshots(point.last(), previous);
            return base;
        }
    }

    @Override
    public void close() {
        closed = true;
    }

    private void refuseIfClosed() {
        if (closed) {
            throw new UncheckedIOException(new IOException("the store is closed"));
        }
    }
}
