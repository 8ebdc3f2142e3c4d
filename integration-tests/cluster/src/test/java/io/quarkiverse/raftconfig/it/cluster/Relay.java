package io.quarkiverse.raftconfig.it.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Passes on what one replica dials to another, as two {@link Lane}s let it. TCP is accepted here, even where a cut network
 * would not let it through: the one who dials is met with silence.
 */
final class Relay implements AutoCloseable {
    private static final int CONNECTIONS_MAX = 256;

    private final ServerSocket server;
    private final int target;
    private final Lane there;
    private final Lane back;
    private final List<RelayedConnection> connections = new CopyOnWriteArrayList<>();

    /**
     * @param target port of the one who is dialled
     * @param there what becomes of what the dialling one sends
     */
    Relay(int target, Lane there, Lane back) {
        this.target = target;
        this.there = there;
        this.back = back;
        try {
            server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException("could not open a relay to port " + target, e);
        }
        daemon(this::accept, "relay to " + target);
    }

    int port() {
        return server.getLocalPort();
    }

    /** Resets all connections; new ones are taken. */
    void reset() {
        connections.forEach(RelayedConnection::reset);
    }

    /** Those that are open stand still, whatever passes on new ones, until {@link #release}. */
    void hold() {
        connections.forEach(RelayedConnection::hold);
    }

    void release() {
        connections.forEach(RelayedConnection::release);
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException("could not close the relay to port " + target, e);
        }
        reset();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket near = server.accept();
                if (connections.size() < CONNECTIONS_MAX) {
                    connect(near);
                } else {
                    RelayedConnection.reset(near);
                }
            } catch (IOException e) {
                // Closed, or the one who dialled is gone.
            }
        }
    }

    private void connect(Socket near) {
        try {
            var far = new Socket(InetAddress.getLoopbackAddress(), target);
            // Or every message takes 40 ms more.
            near.setTcpNoDelay(true);
            far.setTcpNoDelay(true);
            var connection = new RelayedConnection(near, far, there, back, connections::remove);
            connections.add(connection);
            connection.start();
        } catch (IOException nobodyListens) {
            RelayedConnection.reset(near);
        }
    }

    static void daemon(Runnable task, String name) {
        var thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
    }
}
