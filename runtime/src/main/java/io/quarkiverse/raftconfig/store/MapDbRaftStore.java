package io.quarkiverse.raftconfig.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.mapdb.IndexTreeLongLongMap;

import io.quarkiverse.raftconfig.codec.EntryCodec;
import io.quarkiverse.raftconfig.codec.MalformedException;
import io.quarkiverse.raftconfig.codec.UnknownFormatException;
import io.quarkiverse.raftconfig.core.ClusterId;
import io.quarkiverse.raftconfig.core.Entry;
import io.quarkiverse.raftconfig.core.FoundingRecord;
import io.quarkiverse.raftconfig.core.HardState;
import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.core.Position;
import io.quarkiverse.raftconfig.core.Recovered;
import io.quarkiverse.raftconfig.core.ReplicaId;
import io.quarkiverse.raftconfig.core.SnapshotPoint;
import io.quarkiverse.raftconfig.core.StorageId;
import io.quarkiverse.raftconfig.log.RaftConfigLog;
import io.quarkiverse.raftconfig.node.Identity;
import io.quarkiverse.raftconfig.node.RaftStore;
import io.quarkiverse.raftconfig.node.SnapshotSink;
import io.quarkiverse.raftconfig.node.StoreWrite;
import io.quarkiverse.raftconfig.node.StoredSnapshot;

/**
 * The durable store: a record per entry, a map from index to record, and one {@link Superblock}, all changed by one atomic
 * commit per write. What is on the disk is read and checked whole when the store is opened.
 */
public final class MapDbRaftStore implements RaftStore {
    /** So many entries of a prefix are cut at once, at most, so that other writes need not wait long. */
    static final int CUT_ENTRIES_MAX = 500;

    private final Disk disk;
    private final JournaledVolume volume;
    private final Growth growth = new Growth();
    private Records records;
    private IndexTreeLongLongMap index;
    private final SnapshotFiles snapshots;
    private final Identity identity;
    private final @Nullable FoundingRecord founding;
    private @Nullable Recovered recovered;
    private volatile Superblock superblock;
    private volatile boolean closed;

    private MapDbRaftStore(Disk disk, JournaledVolume volume, Records records, Superblock superblock) throws IOException {
        this.disk = disk;
        this.volume = volume;
        this.records = records;
        this.superblock = superblock;
        this.index = records.map(superblock.indexRecord());
        this.snapshots = new SnapshotFiles(disk);
        this.identity = new Identity(superblock.nodeId(), superblock.storageId(), superblock.clusterId());
        this.founding = superblock.founding();
        this.recovered = new Recovered(superblock.hardState(), superblock.snapshot(), superblock.base(), readLog(),
                superblock.commitIndex());
        checkSnapshot();
    }

    /**
     * Opens the store in {@code directory}; makes both if they are not there.
     *
     * @param configured the node id that the operator has set; null if none was
     * @param otherwise gives the node id of a new store if none is configured
     * @param fileThread writes the store's image anew from time to time; the same thread that calls {@link #writeSnapshot}
     * @throws io.quarkiverse.raftconfig.node.StoreDamagedException if the directory does not hold what was written to it
     * @throws IllegalStateException if the directory can't be used, is in use, or is another node's; the message is for an
     *         operator
     */
    public static MapDbRaftStore open(Path directory, @Nullable NodeId configured, Supplier<NodeId> otherwise,
            Executor fileThread) {
        Disk disk = DirectoryDisk.open(directory);
        try {
            return open(disk, Journal.SECTORS, configured, otherwise, MapDbRaftStore::randomStorageId, fileThread);
        } catch (IOException e) {
            throw RaftConfigLog.LOG.dataDirectoryUnusable(disk.path(), String.valueOf(e.getMessage()), e);
        }
    }

    static MapDbRaftStore open(Disk directory, int journalSectors, @Nullable NodeId configured, Supplier<NodeId> otherwise,
            Supplier<StorageId> storageId, Executor fileThread) throws IOException {
        Disk disk = new HeldDisk(directory);
        JournaledVolume volume = null;
        try {
            volume = Recovery.open(disk, journalSectors, fileThread,
                    empty -> format(empty, configured != null ? configured : otherwise.get(), storageId.get()));
            Records records = new Records(volume, true);
            Superblock superblock = records.get(Records.FIRST, Superblock::read);
            if (configured != null && !configured.equals(superblock.nodeId())) {
                throw RaftConfigLog.LOG.dataDirectoryOfOtherNode(disk.path(), superblock.nodeId().value(),
                        configured.value());
            }
            return new MapDbRaftStore(disk, volume, records, superblock);
        } catch (MalformedException e) {
            close(volume, disk);
            String what = String.valueOf(e.getMessage());
            throw e instanceof UnknownFormatException ? RaftConfigLog.LOG.storeFormatUnknown(disk.path(), what)
                    : Damage.in(disk, what);
        } catch (IOException | RuntimeException e) {
            close(volume, disk);
            throw e;
        }
    }

    private static void close(@Nullable JournaledVolume volume, Disk disk) throws IOException {
        try (disk) {
            if (volume != null) {
                volume.close();
            }
        }
    }

    private static void format(JournaledVolume empty, NodeId nodeId, StorageId storageId) {
        Records records = new Records(empty, false);
        long number = records.put(out -> out.u8(0));
        long index = records.newMap();
        records.update(number, Superblock.ofEmptyStore(index, nodeId, storageId)::write);
    }

    private static StorageId randomStorageId() {
        SecureRandom random = new SecureRandom();
        return new StorageId(random.nextLong(), random.nextLong());
    }

    private List<Entry> readLog() {
        Superblock now = superblock;
        List<Entry> entries = new ArrayList<>();
        Position before = now.base();
        for (long i = before.index() + 1; i <= now.last().index(); i++) {
            Entry entry = read(i);
            if (entry.index() != i || entry.term() < before.term()) {
                throw new MalformedException("entry " + entry.position() + " is stored behind " + before);
            }
            before = entry.position();
            entries.add(entry);
        }
        if (!before.equals(now.last()) || now.snapshot().last().index() < now.base().index()
                || !positionIs(now.snapshot().last(), entries) || now.commitIndex() < now.snapshot().last().index()
                || now.commitIndex() > now.last().index()) {
            throw new MalformedException("the log from " + now.base() + " to " + before + " is said to end at " + now.last()
                    + ", to be committed up to " + now.commitIndex() + " and to have a snapshot up to "
                    + now.snapshot().last());
        }
        return entries;
    }

    private boolean positionIs(Position position, List<Entry> entries) {
        Position base = superblock.base();
        long at = position.index() - base.index();
        return at == 0 ? position.equals(base)
                : at <= entries.size() && entries.get((int) at - 1).position().equals(position);
    }

    /** The snapshot that counts must be there; its content is checked when it is read. */
    private void checkSnapshot() throws IOException {
        SnapshotPoint point = superblock.snapshot();
        if (!point.equals(SnapshotPoint.NONE)) {
            snapshots.read(point, superblock.clusterId()).content().close();
        }
        snapshots.deleteUnnamed(point.last());
    }

    private Entry read(long i) {
        long number = index.get(i);
        if (number == 0) {
            throw new MalformedException("entry " + i + " is missing");
        }
        return records.get(number, EntryCodec::read);
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
    public synchronized Recovered recovered() {
        if (recovered == null) {
            throw new IllegalStateException("recovered() was called before: the store does not keep the log");
        }
        Recovered handedOver = recovered;
        recovered = null;
        return handedOver;
    }

    /** The snapshot that counts; {@link SnapshotPoint#NONE} if none does. */
    SnapshotPoint newestSnapshot() {
        return superblock.snapshot();
    }

    @Override
    public StoredSnapshot readSnapshot(SnapshotPoint point) throws IOException {
        refuseIfClosed();
        return snapshots.read(point, superblock.clusterId());
    }

    @Override
    public void persist(StoreWrite write) {
        refuseIfClosed();
        Superblock next = validated(write);
        orCloseForGood(() -> {
            if (write.install() != null) {
                delete(superblock.base().index() + 1, superblock.last().index());
            } else if (!write.entries().isEmpty()) {
                delete(write.entries().get(0).index(), superblock.last().index());
            }
            if (!write.entries().isEmpty()) {
                for (Entry entry : write.entries()) {
                    index.put(entry.index(), records.put(out -> EntryCodec.write(out, entry)));
                }
            }
            commit(next);
            if (write.install() != null) {
                snapshots.deleteOld(next.snapshot().last());
            }
            return next;
        });
    }

    /** The superblock after {@code write}. */
    private Superblock validated(StoreWrite write) {
        Superblock now = installed(superblock, write.install());
        HardState hardState = write.hardState() != null ? write.hardState() : now.hardState();
        refuseToForget(now.hardState(), hardState);
        ClusterId clusterId = write.clusterId() != null ? write.clusterId() : now.clusterId();
        if (now.clusterId() != null && !now.clusterId().equals(clusterId)) {
            throw new IllegalArgumentException("the cluster id is " + now.clusterId() + " already, not " + clusterId);
        }
        Position last = now.last();
        if (!write.entries().isEmpty()) {
            last = positionBefore(now, write.entries().get(0).index());
            for (Entry entry : write.entries()) {
                if (entry.index() != last.index() + 1 || entry.term() < last.term()) {
                    throw new IllegalArgumentException("entry " + entry.position() + " behind " + last);
                }
                last = entry.position();
            }
        }
        long commitIndex = Math.min(last.index(), Math.max(now.commitIndex(), write.commitIndex()));
        return new Superblock(now.indexRecord(), now.nodeId(), now.storageId(), clusterId, hardState, commitIndex, now.base(),
                last, now.snapshot(), write.founding() != null ? write.founding() : now.founding());
    }

    /** Terms never go back, and a vote, once given, stays as it is for its term (§5.2). */
    private static void refuseToForget(HardState before, HardState after) {
        ReplicaId vote = before.votedFor();
        if (after.term() < before.term()
                || (after.term() == before.term() && vote != null && !vote.equals(after.votedFor()))) {
            throw new IllegalArgumentException("term and vote are " + before + ", and can't become " + after);
        }
    }

    /** The superblock once {@code point}, if there is one, is the newest snapshot and nothing is behind it. */
    private Superblock installed(Superblock before, @Nullable SnapshotPoint point) {
        if (point == null) {
            return before;
        }
        boolean written = orCloseForGood(() -> snapshots.exists(point.last()));
        if (!written || point.last().index() <= before.commitIndex()) {
            throw new IllegalArgumentException("snapshot " + point.last() + " for a log from " + before.base() + " to "
                    + before.last() + " that is committed up to " + before.commitIndex());
        }
        return before.withLog(point.last(), point.last()).withSnapshot(point);
    }

    private Position positionBefore(Superblock now, long first) {
        if (first <= now.snapshot().last().index() || first > now.last().index() + 1) {
            throw new IllegalArgumentException("entry " + first + " in a log from " + now.base() + " to " + now.last()
                    + " with a snapshot up to " + now.snapshot().last());
        }
        return positionAt(now, first - 1);
    }

    private Position positionAt(long i) {
        return positionAt(superblock, i);
    }

    private Position positionAt(Superblock now, long i) {
        if (i == now.base().index()) {
            return now.base();
        }
        return i == now.last().index() ? now.last() : read(i).position();
    }

    private boolean has(Position position) {
        Superblock now = superblock;
        return position.index() >= now.base().index() && position.index() <= now.last().index()
                && positionAt(position.index()).equals(position);
    }

    @Override
    public void writeSnapshot(SnapshotPoint point, SnapshotContent content) throws IOException {
        refuseIfClosed();
        snapshots.write(point, superblock.clusterId(), content);
    }

    @Override
    public SnapshotSink receiveSnapshot(SnapshotPoint point) throws IOException {
        refuseIfClosed();
        return snapshots.receive(point, superblock.clusterId());
    }

    @Override
    public Position compact(SnapshotPoint point, Position base) {
        refuseIfClosed();
        Superblock before = superblock;
        boolean written = orCloseForGood(() -> snapshots.exists(point.last()));
        if (!written || !has(point.last()) || !has(base) || base.index() > point.last().index()
                || point.last().index() < before.snapshot().last().index()) {
            throw new IllegalArgumentException("snapshot " + point.last() + " and base " + base + " for a log from "
                    + before.base() + " to " + before.last() + " with a snapshot up to " + before.snapshot().last());
        }
        return orCloseForGood(() -> {
            Superblock next = before.withSnapshot(point);
            growth.noteUsed(records.usedBytes());
            long first = before.base().index() + 1;
            long last = Math.min(base.index(), first + CUT_ENTRIES_MAX - 1);
            if (first <= last) {
                next = next.withLog(positionAt(last), before.last());
                delete(first, last);
            }
            commit(next);
            snapshots.deleteOld(point.last());
            if (next.base().equals(base) && growth.isBeyondUse(records.volumeBytes())) {
                writeAnew();
            }
            return next.base();
        });
    }

    /** The same, in a volume without all that is free; cheap just after a cut. */
    private void writeAnew() {
        JournaledVolume lean = new JournaledVolume(disk, List.of(), Runnable::run);
        Records copies = new Records(lean, false);
        Superblock now = superblock;
        long first = copies.put(now::write);
        long map = copies.newMap();
        if (first != Records.FIRST || map != now.indexRecord()) {
            throw new IllegalStateException("records " + first + " and " + map + " in the place of " + Records.FIRST + " and "
                    + now.indexRecord());
        }
        IndexTreeLongLongMap copied = copies.map(map);
        for (long i = now.base().index() + 1; i <= now.last().index(); i++) {
            Entry entry = read(i);
            copied.put(i, copies.put(out -> EntryCodec.write(out, entry)));
        }
        copies.commit();
        volume.replaceWith(lean.slices());
        records = new Records(volume, true);
        index = records.map(map);
        growth.restart();
    }

    private void delete(long first, long last) {
        for (long i = last; i >= first; i--) {
            records.delete(index.get(i));
            index.remove(i);
        }
    }

    private void commit(Superblock next) {
        if (!next.equals(superblock)) {
            records.update(Records.FIRST, next::write);
        }
        records.commit();
        superblock = next;
    }

    private interface Work<T> {
        T work() throws IOException;
    }

    /** Whatever goes wrong here leaves open what the disk or the memory holds: the store is not used any more. */
    private <T> T orCloseForGood(Work<T> work) {
        try {
            return work.work();
        } catch (IOException e) {
            closeAfter(e);
            throw new UncheckedIOException(e);
        } catch (RuntimeException | Error e) {
            closeAfter(e);
            throw e;
        }
    }

    private void closeAfter(Throwable failure) {
        try {
            close();
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
        }
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            close(volume, disk);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void refuseIfClosed() {
        if (closed) {
            throw new UncheckedIOException(new IOException("the store in " + disk.path() + " is closed"));
        }
    }
}
