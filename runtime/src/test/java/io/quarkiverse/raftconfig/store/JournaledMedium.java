package io.quarkiverse.raftconfig.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.SplittableRandom;

import io.quarkiverse.raftconfig.core.ReplicaId;
import io.quarkiverse.raftconfig.node.RaftStore;
import io.quarkiverse.raftconfig.sim.Medium;
import io.quarkiverse.raftconfig.store.FaultyDisk.PowerCut;

/** The real store, for whole clusters in simulation: a crash may lose any sector that was not forced. */
public final class JournaledMedium implements Medium {
    private static final int JOURNAL_SECTORS = 48;

    private final ReplicaId replica;
    private final SplittableRandom random;
    private FaultyDisk disk;

    /** An empty disk, for the store of {@code replica}. */
    public JournaledMedium(ReplicaId replica, SplittableRandom random) {
        this.replica = replica;
        this.random = random;
        this.disk = new FaultyDisk(random.split());
    }

    @Override
    public RaftStore open() {
        try {
            return MapDbRaftStore.open(disk, JOURNAL_SECTORS, null, replica::node, replica::storage, Runnable::run);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void crash(Runnable underWay) {
        disk.cutPowerAt(1 + random.nextInt(8));
        try {
            underWay.run();
        } catch (PowerCut | UncheckedIOException e) {
            // The power has gone in the middle of it.
        }
        crash();
    }

    @Override
    public void crash() {
        disk = disk.isPowerOff() || random.nextBoolean() ? disk.afterPowerCut() : disk.afterKill();
    }

    @Override
    public int cutEntriesMax() {
        return MapDbRaftStore.CUT_ENTRIES_MAX;
    }

    /** What was not forced is lost too. */
    @Override
    public Damage damage() {
        disk = disk.afterPowerCut();
        List<String> files = disk.list().stream().filter(file -> disk.content(file).length > 0).toList();
        if (files.isEmpty()) {
            return Damage.NONE;
        }
        if (random.nextInt(5) < 2) {
            disk.failNextRead("Input/output error");
            return Damage.READ_FAILS;
        }
        // In one of them much of what is there may not matter any more.
        boolean inAll = random.nextBoolean();
        int chosen = random.nextInt(files.size());
        for (String file : inAll ? files : List.of(files.get(chosen))) {
            byte[] content = disk.content(file);
            content[random.nextInt(content.length)] ^= (byte) (1 << random.nextInt(8));
            disk.setContent(file, content);
        }
        return Damage.BIT_FLIPPED;
    }
}
