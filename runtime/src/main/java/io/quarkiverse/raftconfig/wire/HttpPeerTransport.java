package io.quarkiverse.raftconfig.wire;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;

import org.jspecify.annotations.Nullable;

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
 * A peer from which nothing was heard for some time is asked for a sign of life, and cut off if none comes: TCP alone would
 * not notice for minutes that its host is gone.
 */
public final class HttpPeerTransport implements PeerTransport {
    private static final int TOLD_MAX = 1000;

    /** Names this process, among all that may have the same identity: earlier ones, and copies. */
    final long process = ThreadLocalRandom.current().nextLong();

    private final VertxLoop loop;
    private final WireSettings settings;
    private final Gate gate;
    private final Peer.Host host = new ForPeer();
    private final PeerConnection.Owner owner = new FromPeers();
    private final SortedMap<NodeId, Peer> peers = new TreeMap<>();
    private final SortedMap<NodeId, HostAndPort> addresses = new TreeMap<>();
    /** What was logged already, so that a cause that stays is told once. */
    private final Set<Told> told = new HashSet<>();
    private @Nullable Session session;
    private @Nullable CompletionStage<Integer> port;
    private Loop.@Nullable Timer watch;
    private long watchedAtMillis;
    private boolean stopped;

    /** What there is from {@link #start} on. */
    private record Session(Local local, Listener listener) {
    }

    private record Told(NodeId peer, String what) {
    }

    public HttpPeerTransport(VertxLoop loop, WireSettings settings) {
        this.loop = loop;
        this.settings = settings;
        this.gate = new Gate(loop, settings, owner, new AtTheGate());
    }

    @Override
    public CompletionStage<Void> start(Local local, Listener listener) {
        session = new Session(local, listener);
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

    private static HostAndPort parse(NodeId id, String address) {
        try {
            return HostAndPort.parse(address);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("the address of node " + id + ": " + e.getMessage(), e);
        }
    }

    private CompletionStage<Void> reachAll() {
        addresses.remove(session().local().replica().node());
        addresses.keySet().forEach(this::peer);
        List.copyOf(peers.values()).forEach(peer -> peer.reachAt(addresses.get(peer.id)));
        if (port == null && !addresses.isEmpty()) {
            port = gate.open();
        }
        return port == null ? CompletableFuture.completedFuture(null) : port.thenAccept(opened -> {
        });
    }

    /** The port that is open; null if none is, or none yet. */
    public @Nullable Integer port() {
        CompletableFuture<Integer> opening = port == null ? null : port.toCompletableFuture();
        return opening == null || !opening.isDone() || opening.isCompletedExceptionally() ? null : opening.join();
    }

    @Override
    public void joined(ClusterId clusterId) {
        Session before = session();
        session = new Session(new Local(before.local().replica(), clusterId), before.listener());
        for (PeerConnection connection : connections()) {
            if (isOfAnother(connection.peerCluster)) {
                tell(connection.peer.node(), Refusal.OTHER_CLUSTER);
                connection.close("it " + Refusal.OTHER_CLUSTER.words);
            } else {
                connection.tellJoined(clusterId);
            }
        }
    }

    @Override
    public void send(Message message) {
        PeerConnection connection = connection(message.to().node());
        if (connection != null && connection.peer.equals(message.to()) && !connection.send(message)) {
            tellSlow(connection);
        }
    }

    @Override
    public void send(NodeId to, FoundingMessage message) {
        PeerConnection connection = connection(to);
        if (connection != null && !connection.send(message)) {
            tellSlow(connection);
        }
    }

    @Override
    public CompletionStage<PeerResponse> request(NodeId to, PeerRequest request, long timeoutMillis) {
        PeerConnection connection = connection(to);
        return connection == null ? CompletableFuture.failedFuture(new NotConnectedException(to))
                : connection.request(request, timeoutMillis);
    }

    @Override
    public SortedMap<NodeId, ReplicaId> connected() {
        SortedMap<NodeId, ReplicaId> connected = new TreeMap<>();
        peers.forEach((id, peer) -> {
            PeerConnection connection = peer.current();
            if (connection != null) {
                connected.put(id, connection.peer);
            }
        });
        return Collections.unmodifiableSortedMap(connected);
    }

    @Override
    public SortedMap<NodeId, String> notConnected() {
        SortedMap<NodeId, String> reasons = new TreeMap<>();
        peers.forEach((id, peer) -> {
            if (peer.current() == null && peer.isWanted()) {
                reasons.put(id, peer.reason());
            }
        });
        return Collections.unmodifiableSortedMap(reasons);
    }

    @Override
    public CompletionStage<Void> stop() {
        stopped = true;
        if (watch != null) {
            watch.cancel();
        }
        List<PeerConnection> closing = connections();
        List.copyOf(peers.values()).forEach(Peer::stop);
        CompletableFuture<Void> done = new CompletableFuture<>();
        Future.join(closing.stream().map(PeerConnection::whenClosed).toList())
                .onComplete(ignored -> gate.close().whenComplete((closed, failure) -> loop.execute(() -> done.complete(null))));
        return done;
    }

    private Session session() {
        if (session == null) {
            throw new IllegalStateException("not started");
        }
        return session;
    }

    private Peer peer(NodeId id) {
        return peers.computeIfAbsent(id, absent -> new Peer(loop, host, settings, absent));
    }

    /** The connection in use; null if there is none. On the loop. */
    @Nullable
    PeerConnection connection(NodeId id) {
        Peer peer = peers.get(id);
        return peer == null ? null : peer.current();
    }

    private List<PeerConnection> connections() {
        List<PeerConnection> all = new ArrayList<>();
        peers.values().forEach(peer -> all.addAll(peer.connections()));
        return all;
    }

    /**
     * Nobody has this node, and somebody has another process with its identity. Then it is not to come in where that one
     * happens
     * not to be: two that speak in one name could vote twice in a term.
     */
    private boolean isCopy() {
        return peers.values().stream().anyMatch(Peer::refusesCopy)
                && peers.values().stream().allMatch(peer -> peer.current() == null);
    }

    private boolean isOfAnother(@Nullable ClusterId cluster) {
        ClusterId own = session().local().clusterId();
        return own != null && cluster != null && !own.equals(cluster);
    }

    /** Cuts off the dead and asks the silent. */
    private void watch() {
        long now = loop.nowMillis();
        // After a pause of this process everybody seems silent: what they said is still to be read.
        boolean late = now - watchedAtMillis > 2L * settings.watchMillis();
        watchedAtMillis = now;
        watch = loop.schedule(settings.watchMillis(), this::watch);
        for (PeerConnection connection : connections()) {
            long silentMillis = now - connection.heardAtMillis();
            if (silentMillis >= settings.silenceMillisMax() && !late) {
                connection.close("nothing was heard of it for " + silentMillis + " ms");
            } else if (silentMillis >= settings.watchMillis()) {
                connection.ping();
            }
            if (connection.waitingBytes() == 0) {
                told.remove(slow(connection));
            }
        }
    }

    private static Told slow(PeerConnection connection) {
        return new Told(connection.peer.node(), "slow");
    }

    private void tellSlow(PeerConnection connection) {
        if (!connection.isClosed() && isNews(slow(connection))) {
            RaftConfigLog.LOG.peerSlow(self(), connection.peer.toString(), connection.waitingBytes());
        }
    }

    private void tell(NodeId peer, Refusal refusal) {
        if (isNews(new Told(peer, refusal.name()))) {
            RaftConfigLog.LOG.peerRefused(self(), peer.value(), refusal.words);
        }
    }

    private boolean isNews(Told cause) {
        if (told.size() >= TOLD_MAX) {
            told.clear();
        }
        return told.add(cause);
    }

    private String self() {
        return session().local().replica().node().value();
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
            if (isOfAnother(cluster)) {
                tell(connection.peer.node(), Refusal.OTHER_CLUSTER);
                connection.close("it " + Refusal.OTHER_CLUSTER.words);
                return;
            }
            connection.peerCluster = cluster;
            if (connection == connection(connection.peer.node())) {
                session().listener().connected(connection.peer, cluster);
            }
        }

        @Override
        public void closed(PeerConnection connection, String reason) {
            Peer peer = peers.get(connection.peer.node());
            if (peer != null) {
                peer.closed(connection, reason);
                if (!peer.isWanted() && peer.connections().isEmpty()) {
                    peers.remove(peer.id);
                }
            }
        }
    }

    /** Who may come in. */
    private final class AtTheGate implements Gate.Judge {
        @Override
        public @Nullable Refusal judge(Hello hello) {
            Refusal refusal = find(hello);
            if (refusal == null || refusal == Refusal.ALREADY_CONNECTED) {
                return refusal;
            }
            NodeId from = hello.from().node();
            Peer peer = peers.get(from);
            PeerConnection first = peer == null ? null : peer.current();
            if (first != null && first.refusalOf(hello.from(), hello.process()) == refusal) {
                // The first one may be dead, which shows when it does not answer. Only of two that live there is something to tell.
                first.ping(() -> tell(from, refusal));
            } else {
                tell(from, refusal);
            }
            if (peer != null) {
                peer.turnedAway(refusal);
            }
            return refusal;
        }

        private @Nullable Refusal find(Hello hello) {
            NodeId own = session().local().replica().node();
            if (!hello.speaksOurs()) {
                return Refusal.PROTOCOL_VERSION;
            } else if (!hello.to().equals(own)) {
                return Refusal.OTHER_NODE;
            } else if (hello.from().node().equals(own)) {
                return Refusal.DUPLICATE_NODE_ID;
            } else if (isOfAnother(hello.cluster())) {
                return Refusal.OTHER_CLUSTER;
            } else if (isCopy()) {
                return Refusal.DIALLED_A_COPY;
            }
            Peer peer = peers.get(hello.from().node());
            PeerConnection other = peer == null ? null : peer.current();
            if (peer == null || other == null) {
                return null;
            }
            Refusal duplicate = other.refusalOf(hello.from(), hello.process());
            if (duplicate != null) {
                return duplicate;
            } else if (hello.lost() == other.id || !other.dialledHere) {
                peer.forget(other);
                return null;
            }
            other.ping();
            return peer.preferredIsDialledHere(own) ? Refusal.ALREADY_CONNECTED : null;
        }

        @Override
        public Welcome welcome() {
            Local local = session().local();
            return new Welcome(Hello.VERSION, local.clusterId(), local.replica(), process);
        }

        @Override
        public void established(PeerConnection connection, Hello hello) {
            peer(connection.peer.node()).adopt(connection);
        }
    }

    /** What a peer needs. */
    private final class ForPeer implements Peer.Host {
        @Override
        public Dial dial(Peer peer, HostAndPort address, int connectMillisMax) {
            Local local = session().local();
            Hello hello = new Hello(Hello.VERSION, Hello.VERSION, local.clusterId(), local.replica(), peer.id, process,
                    ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE), peer.lastLost());
            return new Dial(loop, owner, peer, settings, hello, address, connectMillisMax);
        }

        @Override
        public @Nullable Refusal judge(Peer peer, PeerConnection connection) {
            PeerConnection other = peer.current();
            Refusal refusal = null;
            if (isOfAnother(connection.peerCluster)) {
                refusal = Refusal.OTHER_CLUSTER;
            } else if (other != null) {
                refusal = other.refusalOf(connection.peer, connection.peerProcess);
            }
            if (refusal != null) {
                tell(peer.id, refusal);
            }
            return refusal;
        }

        @Override
        public boolean isCopy() {
            return HttpPeerTransport.this.isCopy();
        }

        @Override
        public void connected(Peer peer, PeerConnection connection, boolean anew) {
            told.removeIf(cause -> cause.peer().equals(peer.id));
            Session now = session();
            ClusterId own = now.local().clusterId();
            if (own != null && !own.equals(connection.toldCluster)) {
                connection.tellJoined(own);
            }
            if (anew) {
                RaftConfigLog.LOG.peerConnected(self(), connection.peer.toString());
                now.listener().connected(connection.peer, connection.peerCluster);
            }
        }

        @Override
        public void disconnected(Peer peer, ReplicaId replica, String reason) {
            RaftConfigLog.LOG.peerDisconnected(self(), replica.toString(), reason);
        }

        @Override
        public void unreachable(ReplicaId replica) {
            session().listener().unreachable(replica);
        }

        @Override
        public void refusedBy(Peer peer, Refusal refusal) {
            if (isNews(new Told(peer.id, "by " + refusal))) {
                RaftConfigLog.LOG.refusedByPeer(self(), peer.id.value(), refusal.words);
            }
        }

        @Override
        public double random() {
            return ThreadLocalRandom.current().nextDouble();
        }
    }
}
