package io.quarkiverse.raftconfig.wire;

import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.codec.ByteReader;
import io.quarkiverse.raftconfig.codec.MalformedException;
import io.quarkiverse.raftconfig.node.Loop;
import io.vertx.core.AsyncResult;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;

/**
 * One attempt to connect to a peer: TCP, HTTP/2, three streams, {@link Hello}. It has exactly one outcome, unless it is
 * cancelled.
 */
final class Dial {
    interface Outcome {
        void established(Dial dial, PeerConnection connection, Welcome welcome);

        void refused(Dial dial, Refusal refusal);

        /** @param accepted whether TCP was accepted: somebody is there */
        void failed(Dial dial, boolean accepted, String reason);
    }

    final Hello hello;

    private final VertxLoop loop;
    private final PeerConnection.Owner owner;
    private final Outcome outcome;
    private final WireSettings settings;
    private final HostAndPort address;
    private final int connectMillisMax;
    private final HttpClient client;
    private final FrameReader raftReader = new FrameReader(this::message);
    private final FrameReader requestsReader = new FrameReader(this::message);
    private final FrameReader snapshotsReader = new FrameReader(this::message);
    private Loop.@Nullable Timer deadline;
    private @Nullable HttpClientRequest raft;
    private @Nullable HttpClientRequest requests;
    private @Nullable HttpClientRequest snapshots;
    private @Nullable PeerConnection connection;
    private boolean over;

    Dial(VertxLoop loop, PeerConnection.Owner owner, Outcome outcome, WireSettings settings, Hello hello, HostAndPort address,
            int connectMillisMax) {
        this.loop = loop;
        this.owner = owner;
        this.outcome = outcome;
        this.settings = settings;
        this.hello = hello;
        this.address = address;
        this.connectMillisMax = connectMillisMax;
        // A client of its own, so that it is this connection and no other that all streams are on.
        this.client = loop.vertx().createHttpClient(HttpOptions.client(connectMillisMax));
    }

    void start() {
        deadline = loop.schedule((long) connectMillisMax + settings.handshakeMillisMax(),
                () -> fail(true, "it does not answer"));
        client.request(post(HttpOptions.RAFT_PATH)).onComplete(this::raftOpened);
    }

    void cancel() {
        end();
        client.close();
    }

    private RequestOptions post(String path) {
        return new RequestOptions().setMethod(HttpMethod.POST).setHost(address.host()).setPort(address.port()).setURI(path);
    }

    private void raftOpened(AsyncResult<HttpClientRequest> opened) {
        if (opened.failed()) {
            fail(accepted(opened.cause()), words(opened.cause()));
            return;
        }
        HttpClientRequest request = opened.result();
        if (over) {
            request.connection().close();
            return;
        }
        raft = request;
        // Its end tells all that matters. Without a handler Vert.x would log an error for an ordinary reset.
        request.connection().exceptionHandler(failure -> {
        });
        request.connection().closeHandler(ignored -> broken("the connection was closed"));
        client.request(post(HttpOptions.REQUESTS_PATH)).onComplete(this::requestsOpened);
    }

    private void requestsOpened(AsyncResult<HttpClientRequest> opened) {
        if (isOnThisConnection(opened)) {
            requests = opened.result();
            client.request(post(HttpOptions.SNAPSHOTS_PATH)).onComplete(this::snapshotsOpened);
        }
    }

    private boolean isOnThisConnection(AsyncResult<HttpClientRequest> opened) {
        if (over) {
            return false;
        }
        if (opened.failed() || raft == null || opened.result().connection() != raft.connection()) {
            broken("the connection was closed");
            return false;
        }
        return true;
    }

    private void snapshotsOpened(AsyncResult<HttpClientRequest> opened) {
        if (!isOnThisConnection(opened) || raft == null) {
            return;
        }
        snapshots = opened.result();
        listen(raft, raftReader);
        raft.write(Buffer.buffer(Frames.whole(FrameKind.HELLO, hello.encode())));
    }

    private void listen(HttpClientRequest request, FrameReader reader) {
        request.setChunked(true);
        request.exceptionHandler(failure -> broken(words(failure)));
        request.response().onSuccess(response -> listen(response, reader));
        request.sendHead();
    }

    private void listen(HttpClientResponse response, FrameReader reader) {
        if (response.statusCode() != 200) {
            broken("it answers as something else than a peer");
            return;
        }
        response.exceptionHandler(failure -> broken(words(failure)));
        response.endHandler(ignored -> broken("the stream was ended"));
        response.handler(bytes -> heard(reader, bytes));
    }

    private void heard(FrameReader reader, Buffer bytes) {
        if (connection != null) {
            connection.heard(reader, bytes);
        } else if (!over) {
            try {
                reader.read(bytes.getBytes());
            } catch (MalformedException e) {
                broken("it sent bytes that are not of the protocol: " + e.getMessage());
            }
        }
    }

    private void message(FrameKind kind, ByteReader message) {
        if (connection != null) {
            connection.message(kind, message);
        } else if (!over) {
            switch (kind) {
                case WELCOME -> welcomed(Welcome.decode(message));
                case REFUSED -> {
                    end();
                    client.close();
                    outcome.refused(this, Refusal.of(message.u8()));
                }
                default -> throw new MalformedException("a " + kind + " before the handshake");
            }
        }
    }

    private void welcomed(Welcome welcome) {
        if (raft == null || requests == null || snapshots == null || welcome.version() != Hello.VERSION) {
            throw new MalformedException("a welcome out of turn, or to a version that was not offered");
        }
        end();
        PeerConnection established = new PeerConnection(loop, owner, raft.connection(), client::close, hello.connection(), true,
                hello.from(), welcome.from(), raft, settings.waitingBytesMax());
        established.peerProcess = welcome.process();
        established.peerCluster = welcome.cluster();
        established.toldCluster = hello.cluster();
        connection = established;
        listen(requests, requestsReader);
        established.openRequests(requests);
        listen(snapshots, snapshotsReader);
        established.openSnapshots(snapshots);
        outcome.established(this, established, welcome);
    }

    private void broken(String reason) {
        if (connection != null) {
            connection.close(reason);
        } else {
            fail(true, reason);
        }
    }

    private void fail(boolean accepted, String reason) {
        if (!over) {
            end();
            client.close();
            outcome.failed(this, accepted, reason);
        }
    }

    private void end() {
        over = true;
        if (deadline != null) {
            deadline.cancel();
        }
    }

    private static boolean accepted(Throwable failure) {
        return !(failure instanceof ConnectException || failure instanceof NoRouteToHostException
                || failure instanceof UnknownHostException);
    }

    /** Without addresses, which a message of the network would name. */
    private static String words(Throwable failure) {
        if (failure instanceof UnknownHostException) {
            return "its host name has no address";
        } else if (!accepted(failure)) {
            return "it accepts no connection";
        }
        return "the connection was broken";
    }
}
