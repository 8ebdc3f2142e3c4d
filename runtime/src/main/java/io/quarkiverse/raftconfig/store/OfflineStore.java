package io.quarkiverse.raftconfig.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.core.ClusterId;
import io.quarkiverse.raftconfig.core.FoundingRecord;
import io.quarkiverse.raftconfig.core.Recovered;
import io.quarkiverse.raftconfig.core.ReplicaId;
import io.quarkiverse.raftconfig.core.SnapshotPoint;
import io.quarkiverse.raftconfig.log.RaftConfigLog;
import io.quarkiverse.raftconfig.node.Identity;
import io.quarkiverse.raftconfig.node.RaftStore.SnapshotContent;

/**
 * The data directory of a node that does not run. It is read and checked as a start would, and left exactly as it is, but for
 * {@link #refound}. While it is open, no node can start with it.
 */
public final class OfflineStore implements AutoCloseable {
    private final Disk disk;
    private final MapDbRaftStore found;

    private OfflineStore(Disk disk, MapDbRaftStore found) {
        this.disk = disk;
        this.found = found;
    }

    /**
     * Opens a directory to look at it: no file is opened for writing.
     *
     * @throws io.quarkiverse.raftconfig.node.StoreDamagedException if the directory does not hold what was written to it
     * @throws IllegalStateException if it can't be read, is in use, or holds no data; the message is for an operator
     */
    public static OfflineStore look(Path directory) {
        return open(DirectoryDisk.look(directory));
    }

    /**
     * Opens a directory to change it. Until {@link #refound} is called, it is as before, but for a lock file if there was none.
     *
     * @throws IllegalStateException as {@link #look}
     */
    public static OfflineStore hold(Path directory) {
        if (!Files.isDirectory(directory)) {
            // One that isn't there would be made.
            throw RaftConfigLog.LOG.dataDirectoryUnusable(directory.toString(), "no such directory",
                    new NotDirectoryException(directory.toString()));
        }
        return open(DirectoryDisk.open(directory));
    }

    private static OfflineStore open(Disk disk) {
        try {
            return onDisk(disk);
        } catch (IOException e) {
            throw RaftConfigLog.LOG.dataDirectoryUnusable(disk.path(), e.getClass().getSimpleName() + ": " + e.getMessage(),
                    e);
        }
    }

    static OfflineStore onDisk(Disk disk) throws IOException {
        MapDbRaftStore found = MapDbRaftStore.open(new LookedAtDisk(disk), Journal.SECTORS, null, () -> {
            throw RaftConfigLog.LOG.noNodesData(disk.path());
        }, () -> {
            throw new AssertionError("no store is made");
        }, Runnable::run);
        return new OfflineStore(disk, found);
    }

    public Identity identity() {
        return found.identity();
    }

    /** Null if none was kept. */
    public @Nullable FoundingRecord founding() {
        return found.founding();
    }

    /** Handed over once. */
    public Recovered recovered() {
        return found.recovered();
    }

    /** The content of the snapshot that {@link #recovered} names, checked as it is read. */
    public InputStream readSnapshot() throws IOException {
        return found.readSnapshot(found.newestSnapshot()).content();
    }

    /**
     * Makes the directory that of {@code first}, the only member of cluster {@code clusterId}, in whose log a snapshot has
     * replaced everything: all of it or, after a crash at any point, nothing. Term, vote, log and promises of before are gone.
     *
     * @param point later than all of the present log; its membership names {@code first} alone
     * @param content of the snapshot
     * @throws IOException if the disk refuses; what is there is then either, whole
     */
    public void refound(ReplicaId first, ClusterId clusterId, SnapshotPoint point, SnapshotContent content)
            throws IOException {
        Refounding.refound(disk, first, clusterId, point, content);
    }

    /** Idempotent; gives the directory free. */
    @Override
    public void close() {
        found.close();
    }
}
