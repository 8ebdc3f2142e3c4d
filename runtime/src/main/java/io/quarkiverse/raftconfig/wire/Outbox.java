package io.quarkiverse.raftconfig.wire;

import java.util.ArrayDeque;
import java.util.Queue;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.codec.ByteWriter;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.WriteStream;

/**
 * The sending end of a stream. What is sent within one turn of the loop leaves in one write. What the peer does not take
 * waits here, up to a bound; beyond it, messages are dropped.
 * <p>
 * There are two lanes: what is short and urgent (heartbeats, votes, acknowledgements) overtakes what is long (entries), so
 * that a backlog of entries never makes a leader look dead.
 */
final class Outbox {
    enum Lane {
        URGENT,
        BULK
    }

    /** Bytes given to HTTP/2 and not yet to the socket. What is there can't be overtaken, so it is not much. */
    private static final int HANDED_BYTES_MAX = 256 << 10;
    private static final int WRITE_BYTES_MAX = 128 << 10;
    /** Of its own, so that entries that wait leave room for heartbeats. */
    private static final long URGENT_BYTES_MAX = 1 << 20;

    private final VertxLoop loop;
    private final Waiting urgent;
    private final Waiting bulk;
    private @Nullable WriteStream<Buffer> stream;
    private long handedBytes;
    private boolean flushDue;
    private boolean closed;

    Outbox(VertxLoop loop, long waitingBytesMax) {
        this.loop = loop;
        this.urgent = new Waiting(URGENT_BYTES_MAX);
        this.bulk = new Waiting(waitingBytesMax);
    }

    /** What was offered before has waited for this. */
    void attach(WriteStream<Buffer> stream) {
        this.stream = stream;
        flushSoon();
    }

    /**
     * Sends with this turn of the loop, or as soon as the peer takes it.
     *
     * @return false if it was dropped, because the peer is too slow or the stream closed
     */
    boolean offer(FrameKind kind, ByteWriter message, Lane lane) {
        // Only one message at a time may be under way in parts, so there is one lane for those that need them.
        boolean overtakes = lane == Lane.URGENT && message.size() <= Frames.PAYLOAD_BYTES_MAX;
        if (closed || !(overtakes ? urgent : bulk).offer(kind, message)) {
            return false;
        }
        flushSoon();
        return true;
    }

    long waitingBytes() {
        return urgent.bytes + bulk.bytes;
    }

    /** Drops what waits, and all that is offered from now on. */
    void close() {
        closed = true;
        stream = null;
        urgent.clear();
        bulk.clear();
    }

    private void flushSoon() {
        if (!flushDue && stream != null && waitingBytes() > 0) {
            flushDue = true;
            loop.execute(this::flush);
        }
    }

    private void flush() {
        flushDue = false;
        while (stream != null && waitingBytes() > 0 && handedBytes < HANDED_BYTES_MAX) {
            Buffer buffer = Buffer.buffer((int) Math.min(waitingBytes(), WRITE_BYTES_MAX + Frames.FRAME_BYTES_MAX));
            urgent.moveTo(buffer);
            bulk.moveTo(buffer);
            int length = buffer.length();
            handedBytes += length;
            // A write fails with its stream, and the connection hears of that itself.
            stream.write(buffer).onComplete(written -> {
                handedBytes -= length;
                flushSoon();
            });
        }
    }

    /** The frames of one lane, in order. */
    private static final class Waiting {
        private final Queue<byte[]> frames = new ArrayDeque<>();
        private final long bytesMax;
        private long bytes;

        Waiting(long bytesMax) {
            this.bytesMax = bytesMax;
        }

        boolean offer(FrameKind kind, ByteWriter message) {
            // One message always goes, however long: else it never would.
            if (bytes > 0 && bytes + message.size() > bytesMax) {
                return false;
            }
            bytes += Frames.add(frames, kind, message.array(), message.size());
            return true;
        }

        void moveTo(Buffer buffer) {
            while (buffer.length() < WRITE_BYTES_MAX) {
                byte[] frame = frames.poll();
                if (frame == null) {
                    return;
                }
                bytes -= frame.length;
                buffer.appendBytes(frame);
            }
        }

        void clear() {
            frames.clear();
            bytes = 0;
        }
    }
}
