package io.quarkiverse.raftconfig.store;

import java.io.IOException;
import java.io.UncheckedIOException;

import org.mapdb.IndexTreeLongLongMap;

import io.quarkiverse.raftconfig.core.ClusterId;
import io.quarkiverse.raftconfig.core.HardState;
import io.quarkiverse.raftconfig.core.ReplicaId;
import io.quarkiverse.raftconfig.core.SnapshotPoint;
import io.quarkiverse.raftconfig.node.RaftStore.SnapshotContent;

/**
 * Makes the store of a node that of another replica, in another cluster, with the same state.
 *
 * <pre>
 * snapshot file, durable, that nothing names ─→ one commit: superblock, without the log ─→ older snapshots are deleted
 *              as before                     │                          the new replica's
 * </pre>
 */
final class Refounding {
    private Refounding() {
    }

    /** See {@link OfflineStore#refound}. */
    static void refound(Disk disk, ReplicaId first, ClusterId clusterId, SnapshotPoint point, SnapshotContent content)
            throws IOException {
        JournaledVolume volume = Recovery.open(disk, Journal.SECTORS, Runnable::run, empty -> {
            throw new IllegalStateException("there is no store in " + disk.path());
        });
        try {
            Records records = new Records(volume, true);
            Superblock before = records.get(Records.FIRST, Superblock::read);
            if (point.last().index() <= before.last().index() || point.last().term() <= before.hardState().term()) {
                throw new IllegalArgumentException("a snapshot up to " + point.last() + " in the place of a log up to "
                        + before.last() + ", in term " + before.hardState().term());
            }
            new SnapshotFiles(disk).write(point, clusterId, content);
            IndexTreeLongLongMap index = records.map(before.indexRecord());
            for (long i = before.last().index(); i > before.base().index(); i--) {
                records.delete(index.get(i));
                index.remove(i);
            }
            Superblock after = new Superblock(before.indexRecord(), first.node(), first.storage(), clusterId,
                    new HardState(point.last().term(), null), point.last().index(), point.last(), point.last(), point, null);
            records.update(Records.FIRST, after::write);
            records.commit();
            deleteOthers(disk, SnapshotFiles.name(point.last()));
        } catch (UncheckedIOException e) {
            throw new IOException(e.getMessage(), e);
        } finally {
            volume.close();
        }
    }

    /** They are another cluster's. */
    private static void deleteOthers(Disk disk, String snapshot) throws IOException {
        for (String name : disk.list()) {
            if (SnapshotFiles.isSnapshot(name) && !name.equals(snapshot)) {
                disk.delete(name);
            }
        }
        disk.sync();
    }
}
