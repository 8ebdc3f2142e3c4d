package io.quarkiverse.raftconfig.sim;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

import io.quarkiverse.raftconfig.Property;
import io.quarkiverse.raftconfig.core.Bytes;
import io.quarkiverse.raftconfig.core.SnapshotPoint;
import io.quarkiverse.raftconfig.state.PublishedState;

/**
 * Figure 3: no two nodes apply different entries at one index. Seen by what comes of it: after an index all show the state
 * that what was committed up to there makes, and write and receive the same snapshot, outcomes and times included.
 */
final class StateMachineSafety extends Invariant {
    private final StateModel model;
    private final Map<Long, Long> snapshots = new HashMap<>();

    StateMachineSafety(StateModel model) {
        this.model = model;
    }

    @Override
    void started(SimNode node) {
        same(node, node.requireLife().state);
    }

    @Override
    void shown(SimNode node, PublishedState before, PublishedState now) {
        same(node, now);
    }

    private void same(SimNode node, PublishedState state) {
        require(model.hashAt(state.lastApplied()) == hash(state.revision(), state.properties().values()),
                () -> node + " shows another state at index " + state.lastApplied() + " than what was committed makes");
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
        return hash(state.revision(), state.properties().values());
    }

    static long hash(long revision, Collection<Property> properties) {
        long hash = Hashes.mix(revision, properties.size());
        for (Property property : properties) {
            hash = Hashes.mix(hash, property.name().hashCode(), property.value().hashCode());
            hash = Hashes.mix(hash, property.revision(), property.version());
            hash = Hashes.mix(hash, property.createdRevision(), property.modifiedAt().toEpochMilli());
        }
        return hash;
    }
}
