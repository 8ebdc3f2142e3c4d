package io.quarkiverse.raftconfig.node;

import java.io.IOException;

import io.quarkiverse.raftconfig.core.Recovered;
import io.quarkiverse.raftconfig.core.SnapshotPoint;
import io.quarkiverse.raftconfig.state.ConfigState;
import io.quarkiverse.raftconfig.state.MalformedStateException;

/** The state that the newest snapshot holds, or the empty one. */
final class StateAtStart {
    private StateAtStart() {
    }

    /** @throws StoreDamagedException if the snapshot can't be read */
    static ConfigState read(RaftStore store, Recovered recovered) {
        SnapshotPoint point = recovered.snapshot();
        if (point.equals(SnapshotPoint.NONE)) {
            return new ConfigState();
        }
        try (StoredSnapshot stored = store.readSnapshot(point)) {
            return ConfigState.read(stored.content());
        } catch (IOException | MalformedStateException e) {
            throw new StoreDamagedException("The snapshot at index " + point.last().index() + " of node "
                    + store.identity().nodeId() + " can't be read: " + e.getClass().getSimpleName()
                    + ". Start the version that wrote it. An older copy of the data directory is no way out in a "
                    + "cluster: with it this node could vote twice.", e);
        }
    }
}
