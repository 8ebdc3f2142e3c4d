package io.quarkiverse.raftconfig.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

import org.junit.jupiter.api.Test;

import io.quarkiverse.raftconfig.core.Bytes;
import io.quarkiverse.raftconfig.core.Entry;
import io.quarkiverse.raftconfig.core.HardState;
import io.quarkiverse.raftconfig.core.Payload;
import io.quarkiverse.raftconfig.core.Position;
import io.quarkiverse.raftconfig.core.Recovered;
import io.quarkiverse.raftconfig.core.SnapshotPoint;
import io.quarkiverse.raftconfig.core.StorageId;
import io.quarkiverse.raftconfig.node.StoreWrite;

/** A log from which as much goes as comes takes no more and no more, on disk and in memory. */
class VolumeGrowthTest {
    private static final int BATCH = 100;
    private static final int BETWEEN_CUTS = 2000;
    private static final int CUTS = 200;
    private static final int KEPT = 50;
    /** With room for some commits. */
    private static final int JOURNAL_SECTORS = 1024;

    private final SplittableRandom random = new SplittableRandom(4);
    private final List<Entry> log = new ArrayList<>();
    private SnapshotPoint snapshot = SnapshotPoint.NONE;
    private long largest;
    private int shrunk;
    private int points;

    @Test
    void theVolumeStaysAsLargeAsTheLogNeeds() throws IOException {
        // given a store in which snapshots take the place of entries
        var disk = new FaultyDisk(new SplittableRandom(1));
        try (var store = open(disk)) {
            store.persist(new StoreWrite(new HardState(1, null), List.of(), -1, null, null));

            // when it is written to for long
            for (int cut = 0; cut < CUTS; cut++) {
                append(store);
                cut(store, disk);
            }
        }

        // then the volume was written anew when it had grown, and never held much more than a log at its longest
        assertThat(shrunk).isPositive();
        assertThat(largest).isLessThan(6L * Image.SLICE_BYTES);

        // and a start finds all that is there
        try (var store = open(disk)) {
            Recovered found = store.recovered();
            assertThat(found.snapshot()).isEqualTo(snapshot);
            assertThat(found.entries()).isEqualTo(log);
        }
    }

    @Test
    void noCrashLosesAnythingWhileTheVolumeIsWrittenAnew() throws IOException {
        // given a store whose volume has grown, so that the next cut writes it anew
        int cuts = new VolumeGrowthTest().cutUntilWrittenAnew(Integer.MAX_VALUE);

        // when the process is killed, or the power is cut, at any operation of that cut
        // then each start finds what was there
        assertThat(cutUntilWrittenAnew(cuts)).isEqualTo(cuts);
        assertThat(points).isGreaterThan(10);
    }

    /**
     * @param crashed the cut, from 1, at whose operations the disk is copied and started from
     * @return which cut it was that wrote the volume anew
     */
    private int cutUntilWrittenAnew(int crashed) throws IOException {
        var disk = new FaultyDisk(new SplittableRandom(2));
        int cuts = 0;
        try (var store = open(disk)) {
            store.persist(new StoreWrite(new HardState(1, null), List.of(), -1, null, null));
            while (shrunk == 0) {
                assertThat(++cuts).isLessThan(CUTS);
                append(store);
                if (cuts == crashed) {
                    disk.watch(whole -> {
                        points++;
                        checkStart(disk.fork(points).afterKill());
                        checkStart(disk.fork(points).afterPowerCut());
                    });
                }
                cut(store, disk);
            }
        }
        return cuts;
    }

    private void checkStart(FaultyDisk crashed) {
        try (var store = open(crashed)) {
            Recovered found = store.recovered();
            // The cut may have come to any point.
            assertThat(log).endsWith(found.entries().toArray(Entry[]::new));
            assertThat(found.entries()).hasSizeGreaterThanOrEqualTo(KEPT);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void append(MapDbRaftStore store) {
        for (int i = 0; i < BETWEEN_CUTS; i += BATCH) {
            List<Entry> batch = new ArrayList<>();
            for (int j = 0; j < BATCH; j++) {
                byte[] command = new byte[random.nextInt(20, 180)];
                random.nextBytes(command);
                batch.add(new Entry(new Position(last() + j + 1, 1), new Payload.Command(Bytes.wrap(command))));
            }
            store.persist(new StoreWrite(null, batch, last() + BATCH, null, null));
            log.addAll(batch);
        }
    }

    private void cut(MapDbRaftStore store, FaultyDisk disk) throws IOException {
        snapshot = new SnapshotPoint(new Position(last(), 1), snapshot.membership(), 0);
        store.writeSnapshot(snapshot, out -> out.write(1));
        Position base = new Position(last() - KEPT, 1);
        long before = disk.content(Image.FILE).length;
        while (!store.compact(snapshot, base).equals(base)) {
            // A slice at a time.
        }
        log.subList(0, log.size() - KEPT).clear();
        long after = disk.content(Image.FILE).length;
        largest = Math.max(largest, after);
        if (after < before) {
            shrunk++;
        }
    }

    private long last() {
        return log.isEmpty() ? 0 : log.get(log.size() - 1).index();
    }

    private static MapDbRaftStore open(FaultyDisk disk) throws IOException {
        return MapDbRaftStore.open(disk, JOURNAL_SECTORS, null, () -> RaftStoreContract.NODE, () -> new StorageId(1, 2),
                Runnable::run);
    }
}
