package io.quarkiverse.raftconfig.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.quarkiverse.raftconfig.core.ClusterId;
import io.quarkiverse.raftconfig.core.Entry;
import io.quarkiverse.raftconfig.core.HardState;
import io.quarkiverse.raftconfig.core.Membership;
import io.quarkiverse.raftconfig.core.Position;
import io.quarkiverse.raftconfig.core.Recovered;
import io.quarkiverse.raftconfig.core.ReplicaId;
import io.quarkiverse.raftconfig.core.SnapshotPoint;
import io.quarkiverse.raftconfig.core.StorageId;
import io.quarkiverse.raftconfig.store.FaultyDisk.PowerCut;
import io.quarkiverse.raftconfig.store.Workload.Found;

/**
 * A store becomes another cluster's at once: as before or refounded, whatever crash comes at whatever operation of the disk.
 */
class RefoundingTest {
    private static final StorageId OLD = new StorageId(1, 2);
    private static final ReplicaId FIRST = new ReplicaId(RaftStoreContract.NODE, new StorageId(77, 78));
    private static final ClusterId NEW_CLUSTER = new ClusterId(55, 56);

    private final SplittableRandom random = new SplittableRandom(5);
    private final FaultyDisk disk = new FaultyDisk(random.split());
    private Found before = new Found(Recovered.BLANK, Optional.empty(), Optional.empty());
    private SnapshotPoint point = SnapshotPoint.NONE;
    private int refounded;
    private int asBefore;

    /** With a snapshot, a log behind it, and journals in use. */
    @BeforeEach
    void fillTheDisk() throws IOException {
        try (var store = open(disk)) {
            var workload = new Workload(random.split());
            workload.restart(Found.in(store));
            for (int i = 0; i < 200 || workload.acknowledged().log().snapshot().equals(SnapshotPoint.NONE)
                    || workload.acknowledged().log().entries().isEmpty(); i++) {
                workload.step(store);
            }
            before = workload.acknowledged();
        }
        List<Entry> entries = before.log().entries();
        Position last = entries.get(entries.size() - 1).position();
        Position at = new Position(last.index() + 1, before.log().hardState().term() + last.term() + 1);
        point = new SnapshotPoint(at, Membership.of(new TreeSet<>(List.of(FIRST)), new TreeMap<>()), at.index());
    }

    @Test
    void putsASnapshotInThePlaceOfAllElse() throws IOException {
        refound(disk);

        // then another start finds the new replica, with nothing of the old one
        assertRefounded(disk.copy());
        assertThat(disk.list()).filteredOn(SnapshotFiles::isSnapshot).containsExactly(SnapshotFiles.name(point.last()));
        assertThat(disk.openFiles()).isZero();
    }

    @Test
    void mayBeDoneTwice() throws IOException {
        // given a store that was refounded
        refound(disk);

        // when it is refounded once more
        Position at = new Position(point.last().index() + 1, point.last().term() + 1);
        point = new SnapshotPoint(at, point.membership(), at.index());
        refound(disk);

        // then it counts
        assertRefounded(disk.copy());
    }

    @Test
    void neverGoesBackInTheLogOrInItsTerms() {
        Position last = point.last();
        for (Position earlier : List.of(new Position(last.index() - 1, last.term()), new Position(last.index(), 1))) {
            assertThatIllegalArgumentException().isThrownBy(() -> Refounding.refound(disk, FIRST, NEW_CLUSTER,
                    new SnapshotPoint(earlier, point.membership(), 1), out -> out.write(1)));
        }
    }

    @Test
    void isDoneAsAWholeWhateverCrashComes() throws IOException {
        // given a kill and power cuts of every kind in the middle of each operation
        var victim = disk.copy();
        victim.watch(whole -> {
            try {
                check(victim.fork(refounded).afterKill());
                if (whole) {
                    for (Fate fate : fates(victim.unforcedSectors())) {
                        check(victim.fork(asBefore).afterPowerCut(fate));
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        refound(victim);

        // then each start found the store as before, or refounded; and both came
        System.out.printf("crashes in a refounding: %d starts as before, %d refounded%n", asBefore, refounded);
        assertThat(asBefore).isGreaterThan(50);
        assertThat(refounded).isGreaterThan(5);
    }

    @Test
    void isWholeOrNotAtAllWhenTheDiskRefuses() throws IOException {
        var counted = disk.copy();
        refound(counted);
        long operations = counted.operations();
        for (long n = 1; n <= operations; n++) {
            // given a disk of which one operation fails
            var failing = disk.copy();
            failing.failAt(n, "Input/output error");
            boolean failed = false;
            try {
                refound(failing);
            } catch (IOException e) {
                failed = true;
            }

            // then it says so, and a start finds either
            assertThat(failed).as("operation %d of %d", n, operations).isTrue();
            check(failing.fork(n).afterPowerCut(Fate.random(random)));
        }
    }

    @Test
    void canBeTriedAgainAfterACrash() throws IOException {
        for (int n = 1; n <= 20; n++) {
            // given a crash at one operation
            var victim = disk.copy();
            victim.cutPowerAt(n);
            try {
                refound(victim);
            } catch (PowerCut e) {
                assertThat(victim.isPowerOff()).isTrue();
            }
            var after = victim.afterPowerCut();
            if (isAsBefore(after)) {
                // when it is tried again
                refound(after);
            }

            // then it is done
            assertRefounded(after.copy());
        }
    }

    private boolean isAsBefore(FaultyDisk after) throws IOException {
        try (var store = open(after.copy())) {
            return Found.in(store).equals(before);
        }
    }

    private List<Fate> fates(int sectors) {
        List<Fate> fates = new ArrayList<>(List.of(Fate.NONE, Fate.ALL, Fate.NAMES, Fate.SECTORS, Fate.random(random)));
        for (int i = 0; i < Math.min(sectors, 8); i++) {
            fates.add(Fate.ofSector(random.nextInt(sectors), i % 2 == 0));
        }
        return fates;
    }

    private void check(FaultyDisk after) throws IOException {
        try (var store = open(after.copy())) {
            if (store.identity().storageId().equals(OLD)) {
                asBefore++;
                Found found = Found.in(store);
                assertThat(found).isEqualTo(before);
                assertThat(Workload.snapshotIsWhole(store, found)).isTrue();
                return;
            }
        }
        refounded++;
        assertRefounded(after);
    }

    private void assertRefounded(FaultyDisk after) throws IOException {
        try (var store = open(after)) {
            assertThat(store.identity().replica()).isEqualTo(FIRST);
            Found found = Found.in(store);
            assertThat(found).isEqualTo(new Found(new Recovered(new HardState(point.last().term(), null), point, point.last(),
                    List.of(), point.last().index()), Optional.of(NEW_CLUSTER), Optional.empty()));
            assertThat(Workload.snapshotIsWhole(store, found)).isTrue();
        }
    }

    private void refound(FaultyDisk target) throws IOException {
        Refounding.refound(target, FIRST, NEW_CLUSTER, point, out -> out.write(Workload.contentOf(point)));
    }

    private static MapDbRaftStore open(FaultyDisk disk) throws IOException {
        return MapDbRaftStore.open(disk, 64, null, () -> RaftStoreContract.NODE, () -> OLD, Runnable::run);
    }
}
