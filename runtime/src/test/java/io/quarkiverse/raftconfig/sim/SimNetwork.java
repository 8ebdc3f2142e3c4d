package io.quarkiverse.raftconfig.sim;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.codec.ByteReader;
import io.quarkiverse.raftconfig.codec.ByteWriter;
import io.quarkiverse.raftconfig.codec.MessageCodec;
import io.quarkiverse.raftconfig.core.Bytes;
import io.quarkiverse.raftconfig.core.ClusterId;
import io.quarkiverse.raftconfig.core.FoundingMessage;
import io.quarkiverse.raftconfig.core.Message;
import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.core.ReplicaId;
import io.quarkiverse.raftconfig.core.StorageId;
import io.quarkiverse.raftconfig.node.PeerRequest;
import io.quarkiverse.raftconfig.node.PeerResponse;
import io.quarkiverse.raftconfig.node.PeerTransport;

/**
 * The network between the nodes. Messages pass through the real codec; each may be lost, delayed, doubled, or overtaken by
 * later ones. A cut is silent, as a cable that is pulled; the end of a process is noticed.
 */
final class SimNetwork {
    private static final int OLD_MESSAGES_KEPT = 256;
    private static final long NOTICE_MICROS = 3_000;
    /** A cluster is founded once a run: what is said for it is doubled in every weather. */
    private static final double FOUNDING_DOUBLE_RATE = 0.1;

    private final VirtualTime time;
    private final SimOptions options;
    private final SplittableRandom random;
    private final Observer observer;
    private final SortedMap<NodeId, Endpoint> endpoints = new TreeMap<>();
    private final boolean[][] cut;
    /** What was said once, to be heard again. */
    private final List<Sent> old = new ArrayList<>();
    private int oldAt;
    private final List<OldFounding> oldFounding = new ArrayList<>();
    private Weather weather;

    /** Who looks on. */
    interface Observer {
        void sent(ReplicaId from, Message message, long hash);

        void seen(Scene scene);
    }

    /** How things are on all links; of the rates each is a probability. */
    record Weather(long delayMicrosMin, long delayMicrosMax, double lossRate, double doubleRate, double lateRate) {
    }

    private record Sent(ReplicaId from, ReplicaId to, Bytes bytes) {
    }

    private record OldFounding(ReplicaId from, NodeId to, FoundingMessage message) {
    }

    SimNetwork(VirtualTime time, SimOptions options, SplittableRandom random, Observer observer) {
        this.time = time;
        this.options = options;
        this.random = random;
        this.observer = observer;
        this.weather = options.weather();
        this.cut = new boolean[options.allNodes()][options.allNodes()];
    }

    PeerTransport transport(int number, SimLoop loop) {
        return new Endpoint(number, loop);
    }

    void weather(Weather now) {
        weather = now;
    }

    Weather weather() {
        return weather;
    }

    /** Nothing passes from the one to the other, by their numbers. */
    void cut(int from, int to) {
        cut[from][to] = true;
    }

    void heal() {
        for (boolean[] from : cut) {
            Arrays.fill(from, false);
        }
    }

    /** The process is gone: its connections break. */
    void kill(NodeId node) {
        Endpoint endpoint = endpoints.remove(node);
        if (endpoint != null) {
            // The dead are told nothing.
            endpoint.pending.clear();
            endpoint.close();
        }
    }

    /** The connection of two nodes breaks; it is made again at once if nothing is cut. */
    void reset(NodeId a, NodeId b) {
        Endpoint one = endpoints.get(a);
        Endpoint other = endpoints.get(b);
        if (one != null && other != null && one.connected.get(b) == other) {
            one.lost(other, true);
            other.lost(one, true);
            one.connectLater(other);
        }
    }

    /** Something that was said long ago is heard again; of the founding, if its sender still is the same. */
    void replayOld() {
        if (!oldFounding.isEmpty() && random.nextInt(4) == 0) {
            OldFounding sent = oldFounding.get(random.nextInt(oldFounding.size()));
            Endpoint from = endpoints.get(sent.from.node());
            Endpoint to = endpoints.get(sent.to);
            if (from != null && to != null && from.self().equals(sent.from)) {
                observer.seen(Scene.FOUNDING_HEARD_AGAIN);
                to.hear(hears -> hears.received(sent.from, sent.message));
            }
        } else if (!old.isEmpty()) {
            observer.seen(Scene.OLD_MESSAGE_REPLAYED);
            Sent sent = old.get(random.nextInt(old.size()));
            arrive(sent, random.nextLong(1_000));
        }
    }

    /** {@code node}, if it belongs to a cluster, hears one of another, and what was meant for one who had its name. */
    void hearStrangers(NodeId node, SplittableRandom draw) {
        Endpoint to = endpoints.get(node);
        if (to == null || to.clusterId == null) {
            return;
        }
        observer.seen(Scene.STRANGERS_HEARD);
        ReplicaId here = to.self();
        ReplicaId gone = new ReplicaId(node, new StorageId(draw.nextLong(), draw.nextLong()));
        ReplicaId stranger = new ReplicaId(NoStrangers.STRANGER, new StorageId(draw.nextLong(), draw.nextLong()));
        ClusterId theirs = new ClusterId(draw.nextLong(), draw.nextLong());
        to.hear(hears -> hears.connected(stranger, theirs));
        for (Message message : NoStrangers.messages(stranger, here)) {
            to.hear(hears -> hears.received(message));
        }
        for (NodeId peer : List.copyOf(to.connected.keySet())) {
            ReplicaId member = endpoints.containsKey(peer) ? endpoints.get(peer).self() : stranger;
            for (Message message : NoStrangers.messages(member, gone)) {
                to.hear(hears -> hears.received(message));
            }
        }
        for (Sent sent : List.copyOf(old)) {
            Message again = MessageCodec.read(new ByteReader(sent.bytes.toArray()), stranger, here);
            if (again != null) {
                to.hear(hears -> hears.received(again));
            }
        }
    }

    private void send(Endpoint from, Message message) {
        ByteWriter out = new ByteWriter();
        MessageCodec.write(out, message);
        Sent sent = new Sent(message.from(), message.to(), Bytes.wrap(out.toArray()));
        observer.sent(message.from(), message, Hashes.of(sent.bytes));
        keep(sent);
        Endpoint to = from.connected.get(message.to().node());
        if (to == null || !to.self().equals(message.to()) || isLost(from, to)) {
            return;
        }
        arrive(sent, delayMicros());
        if (weather.doubleRate > 0 && random.nextDouble() < weather.doubleRate) {
            arrive(sent, delayMicros() + random.nextLong(options.electionTimeoutMillis() * 1000L));
        }
    }

    private void keep(Sent sent) {
        if (old.size() < OLD_MESSAGES_KEPT) {
            old.add(sent);
        } else if (random.nextInt(16) == 0) {
            old.set(oldAt++ % OLD_MESSAGES_KEPT, sent);
        }
    }

    private void arrive(Sent sent, long delayMicros) {
        time.schedule(delayMicros, () -> {
            Endpoint to = endpoints.get(sent.to.node());
            Endpoint from = endpoints.get(sent.from.node());
            // Whoever lives there now: a message for an incarnation that is gone must change nothing.
            if (to != null && from != null && !cut[from.number][to.number]) {
                Message read = MessageCodec.read(new ByteReader(sent.bytes.toArray()), sent.from, sent.to);
                if (read == null) {
                    throw new Violation("Codec", "a message that this build wrote is unknown to it");
                }
                to.hear(listener -> listener.received(read));
            }
        });
    }

    private boolean isLost(Endpoint from, Endpoint to) {
        return cut[from.number][to.number] || (weather.lossRate > 0 && random.nextDouble() < weather.lossRate);
    }

    private long delayMicros() {
        long delay = weather.delayMicrosMin + random.nextLong(weather.delayMicrosMax - weather.delayMicrosMin + 1);
        boolean late = weather.lateRate > 0 && random.nextDouble() < weather.lateRate;
        return late ? delay + random.nextLong(options.electionTimeoutMillis() * 3000L) : delay;
    }

    /** One life of one node, as its peers see it. */
    private final class Endpoint implements PeerTransport {
        private final int number;
        private final SimLoop loop;
        private final SortedMap<NodeId, Endpoint> connected = new TreeMap<>();
        private SortedMap<NodeId, ReplicaId> shown = Collections.emptySortedMap();
        private final Set<Pending> pending = new LinkedHashSet<>();
        private SortedMap<NodeId, String> addresses = new TreeMap<>();
        private List<NodeId> seeks = List.of();
        private @Nullable ReplicaId self;
        private @Nullable ClusterId clusterId;
        private @Nullable Listener listener;
        private boolean closed;

        private record Pending(NodeId to, CompletableFuture<PeerResponse> answer) {
        }

        Endpoint(int number, SimLoop loop) {
            this.number = number;
            this.loop = loop;
        }

        private ReplicaId self() {
            if (self == null) {
                throw new IllegalStateException("not started");
            }
            return self;
        }

        private void hear(Consumer<Listener> event) {
            Listener hears = listener;
            if (hears != null) {
                loop.run(() -> {
                    if (!closed) {
                        event.accept(hears);
                    }
                });
            }
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

        private void connectAll() {
            for (Endpoint other : List.copyOf(endpoints.values())) {
                if (other != this && isToBeConnectedWith(other)) {
                    connectLater(other);
                }
            }
        }

        private boolean isToBeConnectedWith(Endpoint other) {
            return names(other) || other.names(this);
        }

        private boolean names(Endpoint other) {
            return addresses.containsKey(other.self().node()) || seeks.contains(other.self().node());
        }

        private void connectLater(Endpoint other) {
            time.schedule(500 + weather.delayMicrosMin + random.nextLong(2_000), () -> connect(other));
        }

        /** Tried again and again, as a dialler does. */
        private void connect(Endpoint other) {
            NodeId here = self().node();
            NodeId there = other.self().node();
            if (closed || other.closed || connected.get(there) == other || !isToBeConnectedWith(other)) {
                return;
            }
            boolean strangers = clusterId != null && other.clusterId != null && !clusterId.equals(other.clusterId);
            if (strangers || cut[number][other.number] || cut[other.number][number] || loop.isPaused()
                    || other.loop.isPaused()) {
                time.schedule(options.electionTimeoutMillis() * 250L, () -> connect(other));
                return;
            }
            join(there, other);
            other.join(here, this);
            hear(hears -> hears.connected(other.self(), other.clusterId));
            other.hear(hears -> hears.connected(self(), clusterId));
        }

        private void join(NodeId there, Endpoint other) {
            connected.put(there, other);
            show();
        }

        private void show() {
            SortedMap<NodeId, ReplicaId> replicas = new TreeMap<>();
            connected.forEach((node, endpoint) -> replicas.put(node, endpoint.self()));
            shown = Collections.unmodifiableSortedMap(replicas);
        }

        @Override
        public void joined(ClusterId joined) {
            clusterId = joined;
            for (Endpoint peer : List.copyOf(connected.values())) {
                deliver(peer, false, hears -> hears.connected(self(), joined));
            }
        }

        @Override
        public void send(Message message) {
            if (!closed) {
                SimNetwork.this.send(this, message);
            }
        }

        @Override
        public void send(NodeId to, FoundingMessage message) {
            Endpoint other = connected.get(to);
            if (other != null) {
                ByteWriter out = new ByteWriter();
                MessageCodec.write(out, message);
                FoundingMessage read = MessageCodec.readFounding(new ByteReader(out.toArray()));
                if (!message.equals(read)) {
                    throw new Violation("Codec", "a message of the founding is read as another");
                }
                Consumer<Listener> arrival = hears -> hears.received(self(), message);
                deliver(other, true, arrival);
                if (random.nextDouble() < Math.max(FOUNDING_DOUBLE_RATE, weather.doubleRate)) {
                    observer.seen(Scene.FOUNDING_HEARD_AGAIN);
                    time.schedule(random.nextLong(options.electionTimeoutMillis() * 3000L),
                            () -> deliver(other, true, arrival));
                }
                if (oldFounding.size() < OLD_MESSAGES_KEPT) {
                    oldFounding.add(new OldFounding(self(), to, message));
                }
            }
        }

        /** @param mayBeLost what the handshake says is not, while the connection holds */
        private void deliver(Endpoint other, boolean mayBeLost, Consumer<Listener> arrival) {
            if (closed || (mayBeLost && isLost(this, other))) {
                return;
            }
            time.schedule(delayMicros(), () -> {
                if (connected.get(other.self().node()) == other && !cut[number][other.number]) {
                    other.hear(arrival);
                } else if (!mayBeLost && connected.get(other.self().node()) == other) {
                    time.schedule(options.electionTimeoutMillis() * 250L, () -> deliver(other, false, arrival));
                }
            });
        }

        @Override
        public void seek(List<String> sought) {
            seeks = sought.stream().map(address -> new NodeId(address.substring(0, address.indexOf(':')))).toList();
            if (self != null) {
                connectAll();
            }
        }

        @Override
        public CompletionStage<PeerResponse> request(NodeId to, PeerRequest request, long timeoutMillis) {
            Endpoint other = connected.get(to);
            if (closed || other == null) {
                return CompletableFuture.failedFuture(new NotConnectedException(to));
            }
            Pending asked = new Pending(to, new CompletableFuture<>());
            pending.add(asked);
            loop.schedule(timeoutMillis, () -> lose(asked, "the time is over"));
            if (request instanceof PeerRequest.InstallSnapshot && weather.doubleRate > 0
                    && random.nextDouble() < weather.doubleRate) {
                deliver(other, true, hears -> hears.requested(self(), request));
            }
            deliver(other, true, hears -> hears.requested(self(), request)
                    .whenComplete((response, failure) -> other.deliver(this, true, back -> answered(asked, response))));
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
            return shown;
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
            close();
            loop.execute(() -> stopped.complete(null));
            return stopped;
        }

        private void close() {
            if (closed) {
                return;
            }
            closed = true;
            for (Pending asked : List.copyOf(pending)) {
                lose(asked, "this node has stopped");
            }
            for (Endpoint other : List.copyOf(connected.values())) {
                other.lost(this, true);
            }
            connected.clear();
            show();
        }

        private void lost(Endpoint other, boolean noticed) {
            NodeId there = other.self().node();
            if (!connected.remove(there, other)) {
                return;
            }
            show();
            if (noticed && !closed) {
                time.schedule(NOTICE_MICROS, () -> loop.run(() -> broken(other, there)));
            }
        }

        private void broken(Endpoint other, NodeId there) {
            for (Pending asked : List.copyOf(pending)) {
                if (asked.to.equals(there)) {
                    lose(asked, "the connection broke");
                }
            }
            Listener hears = listener;
            if (!closed && hears != null && !connected.containsKey(there)) {
                hears.unreachable(other.self());
            }
        }
    }
}
