package io.quarkiverse.raftconfig.node;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.zip.CRC32C;

import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.core.Input;
import io.quarkiverse.raftconfig.core.RaftCore;
import io.quarkiverse.raftconfig.core.ReplicaId;
import io.quarkiverse.raftconfig.core.SnapshotPoint;
import io.quarkiverse.raftconfig.state.ConfigState;

/**
 * Takes the chunks of the snapshot that a leader sends (§7) into a file of its own, in order. Only a chunk at offset 0 begins
 * a transfer; whatever else does not fit is answered with the offset that does, so that doubled, lost and overtaken chunks
 * change nothing. A transfer of a later term, or a later one of the same leader, takes the place of the one before.
 *
 * <pre>
 * loop:   chunk ─┐         ┌─ the next ...       ┌─ core: install it? ─→ store, applier
 * files:         └─ write ─┘      last: sync, read state ┘
 * </pre>
 *
 * One at a time, and of it one chunk in memory. Lives on the loop; the file thread writes, and reads the state.
 */
final class SnapshotReceiver {
    private static final Logger LOG = Logger.getLogger(SnapshotReceiver.class);
    /** No state is that large; a file that claims to be must not fill the disk. */
    private static final long SNAPSHOT_BYTES_MAX = 1L << 30;

    private final RaftStore store;
    private final FileThread files;
    private final Route route;
    private final Events events;

    private @Nullable Transfer transfer;
    /** Between the moment at which all is there and the core's decision. */
    private @Nullable Received received;
    private boolean halted;

    /** What the node wants to know of it, on the loop. */
    interface Events {
        /** The disk refuses what comes. */
        void failed(Throwable cause);

        /** What came whole can't be read. */
        void unreadable(ReplicaId from, Throwable cause);
    }

    private record Received(SnapshotPoint point, ConfigState state) {
    }

    /** What all chunks of one transfer have in common. */
    private record Key(ReplicaId from, long term, long transferId, SnapshotPoint point, long sizeBytes, int crc) {
        static Key of(ReplicaId from, PeerRequest.InstallSnapshot chunk) {
            return new Key(from, chunk.term(), chunk.transferId(), chunk.point(), chunk.sizeBytes(), chunk.crc());
        }

        boolean isBefore(Key other) {
            return term < other.term || (term == other.term && transferId < other.transferId);
        }
    }

    SnapshotReceiver(RaftStore store, FileThread files, Route route, Events events) {
        this.store = store;
        this.files = files;
        this.route = route;
        this.events = events;
    }

    CompletionStage<PeerResponse> take(ReplicaId from, PeerRequest.InstallSnapshot chunk) {
        RaftCore core = route.core();
        if (halted || chunk.term() < core.term()) {
            return refused("another leads, in term " + core.term());
        }
        if (chunk.point().last().index() <= core.commitIndex()) {
            giveUp();
            route.feed(new Input.SnapshotReceived(from, chunk.term(), chunk.point()));
            return done(new PeerResponse.SnapshotInstalled());
        }
        if (!isPossible(chunk)) {
            return refused("this is no part of a snapshot");
        }
        Key key = Key.of(from, chunk);
        Transfer current = transfer;
        if (current == null || !current.key.equals(key)) {
            if (current != null && key.isBefore(current.key)) {
                return refused("a later snapshot is being received");
            } else if (chunk.offset() != 0) {
                return done(new PeerResponse.SnapshotChunk(0));
            }
            giveUp();
            current = new Transfer(key);
            transfer = current;
        }
        return current.take(chunk);
    }

    /**
     * The state of the snapshot that the core has just decided to install.
     *
     * @throws IllegalStateException if it was not received
     */
    ConfigState state(SnapshotPoint point) {
        Received now = received;
        if (now == null || !now.point.equals(point)) {
            throw new IllegalStateException("no snapshot at " + point.last() + " was received");
        }
        return now.state;
    }

    void halt() {
        halted = true;
        giveUp();
    }

    private void giveUp() {
        if (transfer != null) {
            transfer.close();
            transfer = null;
        }
    }

    private static boolean isPossible(PeerRequest.InstallSnapshot chunk) {
        long length = chunk.chunk().length();
        return length > 0 && chunk.sizeBytes() <= SNAPSHOT_BYTES_MAX && chunk.offset() >= 0
                && chunk.offset() <= chunk.sizeBytes() - length;
    }

    private static CompletionStage<PeerResponse> done(PeerResponse response) {
        return CompletableFuture.completedFuture(response);
    }

    private static CompletionStage<PeerResponse> refused(String reason) {
        return done(new PeerResponse.Failed(PeerResponse.Kind.NO_LEADER, reason));
    }

    private final class Transfer {
        private final Key key;
        private long nextOffset;
        /** The answer to the chunk that is being written, and to its doubles; null if none is. */
        private @Nullable CompletableFuture<PeerResponse> writing;

        /** Used by the file thread alone. */
        private @Nullable SnapshotSink sink;
        private final CRC32C crc = new CRC32C();

        Transfer(Key key) {
            this.key = key;
        }

        CompletionStage<PeerResponse> take(PeerRequest.InstallSnapshot chunk) {
            if (writing != null) {
                return writing;
            }
            byte[] bytes = chunk.chunk().toArray();
            if (chunk.offset() != nextOffset || checksum(bytes) != chunk.chunkCrc()) {
                return done(new PeerResponse.SnapshotChunk(nextOffset));
            }
            CompletableFuture<PeerResponse> answer = new CompletableFuture<>();
            writing = answer;
            files.run(() -> write(bytes, chunk.offset() + bytes.length, answer));
            return answer;
        }

        /** On the file thread. */
        private void write(byte[] bytes, long end, CompletableFuture<PeerResponse> answer) {
            try {
                SnapshotSink open = sink;
                if (open == null) {
                    open = store.receiveSnapshot(key.point);
                    sink = open;
                }
                open.write(bytes);
                crc.update(bytes);
                if (end < key.sizeBytes) {
                    files.tell(() -> written(end, answer));
                } else if ((int) crc.getValue() == key.crc) {
                    open.finish();
                    readState(answer);
                } else {
                    files.tell(() -> isDamaged(answer));
                }
            } catch (Throwable e) {
                files.tell(() -> failed(answer, () -> events.failed(e)));
            }
        }

        private void readState(CompletableFuture<PeerResponse> answer) {
            try (StoredSnapshot stored = store.readSnapshot(key.point)) {
                ConfigState state = ConfigState.read(stored.content());
                if (state.published().lastApplied() != key.point.last().index()) {
                    throw new IOException("the state is of index " + state.published().lastApplied());
                }
                files.tell(() -> complete(state, answer));
            } catch (IOException | RuntimeException e) {
                files.tell(() -> failed(answer, () -> events.unreadable(key.from, e)));
            }
        }

        private void written(long end, CompletableFuture<PeerResponse> answer) {
            nextOffset = end;
            writing = null;
            answer.complete(new PeerResponse.SnapshotChunk(end));
        }

        private void isDamaged(CompletableFuture<PeerResponse> answer) {
            LOG.debugf("The snapshot at %s of %s does not match its checksum", key.point.last(), key.from);
            if (transfer == this) {
                giveUp();
            }
            answer.complete(new PeerResponse.SnapshotChunk(0));
        }

        private void failed(CompletableFuture<PeerResponse> answer, Runnable told) {
            answer.complete(new PeerResponse.Failed(PeerResponse.Kind.OUTCOME_UNKNOWN, "the snapshot could not be taken"));
            if (transfer == this) {
                giveUp();
                told.run();
            }
        }

        private void complete(ConfigState state, CompletableFuture<PeerResponse> answer) {
            if (transfer != this) {
                answer.complete(new PeerResponse.Failed(PeerResponse.Kind.NO_LEADER, "a later snapshot is being received"));
                return;
            }
            transfer = null;
            received = new Received(key.point, state);
            route.feed(new Input.SnapshotReceived(key.from, key.term, key.point));
            received = null;
            answer.complete(new PeerResponse.SnapshotInstalled());
        }

        void close() {
            files.run(() -> {
                try {
                    if (sink != null) {
                        sink.close();
                    }
                } catch (IOException e) {
                    LOG.debugf(e, "A snapshot that was given up could not be closed");
                }
            });
        }

        private static int checksum(byte[] bytes) {
            CRC32C checksum = new CRC32C();
            checksum.update(bytes);
            return (int) checksum.getValue();
        }
    }
}
