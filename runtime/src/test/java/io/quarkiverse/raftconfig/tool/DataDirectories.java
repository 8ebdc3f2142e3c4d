package io.quarkiverse.raftconfig.tool;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

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
import io.quarkiverse.raftconfig.core.SnapshotPoint;
import io.quarkiverse.raftconfig.core.StorageId;
import io.quarkiverse.raftconfig.node.StoreWrite;
import io.quarkiverse.raftconfig.state.ConfigState;
import io.quarkiverse.raftconfig.state.Transaction;
import io.quarkiverse.raftconfig.state.TransactionCodec;
import io.quarkiverse.raftconfig.store.MapDbRaftStore;

/** Makes the data directory of node a of a cluster of three, as it would be after some writes. */
final class DataDirectories {
    static final NodeId A = new NodeId("a");
    static final ReplicaId B = new ReplicaId(new NodeId("b"), new StorageId(3, 4));
    static final ReplicaId C = new ReplicaId(new NodeId("c"), new StorageId(5, 6));
    static final ReplicaId D = new ReplicaId(new NodeId("d"), new StorageId(7, 8));
    static final ClusterId CLUSTER = new ClusterId(7, 8);
    /** The value of every property. */
    static final String VALUE = "canary-3f9c";
    private static final Transaction.Stamp STAMP = new Transaction.Stamp(1_000, 100, 1_000_000);
    static final Transaction ONCE = put("once", "key-1");

    private DataDirectories() {
    }

    static Transaction put(String name, String idempotencyKey) {
        return new Transaction(STAMP, "test", null, idempotencyKey,
                List.of(new Transaction.Change(name, VALUE, Expectation.none())));
    }

    /** Entry 1 is the membership, 2 is {@link #ONCE}, 3 to {@code last} put p3 and so on; committed up to {@code commit}. */
    static void make(Path directory, int last, int commit) {
        try (var store = open(directory)) {
            ReplicaId self = store.identity().replica();
            List<Entry> entries = new ArrayList<>();
            entries.add(new Entry(new Position(1, 1), new Payload.MembershipChange(abc(self))));
            entries.add(entry(2, ONCE));
            for (int i = 3; i <= last; i++) {
                entries.add(entry(i, put("p" + i, "key-" + i)));
            }
            store.persist(new StoreWrite(new HardState(4, B), entries, commit, CLUSTER, null));
        }
    }

    static void append(Path directory, Entry entry) {
        try (var store = open(directory)) {
            store.persist(new StoreWrite(null, List.of(entry), -1, null, null));
        }
    }

    /** Of all that is committed, with the log before it cut off. */
    static void takeSnapshot(Path directory) throws IOException {
        try (var store = open(directory)) {
            var log = store.recovered();
            ConfigState state = new ConfigState();
            Position at = Position.ZERO;
            for (Entry entry : log.entries().subList(0, (int) log.commitIndex())) {
                if (entry.payload() instanceof Payload.Command command) {
                    state.apply(entry.index(), command.bytes().toArray());
                } else {
                    state.skip(entry.index());
                }
                at = entry.position();
            }
            SnapshotPoint point = new SnapshotPoint(at, abc(store.identity().replica()), 1);
            store.writeSnapshot(point, state.image()::writeTo);
            store.compact(point, at);
        }
    }

    static Entry entry(long index, Transaction transaction) {
        return new Entry(new Position(index, index < 5 ? 1 : 3),
                new Payload.Command(Bytes.wrap(TransactionCodec.encode(transaction))));
    }

    static Membership abc(ReplicaId self) {
        return Membership.of(voters(self, B, C), new TreeMap<>(Map.of(A, "a.example:7420", B.node(), "b:7420")));
    }

    static SortedSet<ReplicaId> voters(ReplicaId... replicas) {
        return new TreeSet<>(List.of(replicas));
    }

    static MapDbRaftStore open(Path directory) {
        return MapDbRaftStore.open(directory, A, () -> A, Runnable::run);
    }
}
