package io.quarkiverse.raftconfig.node;

import java.io.IOException;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

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
    private final Executor files;
    private final Loop loop;
    private final NodeSettings settings;
    private final Consumer<SnapshotPoint> onSnapshot;
    private final Consumer<Throwable> onFailure;

    /** The newest snapshot that counts. */
    private SnapshotPoint newest;
    private long bytesAtNewest;
    private boolean writing;

    /** The snapshot and the place where the log begins, as the store will have them when it has done what it was given. */
    private SnapshotPoint givenPoint;
    private Position givenBase;

    /** Where the core's log begins; behind {@link #givenBase} while the store is still cutting its own. */
    private Position coreBase;
    private boolean cutting;

    /**
     * @param onSnapshot called once a snapshot counts
     * @param onFailure called if one can't be written
     */
    Snapshots(RaftStore store, StoreWriter writer, Executor files, Loop loop, NodeSettings settings, Recovered recovered,
            Consumer<SnapshotPoint> onSnapshot, Consumer<Throwable> onFailure) {
        this.self = store.identity().nodeId();
        this.store = store;
        this.writer = writer;
        this.files = files;
        this.loop = loop;
        this.settings = settings;
        this.onSnapshot = onSnapshot;
        this.onFailure = onFailure;
        this.newest = recovered.snapshot();
        this.givenPoint = newest;
        this.givenBase = recovered.base();
        this.coreBase = givenBase;
    }

    /** The last entry covered by the newest snapshot. */
    Position newest() {
        return newest.last();
    }

    /** Whether it is time for one. */
    boolean isDue(Position lastApplied, long appliedBytes) {
        return !writing && lastApplied.index() > newest.last().index()
                && (lastApplied.index() - newest.last().index() >= settings.snapshotEntries()
                        || appliedBytes - bytesAtNewest >= settings.snapshotBytes());
    }

    /**
     * @param point of the last entry applied
     * @param image the state there
     */
    void take(SnapshotPoint point, ConfigState.Image image, long appliedBytes) {
        writing = true;
        files.execute(() -> {
            try {
                store.writeSnapshot(point, image::writeTo);
                loop.execute(() -> name(point, appliedBytes));
            } catch (IOException | RuntimeException e) {
                loop.execute(() -> onFailure.accept(e));
            }
        });
    }

    /** The file is there; from the next commit on it counts. The log stays until the core has been asked. */
    private void name(SnapshotPoint point, long appliedBytes) {
        givenPoint = point;
        writer.compact(point, givenBase, () -> {
            writing = false;
            newest = point;
            bytesAtNewest = appliedBytes;
            RaftConfigLog.LOG.snapshotTaken(self.value(), point.last().index(), point.last().term());
            onSnapshot.accept(point);
        });
    }

    /** The core's log begins just behind {@code to}: the store's may, too. */
    void cutTo(Position to) {
        coreBase = to;
        cut();
    }

    /** While one cut is under way, the later ones become a single one. */
    private void cut() {
        if (cutting || coreBase.equals(givenBase)) {
            return;
        }
        cutting = true;
        givenBase = coreBase;
        writer.compact(givenPoint, givenBase, () -> {
            cutting = false;
            cut();
        });
    }
}
