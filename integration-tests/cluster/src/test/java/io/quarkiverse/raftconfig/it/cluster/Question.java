package io.quarkiverse.raftconfig.it.cluster;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** A request that waits at the port of a replica, which need not run for that: its kernel has taken it. */
final class Question {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Socket socket;

    /** On return all of it is there: on one host, what was sent has come. */
    Question(Replica replica, String path) throws IOException {
        URI uri = replica.uri();
        socket = new Socket(uri.getHost(), uri.getPort());
        socket.setSoTimeout((int) PATIENCE.toMillis());
        String request = "GET " + path + " HTTP/1.1\r\nHost: " + uri.getAuthority() + "\r\nConnection: close\r\n\r\n";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    }

    /** The whole answer, its status line first. */
    String answer() throws IOException {
        try (socket) {
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
