package io.quarkiverse.raftconfig.wire;

import java.util.IdentityHashMap;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.codec.ByteReader;
import io.quarkiverse.raftconfig.codec.MalformedException;
import io.quarkiverse.raftconfig.log.RaftConfigLog;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.impl.Http1xServerConnection;

/**
 * The peer port: lets in who shakes hands in time and is judged to be a peer. All others are cut off without a word, but
 * for a refusal's code to those who have said hello.
 */
final class Gate {
    /** Decides who comes in. All calls on the loop. */
    interface Judge {
        /** Null if the sender is let in. */
        @Nullable
        Refusal judge(Hello hello);

        /** Some who had not said hello yet had to give way to others. */
        void crowded();

        Welcome welcome();

        void established(PeerConnection connection, Hello hello);
    }

    private static final Logger LOG = Logger.getLogger(Gate.class);

    private final VertxLoop loop;
    private final WireSettings settings;
    private final PeerConnection.Owner owner;
    private final Judge judge;
    private final IdentityHashMap<HttpConnection, Arrival> arrivals = new IdentityHashMap<>();
    private @Nullable GuardedServer server;

    Gate(VertxLoop loop, WireSettings settings, PeerConnection.Owner owner, Judge judge) {
        this.loop = loop;
        this.settings = settings;
        this.owner = owner;
        this.judge = judge;
    }

    /** @return the port that is open; fails with words for the operator */
    CompletionStage<Integer> open() {
        CompletableFuture<Integer> opened = new CompletableFuture<>();
        GuardedServer listening = new GuardedServer(loop, HttpOptions.server(settings), settings,
                judge::crowded);
        listening.connectionHandler(this::arrived).requestHandler(this::requested);
        server = listening;
        listening.listen().onComplete(result -> {
            if (result.succeeded()) {
                opened.complete(result.result().actualPort());
            } else {
                server = null;
                opened.completeExceptionally(RaftConfigLog.LOG.peerPortNotOpened(settings.port(), settings.host(),
                        String.valueOf(result.cause().getMessage()), result.cause()));
            }
        });
        return opened;
    }

    CompletionStage<Void> close() {
        List.copyOf(arrivals.values()).forEach(Arrival::cutOff);
        CompletableFuture<Void> closed = new CompletableFuture<>();
        if (server == null) {
            closed.complete(null);
        } else {
            server.closeInOrder(() -> closed.complete(null));
            server = null;
        }
        return closed;
    }

    private void arrived(HttpConnection http) {
        Arrival arrival = new Arrival(http);
        arrivals.put(http, arrival);
        // Without a handler Vert.x would log an error for an ordinary reset.
        http.exceptionHandler(failure -> LOG.debugf("A connection broke: %s", failure.getMessage()));
        http.closeHandler(ignored -> arrival.closed());
    }

    private void requested(HttpServerRequest request) {
        Arrival arrival = arrivals.get(request.connection());
        if (arrival == null) {
            end(request.connection());
        } else if (request.version() != HttpVersion.HTTP_2 || !request.method().equals(HttpMethod.POST)) {
            arrival.cutOff();
        } else if (HttpOptions.RAFT_PATH.equals(request.path())) {
            arrival.raftOpened(request);
        } else if (HttpOptions.REQUESTS_PATH.equals(request.path())) {
            arrival.requestsOpened(request);
        } else if (HttpOptions.SNAPSHOTS_PATH.equals(request.path())) {
            arrival.snapshotsOpened(request);
        } else {
            arrival.cutOff();
        }
    }

    /** At once: HTTP/2 would wait for the streams that are open, and HTTP/1, which is no business here, knows no such wait. */
    private static void end(HttpConnection http) {
        if (http instanceof Http1xServerConnection) {
            http.close();
        } else {
            http.shutdown(0, TimeUnit.MILLISECONDS);
        }
    }

    /** One connection that somebody has made to the port. */
    private final class Arrival {
        private final HttpConnection http;
        private @Nullable HttpServerRequest raft;
        private @Nullable HttpServerRequest requests;
        private @Nullable HttpServerRequest snapshots;
        private @Nullable PeerConnection connection;
        private boolean refused;

        Arrival(HttpConnection http) {
            this.http = http;
        }

        void raftOpened(HttpServerRequest request) {
            if (raft != null) {
                cutOff();
                return;
            }
            raft = request;
            listen(request);
        }

        void requestsOpened(HttpServerRequest request) {
            if (connection == null || requests != null) {
                cutOff();
                return;
            }
            requests = request;
            listen(request);
            request.response().writeHead();
            connection.openRequests(request.response());
        }

        void snapshotsOpened(HttpServerRequest request) {
            if (connection == null || snapshots != null) {
                cutOff();
                return;
            }
            snapshots = request;
            listen(request);
            request.response().writeHead();
            connection.openSnapshots(request.response());
        }

        private void listen(HttpServerRequest request) {
            FrameReader reader = new FrameReader(this::message);
            request.exceptionHandler(failure -> cutOff());
            request.response().exceptionHandler(failure -> cutOff());
            request.endHandler(ignored -> cutOff());
            request.handler(bytes -> heard(reader, bytes));
        }

        private void heard(FrameReader reader, Buffer bytes) {
            if (connection != null) {
                connection.heard(reader, bytes);
            } else if (!refused) {
                try {
                    reader.read(bytes.getBytes());
                } catch (MalformedException e) {
                    LOG.debugf("A connection was cut off: %s", e.getMessage());
                    cutOff();
                }
            }
        }

        private void message(FrameKind kind, ByteReader message) {
            if (connection != null) {
                connection.message(kind, message);
            } else if (kind != FrameKind.HELLO) {
                throw new MalformedException("a " + kind + " before the handshake");
            } else if (!refused && raft != null) {
                hello(raft, Hello.decode(message));
            }
        }

        private void hello(HttpServerRequest stream, Hello hello) {
            Refusal refusal = judge.judge(hello);
            if (refusal != null) {
                refused = true;
                byte[] frame = Frames.whole(FrameKind.REFUSED, new byte[] { (byte) refusal.code });
                stream.response().write(Buffer.buffer(frame)).onComplete(ignored -> cutOff());
                return;
            }
            if (server != null) {
                server.admitted(http.remoteAddress());
            }
            Welcome welcome = judge.welcome();
            stream.response().write(Buffer.buffer(Frames.whole(FrameKind.WELCOME, welcome.encode())));
            PeerConnection established = new PeerConnection(loop, owner, http, () -> arrivals.remove(http), hello.connection(),
                    false, welcome.from(), hello.from(), stream.response(), settings.waitingBytesMax());
            established.peerProcess = hello.process();
            established.peerCluster = hello.cluster();
            established.toldCluster = welcome.cluster();
            connection = established;
            judge.established(established, hello);
        }

        void closed() {
            arrivals.remove(http);
            if (connection != null) {
                connection.close("the connection was closed");
            }
        }

        void cutOff() {
            closed();
            end(http);
        }
    }
}
