package io.quarkiverse.raftconfig.sim;

import java.util.HashMap;
import java.util.Map;

import io.quarkiverse.raftconfig.Property;
import io.quarkiverse.raftconfig.core.Bytes;
import io.quarkiverse.raftconfig.core.SnapshotPoint;
import io.quarkiverse.raftconfig.state.PublishedState;

/**
 * Figure 3: no two nodes apply different entries at one index. Seen by what comes of it: after the same index all show the
 * same state, and write and receive the same snapshot, outcomes and times included.
 */
final class StateMachineSafety extends Invariant {
    private final Map<Long, Long> states = new HashMap<>();
    private final Map<Long, Long> snapshots = new HashMap<>();

    @Override
    void started(SimNode node) {
        same(node, node.requireLife().state);
    }

    @Override
    void shown(SimNode node, PublishedState before, PublishedState now) {
        same(node, now);
    }

    private void same(SimNode node, PublishedState state) {
        Long known = states.putIfAbsent(state.lastApplied(), hash(state));
        require(known == null || known == hash(state),
                () -> node + " shows another state at index " + state.lastApplied() + " than a node did before");
    }

    @Override
    void snapshotWritten(SimNode node, SnapshotPoint point, Bytes content) {
        long hash = hash(point, content);
        Long known = snapshots.putIfAbsent(point.last().index(), hash);
        require(known == null || known == hash,
                () -> node + " writes another snapshot at " + point.last() + " than a node did before");
    }

    @Override
    void snapshotReceived(SimNode node, SnapshotPoint point, Bytes content) {
        require(Long.valueOf(hash(point, content)).equals(snapshots.get(point.last().index())),
                () -> node + " receives a snapshot at " + point.last() + " that no node has written");
    }

    private static long hash(SnapshotPoint point, Bytes content) {
        return Hashes.mix(Hashes.mix(Hashes.of(content), point.last().term(), point.membershipIndex()),
                point.membership().hashCode());
    }

    static long hash(PublishedState state) {
        long hash = Hashes.mix(state.revision(), state.properties().size());
        for (Property property : state.properties().values()) {
            hash = Hashes.mix(hash, property.name().hashCode(), property.value().hashCode());
            hash = Hashes.mix(hash, property.revision(), property.version());
        }
        return hash;
    }
}
