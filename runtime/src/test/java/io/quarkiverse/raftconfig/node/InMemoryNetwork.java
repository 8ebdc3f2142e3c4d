package io.quarkiverse.raftconfig.node;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiPredicate;
import java.util.random.RandomGenerator;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.core.ClusterId;
import io.quarkiverse.raftconfig.core.FoundingMessage;
import io.quarkiverse.raftconfig.core.Message;
import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.core.ReplicaId;
import io.quarkiverse.raftconfig.sim.VirtualTime;

/**
 * Peers on virtual time. Every pair that is up, and not cut, is connected. A cut is silent, as a cable that is pulled; a node
 * that dies is noticed, as a process that is killed.
 */
final class InMemoryNetwork {
    private static final long CONNECT_MICROS = 2_000;
    private static final long NOTICE_MICROS = 3_000;

    private final VirtualTime time;
    private final RandomGenerator random;
    private final Map<NodeId, Endpoint> endpoints = new TreeMap<>();
    private final Set<Link> cuts = new HashSet<>();
    private BiPredicate<NodeId, Object> lost = (to, what) -> false;
    private long delayMicrosMin = 50;
    private long delayMicrosMax = 150;

    /** One direction between two nodes. */
    private record Link(NodeId from, NodeId to) {
    }

    InMemoryNetwork(VirtualTime time, RandomGenerator random) {
        this.time = time;
        this.random = random;
    }

    /** The way of one node to the others; a new one for each of its lives. */
    PeerTransport transport(VirtualLoop loop) {
        return new Endpoint(loop);
    }

    void delayMicros(long min, long max) {
        delayMicrosMin = min;
        delayMicrosMax = max;
    }

    /** Nothing passes between {@code these} and all others, in either direction. */
    void isolate(Set<NodeId> these) {
        for (NodeId a : endpoints.keySet()) {
            for (NodeId b : endpoints.keySet()) {
                if (these.contains(a) != these.contains(b)) {
                    cut(a, b);
                }
            }
        }
    }

    /** Nothing passes from {@code from} to {@code to}. */
    void cut(NodeId from, NodeId to) {
        cuts.add(new Link(from, to));
    }

    void heal() {
        cuts.clear();
        for (Endpoint endpoint : List.copyOf(endpoints.values())) {
            endpoint.connectAll();
        }
    }

    /** Loses what {@code rule} says: messages, requests and responses by the receiver. */
    void lose(BiPredicate<NodeId, Object> rule) {
        lost = rule;
    }

    /** What {@code from} sends can't be read at {@code at}. */
    void unreadable(NodeId from, NodeId at, String reason) {
        Endpoint receiver = Objects.requireNonNull(endpoints.get(at));
        Endpoint sender = Objects.requireNonNull(endpoints.get(from));
        receiver.tell(() -> receiver.listener().unreadable(sender.self(), reason, new IllegalStateException(reason)));
    }

    /** {@code to} hears {@code request} at once, as if {@code from} had sent it. */
    CompletionStage<PeerResponse> ask(ReplicaId from, NodeId to, PeerRequest request) {
        Endpoint receiver = Objects.requireNonNull(endpoints.get(to));
        CompletableFuture<PeerResponse> answer = new CompletableFuture<>();
        receiver.tell(() -> receiver.listener().requested(from, request)
                .whenComplete((response, failure) -> answer.complete(response)));
        return answer;
    }

    /** The process is gone: its connections break. */
    void kill(NodeId node) {
        Endpoint endpoint = endpoints.remove(node);
        if (endpoint != null) {
            endpoint.close(true);
        }
    }

    private long delayMicros() {
        return delayMicrosMin + random.nextLong(delayMicrosMax - delayMicrosMin + 1);
    }

    private boolean passes(NodeId from, NodeId to, Object what) {
        return !cuts.contains(new Link(from, to)) && !lost.test(to, what);
    }

    private final class Endpoint implements PeerTransport {
        private final VirtualLoop loop;
        private final SortedMap<NodeId, Endpoint> connected = new TreeMap<>();
        private final Map<NodeId, Long> lastArrivalMicros = new TreeMap<>();
        private final Set<Pending> pending = new LinkedHashSet<>();
        private SortedMap<NodeId, String> addresses = new TreeMap<>();
        private @Nullable ReplicaId self;
        private @Nullable ClusterId clusterId;
        private @Nullable Listener listener;
        private boolean closed;

        private record Pending(NodeId to, CompletableFuture<PeerResponse> answer) {
        }

        Endpoint(VirtualLoop loop) {
            this.loop = loop;
        }

        private ReplicaId self() {
            if (self == null) {
                throw new IllegalStateException("not started");
            }
            return self;
        }

        private Listener listener() {
            if (listener == null) {
                throw new IllegalStateException("not started");
            }
            return listener;
        }

        @Override
        public CompletionStage<Void> start(Local local, Listener hears) {
            self = local.replica();
            clusterId = local.clusterId();
            listener = hears;
            endpoints.put(local.replica().node(), this);
            CompletableFuture<Void> open = new CompletableFuture<>();
            loop.execute(() -> {
                open.complete(null);
                connectAll();
            });
            return open;
        }

        @Override
        public void connectTo(SortedMap<NodeId, String> to) {
            addresses = new TreeMap<>(to);
            if (self != null) {
                connectAll();
            }
        }

        /** Here an address tells which node is there: {@code n1:7420}. */
        @Override
        public void seek(List<String> sought) {
            for (String address : sought) {
                addresses.put(new NodeId(address.substring(0, address.indexOf(':'))), address);
            }
            connectAll();
        }

        private void connectAll() {
            for (Endpoint other : List.copyOf(endpoints.values())) {
                if (other != this && (addresses.containsKey(other.self().node())
                        || other.addresses.containsKey(self().node()))) {
                    time.schedule(CONNECT_MICROS, () -> connect(other));
                }
            }
        }

        private void connect(Endpoint other) {
            NodeId here = self().node();
            NodeId there = other.self().node();
            boolean strangers = clusterId != null && other.clusterId != null && !clusterId.equals(other.clusterId);
            if (closed || other.closed || connected.get(there) == other || strangers
                    || cuts.contains(new Link(here, there)) || cuts.contains(new Link(there, here))) {
                return;
            }
            connected.put(there, other);
            other.connected.put(here, this);
            tell(() -> listener().connected(other.self(), other.clusterId));
            other.tell(() -> other.listener().connected(self(), clusterId));
        }

        private void tell(Runnable event) {
            loop.execute(() -> {
                if (!closed) {
                    event.run();
                }
            });
        }

        @Override
        public void joined(ClusterId joined) {
            clusterId = joined;
            for (NodeId peer : connected.keySet()) {
                deliver(peer, joined, other -> other.listener().connected(self(), joined));
            }
        }

        @Override
        public void send(Message message) {
            Endpoint other = connected.get(message.to().node());
            if (other != null && other.self().equals(message.to())) {
                deliver(message.to().node(), message, there -> there.listener().received(message));
            }
        }

        @Override
        public void send(NodeId to, FoundingMessage message) {
            deliver(to, message, other -> other.listener().received(self(), message));
        }

        /** In order on each connection, as TCP; a loss is a message that was dropped before it was written. */
        private void deliver(NodeId to, Object what, java.util.function.Consumer<Endpoint> arrival) {
            Endpoint other = connected.get(to);
            NodeId here = self().node();
            if (closed || other == null || !passes(here, to, what)) {
                return;
            }
            long atMicros = Math.max(time.nowMicros() + delayMicros(), lastArrivalMicros.getOrDefault(to, 0L));
            lastArrivalMicros.put(to, atMicros);
            time.schedule(atMicros - time.nowMicros(), () -> {
                if (other.connected.get(here) == this && !cuts.contains(new Link(here, to))) {
                    other.tell(() -> arrival.accept(other));
                }
            });
        }

        @Override
        public CompletionStage<PeerResponse> request(NodeId to, PeerRequest request, long timeoutMillis) {
            if (closed || !connected.containsKey(to)) {
                return CompletableFuture.failedFuture(new NotConnectedException(to));
            }
            Pending asked = new Pending(to, new CompletableFuture<>());
            pending.add(asked);
            loop.schedule(timeoutMillis, () -> lose(asked, "the time is over"));
            deliver(to, request, other -> other.listener().requested(self(), request)
                    .whenComplete((response, failure) -> other.deliver(self().node(),
                            response == null ? request : response, back -> answered(asked, response))));
            return asked.answer;
        }

        private void answered(Pending asked, @Nullable PeerResponse response) {
            if (pending.remove(asked)) {
                asked.answer.complete(response == null
                        ? new PeerResponse.Failed(PeerResponse.Kind.OUTCOME_UNKNOWN, "it failed there")
                        : response);
            }
        }

        private void lose(Pending asked, String reason) {
            if (pending.remove(asked)) {
                asked.answer.completeExceptionally(new AnswerLostException(asked.to, reason));
            }
        }

        @Override
        public SortedMap<NodeId, ReplicaId> connected() {
            SortedMap<NodeId, ReplicaId> replicas = new TreeMap<>();
            connected.forEach((node, endpoint) -> replicas.put(node, endpoint.self()));
            return replicas;
        }

        @Override
        public SortedMap<NodeId, String> notConnected() {
            SortedMap<NodeId, String> missing = new TreeMap<>();
            for (NodeId node : addresses.keySet()) {
                if (!connected.containsKey(node) && !node.equals(self().node())) {
                    missing.put(node, "not reachable");
                }
            }
            return missing;
        }

        @Override
        public CompletionStage<Void> stop() {
            CompletableFuture<Void> stopped = new CompletableFuture<>();
            if (self != null) {
                endpoints.remove(self.node(), this);
            }
            close(true);
            loop.execute(() -> stopped.complete(null));
            return stopped;
        }

        private void close(boolean noticed) {
            if (closed) {
                return;
            }
            closed = true;
            for (Pending asked : List.copyOf(pending)) {
                lose(asked, "this node has stopped");
            }
            for (Endpoint other : new ArrayList<>(connected.values())) {
                other.lost(this, noticed);
            }
            connected.clear();
        }

        private void lost(Endpoint other, boolean noticed) {
            NodeId there = other.self().node();
            if (!connected.remove(there, other)) {
                return;
            }
            for (Pending asked : List.copyOf(pending)) {
                if (asked.to.equals(there)) {
                    lose(asked, "the connection broke");
                }
            }
            if (noticed) {
                time.schedule(NOTICE_MICROS, () -> tell(() -> {
                    if (!connected.containsKey(there)) {
                        listener().unreachable(other.self());
                    }
                }));
            }
        }
    }
}
