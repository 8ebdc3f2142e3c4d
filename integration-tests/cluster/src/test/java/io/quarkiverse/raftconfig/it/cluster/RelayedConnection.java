package io.quarkiverse.raftconfig.it.cluster;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** Two sockets, and what is on the way between them: for each direction a reader, a bounded queue, and a writer. */
final class RelayedConnection {
    private static final int PIECE_BYTES = 16 << 10;
    private static final int PIECES_MAX = 64;

    private final Socket near;
    private final Socket far;
    private final Lane there;
    private final Lane back;
    private final Consumer<RelayedConnection> onEnd;
    private final AtomicInteger openDirections = new AtomicInteger(2);
    private boolean held;
    private boolean ended;

    /**
     * @param bytes none: the end
     * @param due a {@link System#nanoTime}
     */
    private record Piece(ByteBuffer bytes, long due) {
        boolean isEnd() {
            return !bytes.hasRemaining();
        }
    }

    RelayedConnection(Socket near, Socket far, Lane there, Lane back, Consumer<RelayedConnection> onEnd) {
        this.near = near;
        this.far = far;
        this.there = there;
        this.back = back;
        this.onEnd = onEnd;
    }

    void start() {
        pass(near, far, there);
        pass(far, near, back);
    }

    synchronized void hold() {
        held = true;
    }

    synchronized void release() {
        held = false;
        notifyAll();
    }

    void reset() {
        synchronized (this) {
            ended = true;
            notifyAll();
        }
        reset(near);
        reset(far);
    }

    /** The other side is told at once, and what was not read is lost. */
    static void reset(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException e) {
            // Closed already.
        }
    }

    private void pass(Socket from, Socket to, Lane lane) {
        BlockingQueue<Piece> queue = new ArrayBlockingQueue<>(PIECES_MAX);
        Relay.daemon(() -> read(from, lane, queue), "relay reader");
        Relay.daemon(() -> write(to, lane, queue), "relay writer");
    }

    private void read(Socket from, Lane lane, BlockingQueue<Piece> queue) {
        long due = System.nanoTime();
        try {
            // Not closed here: that would close the socket, and the other direction with it.
            InputStream in = from.getInputStream();
            byte[] buffer = new byte[PIECE_BYTES];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                due = lane.due(due, read);
                queue.put(new Piece(ByteBuffer.wrap(Arrays.copyOf(buffer, read)), due));
            }
        } catch (IOException e) {
            // Reset: the end is passed on like any end.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        try {
            queue.put(new Piece(ByteBuffer.allocate(0), lane.due(due, 0)));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Closes {@code to} at the end; that is an end for the other direction, which passes it on when its lane lets it. */
    private void write(Socket to, Lane lane, BlockingQueue<Piece> queue) {
        try {
            Piece piece = queue.take();
            try (OutputStream out = to.getOutputStream()) {
                while (!piece.isEnd()) {
                    lane.await(piece.due());
                    awaitReleased();
                    out.write(piece.bytes().array());
                    piece = queue.take();
                }
                // What was cut off does not learn of an end either.
                lane.await(System.nanoTime());
                awaitReleased();
            } catch (IOException e) {
                // Nobody takes it any more: until the reader notices, too, it must find room.
                while (!piece.isEnd()) {
                    piece = queue.take();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (openDirections.decrementAndGet() == 0) {
            onEnd.accept(this);
        }
    }

    private synchronized void awaitReleased() throws InterruptedException {
        while (held && !ended) {
            wait();
        }
    }
}
