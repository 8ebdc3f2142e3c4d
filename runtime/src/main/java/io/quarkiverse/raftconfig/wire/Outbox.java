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

    private final VertxLoop loop;
    private @Nullable WriteStream<Buffer> stream;
    private final long waitingBytesMax;
    private final Queue<byte[]> urgent = new ArrayDeque<>();
    private final Queue<byte[]> bulk = new ArrayDeque<>();
    private long waitingBytes;
    private long handedBytes;
    private boolean flushDue;
    private boolean closed;

    Outbox(VertxLoop loop, long waitingBytesMax) {
        this.loop = loop;
        this.waitingBytesMax = waitingBytesMax;
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
        // One message always goes, however long: else it never would.
        if (closed || (waitingBytes > 0 && waitingBytes + message.size() > waitingBytesMax)) {
            return false;
        }
        // Only one message at a time may be under way in parts, so there is one lane for those that need them.
        boolean overtakes = lane == Lane.URGENT && message.size() <= Frames.PAYLOAD_BYTES_MAX;
        waitingBytes += Frames.add(overtakes ? urgent : bulk, kind, message.array(), message.size());
        flushSoon();
        return true;
    }

    long waitingBytes() {
        return waitingBytes;
    }

    /** Drops what waits, and all that is offered from now on. */
    void close() {
        closed = true;
        stream = null;
        urgent.clear();
        bulk.clear();
        waitingBytes = 0;
    }

    private void flushSoon() {
        if (!flushDue && stream != null && waitingBytes > 0) {
            flushDue = true;
            loop.execute(this::flush);
        }
    }

    private void flush() {
        flushDue = false;
        while (stream != null && waitingBytes > 0 && handedBytes < HANDED_BYTES_MAX) {
            Buffer buffer = gather();
            int length = buffer.length();
            waitingBytes -= length;
            handedBytes += length;
            // A write fails with its stream, and the connection hears of that itself.
            stream.write(buffer).onComplete(written -> {
                handedBytes -= length;
                flushSoon();
            });
        }
    }

    private Buffer gather() {
        Buffer buffer = Buffer.buffer((int) Math.min(waitingBytes, WRITE_BYTES_MAX + Frames.PAYLOAD_BYTES_MAX));
        while (buffer.length() < WRITE_BYTES_MAX) {
            byte[] frame = urgent.poll();
            if (frame == null) {
                frame = bulk.poll();
            }
            if (frame == null) {
                break;
            }
            buffer.appendBytes(frame);
        }
        return buffer;
    }
}
