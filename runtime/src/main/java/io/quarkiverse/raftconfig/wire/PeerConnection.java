package io.quarkiverse.raftconfig.wire;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.codec.ByteReader;
import io.quarkiverse.raftconfig.codec.ByteWriter;
import io.quarkiverse.raftconfig.codec.FieldCodec;
import io.quarkiverse.raftconfig.codec.MalformedException;
import io.quarkiverse.raftconfig.codec.MessageCodec;
import io.quarkiverse.raftconfig.codec.UnknownFormatException;
import io.quarkiverse.raftconfig.core.ClusterId;
import io.quarkiverse.raftconfig.core.FoundingMessage;
import io.quarkiverse.raftconfig.core.Message;
import io.quarkiverse.raftconfig.core.ReplicaId;
import io.quarkiverse.raftconfig.node.Loop;
import io.quarkiverse.raftconfig.node.PeerRequest;
import io.quarkiverse.raftconfig.node.PeerResponse;
import io.quarkiverse.raftconfig.node.PeerTransport.AnswerLostException;
import io.quarkiverse.raftconfig.node.PeerTransport.NotConnectedException;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.streams.WriteStream;

/**
 * A connection to one replica, after the handshake: a stream for the messages of the algorithm, one for requests, so
 * that a long request delays no heartbeat, and one for the chunks of snapshots, so that these delay no request. All go in both
 * directions.
 */
final class PeerConnection {
    /** Whoever decides about connections. All calls on the loop. */
    interface Owner {
        void received(PeerConnection connection, Message message);

        void received(PeerConnection connection, FoundingMessage message);

        void joined(PeerConnection connection, ClusterId cluster);

        CompletionStage<PeerResponse> requested(PeerConnection connection, PeerRequest request);

        /** What came was written by a later version. The connection is closed. */
        void unreadable(PeerConnection connection, UnknownFormatException cause);

        /** This node failed at a message, for instance for want of memory. The connection is closed. */
        void failed(PeerConnection connection, Throwable cause);

        /** Given once, whoever closed it. */
        void closed(PeerConnection connection, String reason);
    }

    private static final Logger LOG = Logger.getLogger(PeerConnection.class);
    /** Requests of the peer that wait for this node's answer. */
    private static final int UNANSWERED_MAX = 4096;
    private static final Buffer PING = Buffer.buffer(new byte[8]);

    final long id;
    final boolean dialledHere;
    final ReplicaId peer;
    final ReplicaId self;
    /** The process that speaks at the other end, by its random number. */
    long peerProcess;
    @Nullable
    ClusterId peerCluster;
    /** What the peer knows of this node. */
    @Nullable
    ClusterId toldCluster;

    private final VertxLoop loop;
    private final HttpConnection http;
    private final Owner owner;
    private final Runnable release;
    private final Outbox raft;
    private final Outbox requests;
    private final Outbox snapshots;
    private final Map<Long, Waiting> waiting = new TreeMap<>();
    private long lastCorrelation;
    private int unanswered;
    private long heardAtMillis;
    private boolean closed;
    private Future<Void> whenClosed = Future.succeededFuture();

    private record Waiting(CompletableFuture<PeerResponse> answer, Loop.Timer timeout) {
    }

    /**
     * @param id names this connection at both ends
     * @param raftStream where messages to the peer go
     * @param release frees what else belongs to the connection
     */
    PeerConnection(VertxLoop loop, Owner owner, HttpConnection http, Runnable release, long id, boolean dialledHere,
            ReplicaId self, ReplicaId peer, WriteStream<Buffer> raftStream, long waitingBytesMax) {
        this.loop = loop;
        this.owner = owner;
        this.http = http;
        this.release = release;
        this.id = id;
        this.dialledHere = dialledHere;
        this.self = self;
        this.peer = peer;
        this.raft = new Outbox(loop, waitingBytesMax);
        this.requests = new Outbox(loop, waitingBytesMax);
        this.snapshots = new Outbox(loop, waitingBytesMax);
        raft.attach(raftStream);
        this.heardAtMillis = loop.nowMillis();
        http.pingHandler(ping -> heardAtMillis = loop.nowMillis());
    }

    /** Requests that were made before this waited for it. */
    void openRequests(WriteStream<Buffer> stream) {
        requests.attach(stream);
    }

    /** Chunks that were sent before this waited for it. */
    void openSnapshots(WriteStream<Buffer> stream) {
        snapshots.attach(stream);
    }

    boolean isClosed() {
        return closed;
    }

    /** Why nobody else comes in under the name of this peer while this connection is there; null for the peer itself. */
    @Nullable
    Refusal refusalOf(ReplicaId other, long process) {
        if (!other.equals(peer)) {
            return Refusal.DUPLICATE_NODE_ID;
        }
        return process == peerProcess ? null : Refusal.SECOND_PROCESS;
    }

    long heardAtMillis() {
        return heardAtMillis;
    }

    long waitingBytes() {
        return raft.waitingBytes() + requests.waitingBytes() + snapshots.waitingBytes();
    }

    /** @return false if it was dropped */
    boolean send(Message message) {
        ByteWriter out = new ByteWriter(64);
        MessageCodec.write(out, message);
        boolean bulk = message instanceof Message.AppendEntries append && !append.entries().isEmpty();
        return sendEncoded(out, bulk ? Outbox.Lane.BULK : Outbox.Lane.URGENT);
    }

    boolean sendEncoded(ByteWriter message, Outbox.Lane lane) {
        return raft.offer(FrameKind.RAFT, message, lane);
    }

    boolean send(FoundingMessage message) {
        ByteWriter out = new ByteWriter(64);
        MessageCodec.write(out, message);
        return raft.offer(FrameKind.FOUNDING, out, Outbox.Lane.URGENT);
    }

    void tellJoined(ClusterId cluster) {
        toldCluster = cluster;
        ByteWriter out = new ByteWriter(16);
        FieldCodec.writeClusterId(out, cluster);
        raft.offer(FrameKind.JOINED, out, Outbox.Lane.URGENT);
    }

    CompletionStage<PeerResponse> request(PeerRequest request, long timeoutMillis) {
        long correlation = ++lastCorrelation;
        ByteWriter out = new ByteWriter();
        out.i64(correlation);
        PeerRequestCodec.write(out, request);
        Outbox stream = request instanceof PeerRequest.InstallSnapshot ? snapshots : requests;
        if (!stream.offer(FrameKind.REQUEST, out, Outbox.Lane.BULK)) {
            return CompletableFuture.failedFuture(new NotConnectedException(peer.node()));
        }
        CompletableFuture<PeerResponse> answer = new CompletableFuture<>();
        Loop.Timer timeout = loop.schedule(Math.max(1, timeoutMillis), () -> {
            waiting.remove(correlation);
            answer.completeExceptionally(
                    new AnswerLostException(peer.node(), "none came within " + timeoutMillis + " ms"));
        });
        waiting.put(correlation, new Waiting(answer, timeout));
        return answer;
    }

    /** Takes bytes of any stream. */
    void heard(FrameReader reader, Buffer bytes) {
        if (closed) {
            return;
        }
        heardAtMillis = loop.nowMillis();
        try {
            reader.read(bytes.getBytes());
        } catch (UnknownFormatException e) {
            close("it sent what only a later version can read: " + e.getMessage());
            owner.unreadable(this, e);
        } catch (MalformedException e) {
            close("it sent bytes that are not of the protocol: " + e.getMessage());
        } catch (RuntimeException | Error e) {
            // The rest of the chunk is lost, and with it the place in the stream.
            close("this node failed at a message of it");
            owner.failed(this, e);
            throw e;
        }
    }

    void message(FrameKind kind, ByteReader message) {
        if (closed) {
            return;
        }
        switch (kind) {
            case RAFT -> {
                Message read = MessageCodec.read(message, peer, self);
                if (read != null) {
                    owner.received(this, read);
                }
            }
            case FOUNDING -> {
                FoundingMessage read = MessageCodec.readFounding(message);
                if (read != null) {
                    owner.received(this, read);
                }
            }
            case JOINED -> owner.joined(this, FieldCodec.readClusterId(message));
            case REQUEST -> onRequest(message.i64(), message);
            case RESPONSE -> onResponse(message.i64(), message);
            case HELLO, WELCOME, REFUSED -> throw new MalformedException("a second " + kind);
        }
    }

    private void onRequest(long correlation, ByteReader message) {
        PeerRequest request = PeerRequestCodec.readRequest(message);
        if (request == null) {
            respond(correlation, new PeerResponse.Failed(PeerResponse.Kind.NO_LEADER,
                    "node " + self.node() + " does not know this kind of request"));
            return;
        }
        if (unanswered >= UNANSWERED_MAX) {
            respond(correlation, new PeerResponse.Failed(PeerResponse.Kind.TOO_MANY_REQUESTS,
                    "node " + self.node() + " has " + unanswered + " requests of node " + peer.node() + " to answer"));
            return;
        }
        unanswered++;
        owner.requested(this, request).whenComplete((response, failure) -> onLoop(() -> {
            unanswered--;
            respond(correlation, failure == null ? response : failed(failure));
        }));
    }

    private PeerResponse failed(Throwable failure) {
        LOG.debugf(failure, "A request of node %s failed", peer.node());
        return new PeerResponse.Failed(PeerResponse.Kind.OUTCOME_UNKNOWN, "node " + self.node() + " failed at it");
    }

    private void respond(long correlation, PeerResponse response) {
        ByteWriter out = new ByteWriter();
        out.i64(correlation);
        PeerRequestCodec.write(out, response);
        if (!requests.offer(FrameKind.RESPONSE, out, Outbox.Lane.BULK)) {
            LOG.debugf("A response to node %s was dropped: it does not read", peer.node());
        }
    }

    private void onResponse(long correlation, ByteReader message) {
        PeerResponse response = PeerRequestCodec.readResponse(message);
        Waiting waiter = waiting.remove(correlation);
        if (waiter == null) {
            return;
        }
        waiter.timeout().cancel();
        if (response == null) {
            waiter.answer().completeExceptionally(
                    new AnswerLostException(peer.node(), "it is of a kind that this version does not know"));
        } else {
            waiter.answer().complete(response);
        }
    }

    private void onLoop(Runnable task) {
        if (loop.isCurrent()) {
            task.run();
        } else {
            loop.execute(task);
        }
    }

    /** When nothing of it is left; to be asked after {@link #close}. */
    Future<Void> whenClosed() {
        return whenClosed;
    }

    /** Asks for a sign of life; an answer of any kind is one. */
    void ping() {
        ping(() -> {
        });
    }

    /** @param alive runs if it is answered */
    void ping(Runnable alive) {
        http.ping(PING).onSuccess(pong -> {
            heardAtMillis = loop.nowMillis();
            alive.run();
        });
    }

    /** The other end has closed, or this one will: at once, without waiting for what the peer does not read. */
    void close(String reason) {
        if (closed) {
            return;
        }
        closed = true;
        raft.close();
        requests.close();
        snapshots.close();
        whenClosed = http.shutdown(0, TimeUnit.MILLISECONDS);
        release.run();
        List<Waiting> lost = List.copyOf(waiting.values());
        waiting.clear();
        for (Waiting waiter : lost) {
            waiter.timeout().cancel();
            waiter.answer().completeExceptionally(new AnswerLostException(peer.node(), reason));
        }
        owner.closed(this, reason);
    }
}
