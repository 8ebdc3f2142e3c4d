package io.quarkiverse.raftconfig.node;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.zip.CRC32C;

import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.core.Bytes;
import io.quarkiverse.raftconfig.core.Input;
import io.quarkiverse.raftconfig.core.ReplicaId;
import io.quarkiverse.raftconfig.core.SnapshotPoint;

/**
 * Sends the newest snapshot to peers that lack more than the log holds (§7), chunk by chunk: one is under way to each peer,
 * and no more of the file is in memory.
 *
 * <pre>
 *          ┌── the next chunk is expected ──┐
 * open ─ read ── chunk ──→ peer ── answer ──┼── it has all, or needs none ──→ delivered
 *          └── another one is expected ─────┤
 *                                           └── no answer, or a refusal ──→ not delivered
 * </pre>
 *
 * What was not delivered is kept open: if the core asks again, in the same term, it goes on from where the peer expects it.
 * Lives on the loop; the file thread reads.
 */
final class SnapshotSender {
    private static final Logger LOG = Logger.getLogger(SnapshotSender.class);
    /** Without an answer for so many election timeouts a chunk counts as lost. */
    private static final int TIMEOUTS_MAX = 4;
    /** A peer that asks for the same again and again gets it no faster: the next attempt waits for its heartbeat. */
    private static final int REPEATS_MAX = 3;

    private final RaftStore store;
    private final FileThread files;
    private final PeerTransport transport;
    private final Standing standing;
    private final NodeSettings settings;
    private final Route route;
    private final Consumer<Throwable> onFailure;

    private final Map<ReplicaId, Sending> sendings = new TreeMap<>();
    private long lastTransferId;

    /** @param onFailure called if a snapshot can't be read */
    SnapshotSender(RaftStore store, FileThread files, PeerTransport transport, Standing standing,
            NodeSettings settings, Route route,
            Consumer<Throwable> onFailure) {
        this.store = store;
        this.files = files;
        this.transport = transport;
        this.standing = standing;
        this.settings = settings;
        this.route = route;
        this.onFailure = onFailure;
    }

    /**
     * Begins, or goes on with what was begun in this term. Ends with {@link Input.SnapshotSent}, unless the leadership ends
     * first.
     *
     * @param newest what a new sending sends
     * @param baseIndex just before the first entry of the log: an older snapshot would not do any more
     */
    void send(ReplicaId to, long term, SnapshotPoint newest, long baseIndex) {
        Sending open = sendings.get(to);
        if (open != null && open.term == term && open.point.last().index() >= baseIndex) {
            open.resume();
            return;
        }
        if (open != null) {
            open.close();
        }
        Sending sending = new Sending(to, term, newest);
        sendings.put(to, sending);
        sending.resume();
    }

    /** Gives up what an earlier leadership has begun, and what was not delivered and would not do any more. */
    void keepUpWith(boolean leads, long term, long baseIndex) {
        if (sendings.isEmpty()) {
            return;
        }
        for (Sending sending : List.copyOf(sendings.values())) {
            boolean useless = !sending.active && sending.point.last().index() < baseIndex;
            if (!leads || sending.term != term || useless) {
                sending.close();
            }
        }
    }

    void halt() {
        keepUpWith(false, 0, 0);
    }

    /** To one peer. */
    private final class Sending {
        private final ReplicaId to;
        private final long term;
        private final SnapshotPoint point;
        private final long transferId = ++lastTransferId;
        private boolean active;
        private int repeats;
        /** The most that the peer ever had of it, and whether that has grown since this began, or went on. */
        private long furthest;
        private boolean advanced;

        /** The chunk to be sent next, or under way. */
        private long offset;
        private @Nullable Bytes chunk;
        private int chunkCrc;
        private long sizeBytes;
        private int crc;

        /** Used by the file thread alone. */
        private @Nullable StoredSnapshot file;
        private long filePosition;

        Sending(ReplicaId to, long term, SnapshotPoint point) {
            this.to = to;
            this.term = term;
            this.point = point;
        }

        void resume() {
            active = true;
            advanced = false;
            repeats = 0;
            if (chunk == null) {
                read(0);
            } else {
                sendChunk();
            }
        }

        private boolean isOpen() {
            return sendings.get(to) == this;
        }

        private void read(long from) {
            files.run(() -> {
                try {
                    StoredSnapshot source = openAt(from);
                    byte[] bytes = source.content().readNBytes(settings.snapshotChunkBytes());
                    filePosition += bytes.length;
                    CRC32C checksum = new CRC32C();
                    checksum.update(bytes);
                    files.tell(() -> wasRead(from, Bytes.wrap(bytes), (int) checksum.getValue(), source));
                } catch (Throwable e) {
                    files.tell(() -> couldNotRead(e));
                }
            });
        }

        private StoredSnapshot openAt(long position) throws IOException {
            StoredSnapshot source = file;
            if (source == null || filePosition > position) {
                closeFile();
                source = store.readSnapshot(point);
                file = source;
                filePosition = 0;
            }
            source.content().skipNBytes(position - filePosition);
            filePosition = position;
            return source;
        }

        private void closeFile() throws IOException {
            if (file != null) {
                file.close();
                file = null;
            }
        }

        private void wasRead(long from, Bytes bytes, int checksum, StoredSnapshot source) {
            if (isOpen()) {
                offset = from;
                chunk = bytes;
                chunkCrc = checksum;
                sizeBytes = source.sizeBytes();
                crc = source.crc();
                sendChunk();
            }
        }

        private void couldNotRead(Throwable cause) {
            if (isOpen()) {
                close();
                onFailure.accept(cause);
            }
        }

        private void sendChunk() {
            Bytes bytes = chunk;
            if (bytes == null) {
                throw new IllegalStateException("nothing was read");
            }
            long end = offset + bytes.length();
            long timeoutMillis = (long) TIMEOUTS_MAX * settings.raft().electionTimeoutMillis();
            PeerRequest request = new PeerRequest.InstallSnapshot(term, transferId, point, sizeBytes, crc, offset, bytes,
                    chunkCrc);
            standing.whenDone(transport.request(to.node(), request, timeoutMillis),
                    (response, failure) -> answered(end, response));
        }

        private void answered(long end, @Nullable PeerResponse response) {
            if (!isOpen()) {
                return;
            }
            if (response instanceof PeerResponse.SnapshotInstalled) {
                close();
                ended(true);
            } else if (response instanceof PeerResponse.SnapshotChunk expected && goesOn(expected.nextOffset(), end)) {
                advanced |= expected.nextOffset() > furthest;
                furthest = Math.max(furthest, expected.nextOffset());
                if (expected.nextOffset() == offset) {
                    sendChunk();
                } else {
                    read(expected.nextOffset());
                }
            } else {
                LOG.debugf("The snapshot for %s stopped at byte %d of %d", to, offset, sizeBytes);
                ended(false);
            }
        }

        private boolean goesOn(long next, long end) {
            repeats = next == end ? 0 : repeats + 1;
            return next >= 0 && next < sizeBytes && repeats <= REPEATS_MAX;
        }

        private void ended(boolean delivered) {
            active = false;
            route.feed(new Input.SnapshotSent(to, point, delivered, advanced));
        }

        void close() {
            sendings.remove(to, this);
            files.run(() -> {
                try {
                    closeFile();
                } catch (IOException e) {
                    LOG.debugf(e, "A snapshot that was read could not be closed");
                }
            });
        }
    }
}
