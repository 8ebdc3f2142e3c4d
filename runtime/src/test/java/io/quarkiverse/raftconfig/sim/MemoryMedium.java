package io.quarkiverse.raftconfig.sim;

import java.util.SplittableRandom;

import io.quarkiverse.raftconfig.core.ReplicaId;
import io.quarkiverse.raftconfig.node.InMemoryRaftStore;
import io.quarkiverse.raftconfig.node.RaftStore;

/** The store of the tests of the node: fast, and as atomic as the contract says. */
final class MemoryMedium implements Medium {
    private final InMemoryRaftStore.Disk disk;
    private final SplittableRandom random;

    MemoryMedium(ReplicaId replica, SplittableRandom random) {
        this.disk = new InMemoryRaftStore.Disk(replica.node(), replica.storage());
        this.random = random;
    }

    @Override
    public RaftStore open() {
        return disk.open();
    }

    @Override
    public void crash(Runnable underWay) {
        if (random.nextBoolean()) {
            underWay.run();
        }
    }

    @Override
    public void crash() {
    }

    @Override
    public int cutEntriesMax() {
        return Integer.MAX_VALUE;
    }

    @Override
    public Damage damage() {
        return Damage.NONE;
    }
}
