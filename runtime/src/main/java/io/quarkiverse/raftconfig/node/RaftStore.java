package io.quarkiverse.raftconfig.node;

import java.io.IOException;
import java.io.OutputStream;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.core.FoundingRecord;
import io.quarkiverse.raftconfig.core.Position;
import io.quarkiverse.raftconfig.core.Recovered;
import io.quarkiverse.raftconfig.core.SnapshotPoint;

/**
 * What one node remembers across a crash: who it is, its term and vote, what it promised while a cluster was founded, its
 * log, and its snapshots. Read once, at boot. {@link #persist} and {@link #compact} are called by the store thread only,
 * {@link #writeSnapshot}, {@link #receiveSnapshot} and, after boot, {@link #readSnapshot} by the file thread only; nobody
 * interrupts either.
 */
public interface RaftStore extends AutoCloseable {
    /** What was found when the store was opened. An empty directory became an empty store with a new storage id. */
    Identity identity();

    /** The founding record as found when the store was opened; null if none was kept. */
    @Nullable
    FoundingRecord founding();

    /**
     * Term, vote, snapshot and log as found when the store was opened. Handed over once: the store does not keep the entries.
     *
     * @throws IllegalStateException if called a second time
     */
    Recovered recovered();

    /**
     * Opens the snapshot written for {@code point}. The newest one and the one before are there, and may be read while others
     * are written and named.
     *
     * @throws StoreDamagedException if it is not what was written, or not there; also while it is read
     */
    StoredSnapshot readSnapshot(SnapshotPoint point) throws IOException;

    /**
     * Makes several writes durable: all of them or, after a crash, none.
     * <p>
     * Stored entries from the first appended index on are discarded first (§5.3: a follower's conflicting suffix gives way).
     * A snapshot to install becomes the newest, and the whole log is discarded before anything is appended: the log then
     * begins, and is committed, where the snapshot ends (§7).
     * <p>
     * On return the write survives a power cut (figure 2). The recorded commit index never falls, but to the last entry.
     *
     * @throws IllegalArgumentException if the entries would leave a gap, lower a term, or discard an entry that the snapshot
     *         covers, if the node's term would fall or the vote of a term change, if the cluster id would change, or if the
     *         snapshot to install was not written, or ends at or before what is recorded as committed; nothing was written, and
     *         the store goes on
     * @throws java.io.UncheckedIOException if the disk refuses, now or at any call before: the store is then closed for good,
     *         for a node that cannot remember must not vote. Whether the write is found at the next start is open
     */
    void persist(StoreWrite write);

    /**
     * Writes a snapshot file that survives a power cut once this returns. It counts only when {@link #compact} has named it.
     *
     * @param content writes the bytes; called once, on the calling thread
     * @throws IOException if the disk or {@code content} refuses; log and older snapshots are as before
     */
    void writeSnapshot(SnapshotPoint point, SnapshotContent content) throws IOException;

    /**
     * Begins the file of a snapshot that a leader sends. One is received at a time: beginning another gives up what was not
     * finished before.
     */
    SnapshotSink receiveSnapshot(SnapshotPoint point) throws IOException;

    /**
     * Records the snapshot written for {@code point} as the newest one, and drops the log up to {@code base}, or a part of
     * that: a long prefix takes several calls, so that no write waits for all of it. Two snapshot files are kept.
     *
     * @param point of an entry that is in the log, at or after the present snapshot
     * @param base the new place just before the first entry; at or before {@code point.last()}. The present base leaves the
     *        log as it is
     * @return the place just before the first entry now; {@code base} once it has come so far
     * @throws IllegalArgumentException if no snapshot was written for {@code point}, or either is not in the log; nothing was
     *         changed
     * @throws java.io.UncheckedIOException as {@link #persist}
     */
    Position compact(SnapshotPoint point, Position base);

    /**
     * Idempotent, and from any thread. What was persisted stays; a snapshot that is being written fails. On return nothing is
     * changed any more, so that another store may be opened in the same place.
     */
    @Override
    void close();

    /** Writes the bytes of a snapshot. */
    interface SnapshotContent {
        void writeTo(OutputStream out) throws IOException;
    }
}
