package io.quarkiverse.raftconfig.wire;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.codec.UnknownFormatException;
import io.quarkiverse.raftconfig.core.ClusterId;
import io.quarkiverse.raftconfig.core.FoundingMessage;
import io.quarkiverse.raftconfig.core.Message;
import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.core.ReplicaId;
import io.quarkiverse.raftconfig.log.RaftConfigLog;
import io.quarkiverse.raftconfig.node.Loop;
import io.quarkiverse.raftconfig.node.PeerRequest;
import io.quarkiverse.raftconfig.node.PeerResponse;
import io.quarkiverse.raftconfig.node.PeerTransport;
import io.vertx.core.Future;

/**
 * The peers over HTTP/2. Each pair of nodes has one connection, which either may have dialled; who it leads to is told in a
 * handshake, once, and not in each message. See {@link Peer} for how connections come and go.
 * <p>
 * Each end gives the other a sign of life, again and again, and cuts it off if none comes: TCP alone would not notice for
 * minutes that its host is gone.
 */
public final class HttpPeerTransport implements PeerTransport {
    /**
     * So many failures within this time are no accident. A peer sends again what was lost with its connection: for ever, if it
     * can't be taken in.
     */
    private static final int FAILURES_MAX = 3;
    private static final long FAILURES_MILLIS = 60_000;

    /** Names this process, among all that may have the same identity: earlier ones, and copies. */
    final long process = ThreadLocalRandom.current().nextLong();

    private final VertxLoop loop;
    private final WireSettings settings;
    private final Peer.Host host = new ForPeer();
    private final PeerConnection.Owner owner = new FromPeers();
    private final Peers peers;
    private final SortedMap<NodeId, HostAndPort> addresses = new TreeMap<>();
    private final List<Seeker> seekers = new ArrayList<>();
    private @Nullable Session session;
    private @Nullable CompletionStage<Integer> port;
    private Loop.@Nullable Timer watch;
    private long watchedAtMillis;
    private final Queue<Long> failedAtMillis = new ArrayDeque<>();
    private boolean stopped;

    /** What there is from {@link #start} on. */
    private record Session(Self self, Listener listener, PeerNews news, Gate gate) {
    }

    public HttpPeerTransport(VertxLoop loop, WireSettings settings) {
        this.loop = loop;
        this.settings = settings;
        this.peers = new Peers(id -> new Peer(loop, host, settings, id));
    }

    @Override
    public CompletionStage<Void> start(Local local, Listener listener) {
        Self self = new Self(local, process);
        PeerNews news = new PeerNews(self.node());
        session = new Session(self, listener, news,
                new Gate(loop, settings, owner, new Admission(loop, settings, self, peers, news)));
        watchedAtMillis = loop.nowMillis();
        watch = loop.schedule(settings.watchMillis(), this::watch);
        return reachAll();
    }

    @Override
    public void connectTo(SortedMap<NodeId, String> named) {
        SortedMap<NodeId, HostAndPort> parsed = new TreeMap<>();
        named.forEach((id, address) -> parsed.put(id, parse(id, address)));
        addresses.clear();
        addresses.putAll(parsed);
        if (session != null && !stopped) {
            reachAll().exceptionally(failure -> {
                RaftConfigLog.LOG.error(failure.getMessage());
                return null;
            });
        }
    }

    @Override
    public void seek(List<String> sought) {
        seekers.forEach(Seeker::stop);
        seekers.clear();
        Seeker.Host forSeeker = new ForSeeker();
        sought.forEach(address -> seekers.add(new Seeker(loop, forSeeker, HostAndPort.parse(address))));
        seekers.forEach(Seeker::seek);
        if (!sought.isEmpty()) {
            openPort();
        }
    }

    private static HostAndPort parse(NodeId id, String address) {
        try {
            return HostAndPort.parse(address);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("the address of node " + id + ": " + e.getMessage(), e);
        }
    }

    private CompletionStage<Void> reachAll() {
        addresses.remove(self().node());
        addresses.keySet().forEach(peers::get);
        peers.all().forEach(peer -> peer.reachAt(addresses.get(peer.id)));
        peers.forgetUnwanted();
        if (!addresses.isEmpty()) {
            openPort();
        }
        return port == null ? CompletableFuture.completedFuture(null) : port.thenAccept(opened -> {
        });
    }

    private void openPort() {
        if (port == null) {
            port = session().gate().open();
        }
    }

    /** The port that is open; null if none is, or none yet. */
    public @Nullable Integer port() {
        CompletableFuture<Integer> opening = port == null ? null : port.toCompletableFuture();
        return opening == null || !opening.isDone() || opening.isCompletedExceptionally() ? null : opening.join();
    }

    @Override
    public void joined(ClusterId clusterId) {
        self().joined(clusterId);
        for (PeerConnection connection : peers.connections()) {
            if (self().isOfAnother(connection.peerCluster)) {
                news().refused(connection.peer.node(), Refusal.OTHER_CLUSTER);
                connection.close("it " + Refusal.OTHER_CLUSTER.words);
            } else {
                connection.tellJoined(clusterId);
            }
        }
    }

    @Override
    public void send(Message message) {
        PeerConnection connection = peers.connection(message.to().node());
        if (connection != null && connection.peer.equals(message.to()) && !connection.send(message)) {
            tellSlow(connection);
        }
    }

    @Override
    public void send(NodeId to, FoundingMessage message) {
        PeerConnection connection = peers.connection(to);
        if (connection != null && !connection.send(message)) {
            tellSlow(connection);
        }
    }

    @Override
    public CompletionStage<PeerResponse> request(NodeId to, PeerRequest request, long timeoutMillis) {
        PeerConnection connection = peers.connection(to);
        return connection == null ? CompletableFuture.failedFuture(new NotConnectedException(to))
                : connection.request(request, timeoutMillis);
    }

    @Override
    public SortedMap<NodeId, ReplicaId> connected() {
        return peers.connected();
    }

    @Override
    public SortedMap<NodeId, String> notConnected() {
        return peers.notConnected();
    }

    @Override
    public CompletionStage<Void> stop() {
        stopped = true;
        if (watch != null) {
            watch.cancel();
        }
        seekers.forEach(Seeker::stop);
        List<PeerConnection> closing = peers.connections();
        peers.all().forEach(Peer::stop);
        CompletableFuture<Void> done = new CompletableFuture<>();
        Gate gate = session == null ? null : session.gate();
        Future.join(closing.stream().map(PeerConnection::whenClosed).toList()).onComplete(ignored -> {
            CompletionStage<Void> closed = gate == null ? CompletableFuture.completedFuture(null) : gate.close();
            closed.whenComplete((nothing, failure) -> loop.execute(() -> done.complete(null)));
        });
        return done;
    }

    private Session session() {
        if (session == null) {
            throw new IllegalStateException("not started");
        }
        return session;
    }

    private Self self() {
        return session().self();
    }

    private PeerNews news() {
        return session().news();
    }

    /** The connection in use; null if there is none. On the loop. */
    @Nullable
    PeerConnection connection(NodeId id) {
        return peers.connection(id);
    }

    /** Cuts off the silent, and shows the others a sign of life. */
    private void watch() {
        long now = loop.nowMillis();
        // After a pause of this process everybody seems silent: what they said is still to be read.
        boolean late = now - watchedAtMillis > 2L * settings.watchMillis();
        watchedAtMillis = now;
        watch = loop.schedule(settings.watchMillis(), this::watch);
        for (PeerConnection connection : peers.connections()) {
            long silentMillis = now - connection.heardAtMillis();
            if (silentMillis >= settings.silenceMillisMax() && !late) {
                connection.close("nothing was heard of it for " + silentMillis + " ms");
            } else {
                // Whoever sends much hears nothing for long, and a question would stand behind all that in the line: so each
                // end says something of itself.
                connection.ping();
            }
            if (connection.waitingBytes() == 0) {
                news().hasCaughtUp(connection);
            }
        }
    }

    private void tellSlow(PeerConnection connection) {
        if (!connection.isClosed()) {
            news().slow(connection);
        }
    }

    /** What comes over connections. */
    private final class FromPeers implements PeerConnection.Owner {
        @Override
        public void received(PeerConnection connection, Message message) {
            session().listener().received(message);
        }

        @Override
        public void received(PeerConnection connection, FoundingMessage message) {
            session().listener().received(connection.peer, message);
        }

        @Override
        public CompletionStage<PeerResponse> requested(PeerConnection connection, PeerRequest request) {
            return session().listener().requested(connection.peer, request);
        }

        @Override
        public void joined(PeerConnection connection, ClusterId cluster) {
            if (self().isOfAnother(cluster)) {
                news().refused(connection.peer.node(), Refusal.OTHER_CLUSTER);
                connection.close("it " + Refusal.OTHER_CLUSTER.words);
                return;
            }
            connection.peerCluster = cluster;
            if (connection == peers.connection(connection.peer.node())) {
                session().listener().connected(connection.peer, cluster);
            }
        }

        /** An entry that is skipped would make this node's state another than the others'. */
        @Override
        public void unreadable(PeerConnection connection, UnknownFormatException cause) {
            String reason = "peer " + connection.peer.node() + " has sent what this version can't read, " + cause.getMessage()
                    + ": start this node with the version that wrote it";
            session().listener().unreadable(connection.peer, reason, cause);
        }

        @Override
        public void failed(PeerConnection connection, Throwable cause) {
            long now = loop.nowMillis();
            failedAtMillis.removeIf(failed -> failed < now - FAILURES_MILLIS);
            failedAtMillis.add(now);
            if (failedAtMillis.size() >= FAILURES_MAX) {
                String reason = "this node fails again and again at messages of its peers, the last time at one of "
                        + connection.peer.node() + ": "
                        + (cause instanceof OutOfMemoryError ? "the process has run out of memory" : cause.toString());
                session().listener().unreadable(connection.peer, reason, cause);
            }
        }

        @Override
        public void closed(PeerConnection connection, String reason) {
            peers.closed(connection, reason);
        }
    }

    /** What a seeker needs. */
    private final class ForSeeker implements Seeker.Host {
        @Override
        public Dial dial(Seeker seeker, HostAndPort address) {
            return new Dial(loop, owner, seeker, settings, self().hello(null, 0), address, Peer.CONNECT_MILLIS_MAX);
        }

        @Override
        public boolean isConnected(NodeId node) {
            return node.equals(self().node()) || peers.connection(node) != null;
        }

        @Override
        public void found(PeerConnection connection) {
            NodeId id = connection.peer.node();
            if (id.equals(self().node())) {
                connection.close("it is this node itself");
            } else {
                peers.get(id).found(connection);
            }
        }

        @Override
        public void refusedBy(HostAndPort address, Refusal refusal) {
            if (refusal != Refusal.ALREADY_CONNECTED) {
                news().refusedAt(address, refusal);
            }
        }
    }

    /** What a peer needs. */
    private final class ForPeer implements Peer.Host {
        @Override
        public Dial dial(Peer peer, HostAndPort address, int connectMillisMax) {
            Hello hello = self().hello(peer.id, peer.lastLost());
            return new Dial(loop, owner, peer, settings, hello, address, connectMillisMax);
        }

        @Override
        public @Nullable Refusal judge(Peer peer, PeerConnection connection) {
            PeerConnection other = peer.current();
            Refusal refusal = null;
            if (self().isOfAnother(connection.peerCluster)) {
                refusal = Refusal.OTHER_CLUSTER;
            } else if (other != null) {
                refusal = other.refusalOf(connection.peer, connection.peerProcess);
            }
            if (refusal != null) {
                news().refused(peer.id, refusal);
            }
            return refusal;
        }

        @Override
        public boolean isCopy() {
            return peers.selfIsCopy();
        }

        @Override
        public void connected(Peer peer, PeerConnection connection, boolean anew) {
            news().connected(connection, anew);
            ClusterId own = self().cluster();
            if (own != null && !own.equals(connection.toldCluster)) {
                connection.tellJoined(own);
            }
            if (anew) {
                session().listener().connected(connection.peer, connection.peerCluster);
            }
        }

        @Override
        public void disconnected(Peer peer, PeerConnection connection, String reason) {
            news().disconnected(connection, reason);
        }

        @Override
        public void unreachable(ReplicaId replica) {
            session().listener().unreachable(replica);
        }

        @Override
        public void refusedBy(Peer peer, Refusal refusal) {
            news().refusedBy(peer.id, refusal);
        }

        @Override
        public double random() {
            return ThreadLocalRandom.current().nextDouble();
        }
    }
}
