package io.quarkiverse.raftconfig.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.quarkiverse.raftconfig.Expectation;
import io.quarkiverse.raftconfig.core.ClusterId;
import io.quarkiverse.raftconfig.core.FoundingMessage;
import io.quarkiverse.raftconfig.core.FoundingRecord;
import io.quarkiverse.raftconfig.core.Message;
import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.core.Position;
import io.quarkiverse.raftconfig.core.RaftSettings;
import io.quarkiverse.raftconfig.core.Recovered;
import io.quarkiverse.raftconfig.core.ReplicaId;
import io.quarkiverse.raftconfig.core.SnapshotPoint;
import io.quarkiverse.raftconfig.node.Identity;
import io.quarkiverse.raftconfig.node.NodeSettings;
import io.quarkiverse.raftconfig.node.NodeThreads;
import io.quarkiverse.raftconfig.node.PeerRequest;
import io.quarkiverse.raftconfig.node.PeerResponse;
import io.quarkiverse.raftconfig.node.PeerTransport;
import io.quarkiverse.raftconfig.node.RaftNode;
import io.quarkiverse.raftconfig.node.RaftStore;
import io.quarkiverse.raftconfig.node.SnapshotSink;
import io.quarkiverse.raftconfig.node.StoreWrite;
import io.quarkiverse.raftconfig.node.StoredSnapshot;
import io.quarkiverse.raftconfig.state.Outcome;
import io.quarkiverse.raftconfig.state.Transaction;
import io.quarkiverse.raftconfig.wire.VertxLoop;

/**
 * An interrupt closes a file for good. Nobody interrupts a node's threads, from its start to its end; and if somebody did,
 * the node would take no part any more, and nothing that it acknowledged would be lost. On real threads and a real
 * directory.
 */
class InterruptTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final NodeId A = new NodeId("a");

    @TempDir
    Path directory;

    @Test
    void nobodyInterruptsAThreadOfTheNodeThroughItsWholeLife() throws Exception {
        for (boolean inTime : new boolean[] { true, false }) {
            // given a node that takes snapshots all the time
            var node = new Running(directory.resolve("in-time-" + inTime));
            for (int i = 0; i < 60; i++) {
                node.put("name" + i, "value");
            }

            // when it is stopped in the middle of a snapshot, in order or with no time at all
            node.store.holdSnapshot = new CountDownLatch(1);
            for (int i = 0; i < 12; i++) {
                node.put("name" + i, "again");
            }
            await().atMost(PATIENCE).until(() -> node.store.snapshotsHeld.get() > 0);
            CompletionStage<Void> stopped = node.raft.stop(inTime ? 10_000 : 1);
            await().atMost(PATIENCE).until(() -> stopped.toCompletableFuture().isDone());
            node.store.holdSnapshot.countDown();
            assertThat(node.threads.awaitEnd(PATIENCE.toMillis())).isTrue();
            node.loop.close();

            // then the store was called by the threads that own it, and none of them was ever interrupted
            assertThat(node.store.callers).containsExactlyInAnyOrder("raft-config-store", "raft-config-files");
            assertThat(node.store.calls).hasValueGreaterThan(60);
            assertThat(node.store.interrupted).hasValue(0);
        }
    }

    @Test
    void aNodeWhoseStoreThreadIsInterruptedTakesNoPartAnyMoreAndLosesNothing() throws Exception {
        // given a node that has acknowledged some writes
        Path path = directory.resolve("data");
        var node = new Running(path);
        for (int i = 0; i < 10; i++) {
            node.put("name" + i, "value" + i);
        }

        // when the thread of its store is interrupted, at the next write
        node.store.interruptNext = true;
        assertThatThrownBy(() -> node.put("late", "1")).isInstanceOf(ExecutionException.class);

        // then it says that it takes no part any more, refuses, and still shows what it has
        await().atMost(PATIENCE).until(() -> node.raft.status().degraded() != null);
        assertThat(node.raft.status().degraded()).isEqualTo("the data directory can't be written");
        assertThatThrownBy(() -> node.put("later", "1")).isInstanceOf(ExecutionException.class);
        assertThat(node.raft.state().find("name9")).isNotNull();
        assertThat(node.raft.state().find("later")).isNull();
        node.close();

        // and another start finds all that was acknowledged, and goes on
        var again = new Running(path);
        await().atMost(PATIENCE).until(() -> again.raft.status().caughtUp());
        for (int i = 0; i < 10; i++) {
            assertThat(again.raft.state().find("name" + i)).isNotNull();
        }
        again.put("after", "1");
        again.close();
    }

    @Test
    void theSameHoldsWhenTheFileThreadIsInterrupted() throws Exception {
        // given a node
        Path path = directory.resolve("data");
        var node = new Running(path);
        node.put("name", "value");

        // when the thread that writes its snapshots is interrupted in the middle of one
        node.store.interruptNextSnapshot = true;
        int written = 0;
        while (node.raft.status().degraded() == null && written < 1_000) {
            try {
                node.put("name" + written, "value");
                written++;
            } catch (ExecutionException e) {
                await().atMost(PATIENCE).until(() -> node.raft.status().degraded() != null);
            }
        }

        // then it takes no part any more, and another start finds all that was acknowledged
        assertThat(node.raft.status().degraded()).isNotNull();
        node.close();
        var again = new Running(path);
        await().atMost(PATIENCE).until(() -> again.raft.status().caughtUp());
        for (int i = 0; i < written; i++) {
            assertThat(again.raft.state().find("name" + i)).isNotNull();
        }
        again.close();
    }

    /** A cluster of one, on real threads. */
    private static final class Running {
        private final NodeThreads threads = new NodeThreads();
        private final VertxLoop loop = new VertxLoop();
        private final WatchedStore store;
        private final RaftNode raft;

        Running(Path path) throws Exception {
            store = new WatchedStore(MapDbRaftStore.open(path, null, () -> A, threads.files()));
            var settings = new NodeSettings(RaftSettings.DEFAULTS, new TreeMap<>(), 10, 16 << 20, 1024, 10_000, 600_000);
            raft = RaftNode.start(settings, new RaftNode.Ports(loop, threads, store, new Nobody()), new SplittableRandom(1));
            raft.caughtUp().toCompletableFuture().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        }

        void put(String name, String value) throws Exception {
            var change = new Transaction.Change(name, value, Expectation.none());
            Outcome outcome = raft.propose(new Transaction("test", null, null, List.of(change)), 10_000).toCompletableFuture()
                    .get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            assertThat(outcome).isInstanceOf(Outcome.Applied.class);
        }

        void close() throws Exception {
            raft.stop(10_000).toCompletableFuture().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            assertThat(threads.awaitEnd(PATIENCE.toMillis())).isTrue();
            loop.close();
        }
    }

    /** Sees which threads call a store, and whether one of them was interrupted. */
    private static final class WatchedStore implements RaftStore {
        private final RaftStore store;
        private final Set<String> callers = ConcurrentHashMap.newKeySet();
        private final AtomicInteger calls = new AtomicInteger();
        private final AtomicInteger interrupted = new AtomicInteger();
        private final AtomicInteger snapshotsHeld = new AtomicInteger();
        private volatile boolean interruptNext;
        private volatile boolean interruptNextSnapshot;
        private volatile @Nullable CountDownLatch holdSnapshot;

        WatchedStore(RaftStore store) {
            this.store = store;
        }

        private void called() {
            callers.add(Thread.currentThread().getName());
            calls.incrementAndGet();
            watch();
        }

        private void watch() {
            if (Thread.currentThread().isInterrupted()) {
                interrupted.incrementAndGet();
            }
        }

        @Override
        public Identity identity() {
            return store.identity();
        }

        @Override
        public @Nullable FoundingRecord founding() {
            return store.founding();
        }

        @Override
        public Recovered recovered() {
            return store.recovered();
        }

        @Override
        public StoredSnapshot readSnapshot(SnapshotPoint point) throws IOException {
            return store.readSnapshot(point);
        }

        @Override
        public void persist(StoreWrite write) {
            called();
            if (interruptNext) {
                Thread.currentThread().interrupt();
            }
            store.persist(write);
            watch();
        }

        @Override
        public void writeSnapshot(SnapshotPoint point, SnapshotContent content) throws IOException {
            called();
            store.writeSnapshot(point, out -> {
                CountDownLatch hold = holdSnapshot;
                if (hold != null) {
                    snapshotsHeld.incrementAndGet();
                    try {
                        hold.await();
                    } catch (InterruptedException e) {
                        interrupted.incrementAndGet();
                    }
                }
                if (interruptNextSnapshot) {
                    Thread.currentThread().interrupt();
                }
                content.writeTo(out);
            });
            watch();
        }

        @Override
        public SnapshotSink receiveSnapshot(SnapshotPoint point) throws IOException {
            return store.receiveSnapshot(point);
        }

        @Override
        public Position compact(SnapshotPoint point, Position base) {
            called();
            Position reached = store.compact(point, base);
            watch();
            return reached;
        }

        @Override
        public void close() {
            called();
            store.close();
            watch();
        }
    }

    /** A transport of a node that is alone. */
    private static final class Nobody implements PeerTransport {
        @Override
        public void seek(List<String> addresses) {
        }

        @Override
        public CompletionStage<Void> start(Local local, Listener listener) {
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public void connectTo(SortedMap<NodeId, String> addresses) {
        }

        @Override
        public void joined(ClusterId clusterId) {
        }

        @Override
        public void send(Message message) {
        }

        @Override
        public void send(NodeId to, FoundingMessage message) {
        }

        @Override
        public CompletionStage<PeerResponse> request(NodeId to, PeerRequest request, long timeoutMillis) {
            return CompletableFuture.failedFuture(new NotConnectedException(to));
        }

        @Override
        public SortedMap<NodeId, ReplicaId> connected() {
            return new TreeMap<>();
        }

        @Override
        public SortedMap<NodeId, String> notConnected() {
            return new TreeMap<>();
        }

        @Override
        public CompletionStage<Void> stop() {
            return CompletableFuture.completedFuture(null);
        }
    }
}
