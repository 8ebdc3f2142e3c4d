package io.quarkiverse.raftconfig.wire;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.core.ClusterId;
import io.quarkiverse.raftconfig.core.FoundingMessage;
import io.quarkiverse.raftconfig.core.Message;
import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.core.ReplicaId;
import io.quarkiverse.raftconfig.core.StorageId;
import io.quarkiverse.raftconfig.node.PeerRequest;
import io.quarkiverse.raftconfig.node.PeerResponse;
import io.quarkiverse.raftconfig.node.PeerTransport;

/** A transport on a real loop and real sockets, with a listener that remembers. Methods may be called from any thread. */
class TestNode implements PeerTransport.Listener, AutoCloseable {
    final ReplicaId replica;
    final VertxLoop loop = new VertxLoop();
    final HttpPeerTransport transport;
    final List<Message> messages = new CopyOnWriteArrayList<>();
    final List<FoundingMessage> foundings = new CopyOnWriteArrayList<>();
    final List<String> connected = new CopyOnWriteArrayList<>();
    final List<ReplicaId> unreachable = new CopyOnWriteArrayList<>();
    final List<String> unreadable = new CopyOnWriteArrayList<>();
    /** What every message meets; null for none. */
    volatile @Nullable Error failure;
    volatile BiFunction<ReplicaId, PeerRequest, CompletionStage<PeerResponse>> answers = (from,
            request) -> CompletableFuture.failedFuture(new IllegalStateException("nobody answers"));
    private final @Nullable ClusterId cluster;
    private int port;

    TestNode(String id) {
        this(id, 1, null);
    }

    TestNode(String id, long storage, @Nullable ClusterId cluster) {
        this(id, storage, cluster, settings(0));
    }

    TestNode(String id, long storage, @Nullable ClusterId cluster, WireSettings settings) {
        this.replica = new ReplicaId(new NodeId(id), new StorageId(7, storage));
        this.cluster = cluster;
        this.transport = new HttpPeerTransport(loop, settings);
    }

    /** Loopback; patient with handshakes, and with hints, because a test machine may be slow. */
    static WireSettings settings(int port) {
        return new WireSettings("127.0.0.1", port, 500, 3000, 3000, 8 << 20, 256);
    }

    static SortedMap<NodeId, String> nowhere() {
        SortedMap<NodeId, String> addresses = new TreeMap<>();
        addresses.put(new NodeId("zz-nobody"), "127.0.0.1:1");
        return addresses;
    }

    /** Opens the port, and dials nobody who is there. */
    TestNode open() {
        return start(nowhere());
    }

    TestNode start(SortedMap<NodeId, String> addresses) {
        onLoop(() -> {
            transport.connectTo(addresses);
            return transport.start(new PeerTransport.Local(replica, cluster), this);
        });
        Integer opened = call(transport::port);
        port = opened == null ? 0 : opened;
        return this;
    }

    int port() {
        return port;
    }

    String address() {
        return "127.0.0.1:" + port;
    }

    void connectTo(TestNode... others) {
        SortedMap<NodeId, String> addresses = new TreeMap<>();
        for (TestNode other : others) {
            addresses.put(other.replica.node(), other.address());
        }
        connectTo(addresses);
    }

    void connectTo(SortedMap<NodeId, String> addresses) {
        call(() -> {
            transport.connectTo(addresses);
            return null;
        });
    }

    void send(Message message) {
        call(() -> {
            transport.send(message);
            return null;
        });
    }

    CompletableFuture<PeerResponse> request(TestNode to, PeerRequest request, long timeoutMillis) {
        CompletableFuture<PeerResponse> answer = new CompletableFuture<>();
        loop.execute(() -> transport.request(to.replica.node(), request, timeoutMillis).whenComplete((response, failure) -> {
            if (failure == null) {
                answer.complete(response);
            } else {
                answer.completeExceptionally(failure);
            }
        }));
        return answer;
    }

    boolean isConnectedWith(TestNode other) {
        return other.replica.equals(call(transport::connected).get(other.replica.node()));
    }

    SortedMap<NodeId, String> notConnected() {
        return call(transport::notConnected);
    }

    <T> T call(Supplier<T> task) {
        return onLoop(() -> CompletableFuture.completedFuture(task.get()));
    }

    private <T> T onLoop(Supplier<CompletionStage<T>> task) {
        CompletableFuture<T> result = new CompletableFuture<>();
        loop.execute(() -> {
            try {
                task.get().whenComplete((value, failure) -> {
                    if (failure == null) {
                        result.complete(value);
                    } else {
                        result.completeExceptionally(failure);
                    }
                });
            } catch (RuntimeException e) {
                result.completeExceptionally(e);
            }
        });
        return result.orTimeout(10, TimeUnit.SECONDS).join();
    }

    void stopTransport() {
        onLoop(transport::stop);
    }

    @Override
    public void close() {
        stopTransport();
        loop.close();
    }

    @Override
    public void unreadable(ReplicaId peer, String reason, Throwable cause) {
        unreadable.add(reason);
    }

    @Override
    public void received(Message message) {
        Error error = failure;
        if (error != null) {
            throw error;
        }
        messages.add(message);
    }

    @Override
    public void received(ReplicaId from, FoundingMessage message) {
        foundings.add(message);
    }

    @Override
    public CompletionStage<PeerResponse> requested(ReplicaId from, PeerRequest request) {
        return answers.apply(from, request);
    }

    @Override
    public void connected(ReplicaId peer, @Nullable ClusterId clusterId) {
        connected.add(peer + " of " + clusterId);
    }

    @Override
    public void unreachable(ReplicaId peer) {
        unreachable.add(peer);
    }
}
