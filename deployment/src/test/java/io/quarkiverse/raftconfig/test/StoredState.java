package io.quarkiverse.raftconfig.test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import io.quarkiverse.raftconfig.Expectation;
import io.quarkiverse.raftconfig.core.Bytes;
import io.quarkiverse.raftconfig.core.ClusterId;
import io.quarkiverse.raftconfig.core.Entry;
import io.quarkiverse.raftconfig.core.HardState;
import io.quarkiverse.raftconfig.core.Membership;
import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.core.Payload;
import io.quarkiverse.raftconfig.core.Position;
import io.quarkiverse.raftconfig.core.ReplicaId;
import io.quarkiverse.raftconfig.core.StorageId;
import io.quarkiverse.raftconfig.node.StoreWrite;
import io.quarkiverse.raftconfig.state.Transaction;
import io.quarkiverse.raftconfig.state.TransactionCodec;
import io.quarkiverse.raftconfig.store.MapDbRaftStore;

/** Data directories as an earlier run leaves them, made without one. */
final class StoredState {
    private StoredState() {
    }

    /** A directory that is not there yet. */
    static Path newDirectory() {
        try {
            Files.createDirectories(Path.of("target"));
            return Files.createTempDirectory(Path.of("target"), "stored-").resolve("node").toAbsolutePath();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Fills {@code directory} with the committed log of a node.
     *
     * @param others the other voters of its cluster
     */
    static void write(Path directory, String nodeId, List<String> others, Map<String, String> properties) {
        ExecutorService files = Executors.newSingleThreadExecutor();
        try (MapDbRaftStore store = MapDbRaftStore.open(directory, new NodeId(nodeId), () -> new NodeId(nodeId), files)) {
            TreeSet<ReplicaId> voters = new TreeSet<>();
            voters.add(store.identity().replica());
            others.forEach(other -> voters.add(new ReplicaId(new NodeId(other), new StorageId(7, other.hashCode()))));
            List<Entry> log = new ArrayList<>();
            log.add(new Entry(new Position(1, 1),
                    new Payload.MembershipChange(Membership.of(voters, new TreeMap<>()))));
            new TreeMap<>(properties).forEach((name, value) -> log.add(command(log.size() + 1, name, value)));
            store.persist(new StoreWrite(new HardState(1, null), log, log.size(), new ClusterId(1, 2), null));
        } finally {
            files.shutdown();
        }
    }

    private static Entry command(int index, String name, String value) {
        Transaction transaction = new Transaction(new Transaction.Stamp(index, 10, 1000), "test", null, null,
                List.of(new Transaction.Change(name, value, Expectation.none())));
        return new Entry(new Position(index, 1), new Payload.Command(Bytes.wrap(TransactionCodec.encode(transaction))));
    }
}
