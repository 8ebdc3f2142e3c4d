package io.quarkiverse.raftconfig.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.SplittableRandom;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.quarkiverse.raftconfig.core.Position;
import io.quarkiverse.raftconfig.core.SnapshotPoint;
import io.quarkiverse.raftconfig.core.StorageId;
import io.quarkiverse.raftconfig.node.StoreWrite;
import io.quarkiverse.raftconfig.store.Workload.Found;

/**
 * Any write, force, rename or sync may fail. The store is then closed for good, and another start, once the disk is well,
 * finds all that was acknowledged; so does a third one after a power cut, for what a start has found it has made durable.
 */
class DiskErrorTest {
    private static final int STEPS = 70;
    private static final int JOURNAL_SECTORS = 48;

    @ParameterizedTest
    @CsvSource({ "once, Input/output error", "from then on, No space left on device" })
    void afterAnyErrorTheStoreIsClosedAndAnotherStartFindsAllThatWasAcknowledged(String when, String error)
            throws IOException {
        boolean once = when.equals("once");
        int failures = 0;
        boolean more = true;
        for (int n = 1; more; n++) {
            // given a disk whose n-th operation fails, alone or with all after it
            var random = new SplittableRandom(n % 5);
            var disk = new FaultyDisk(random.split());
            var workload = new Workload(random.split());
            if (once) {
                disk.failAt(n, error);
            } else {
                disk.failFrom(n, error);
            }
            more = false;
            try (var store = open(disk)) {
                workload.restart(Found.in(store));
                for (int i = 0; i < STEPS; i++) {
                    try {
                        workload.step(store);
                    } catch (UncheckedIOException e) {
                        // then the store refuses from then on
                        assertThat(e).hasStackTraceContaining(error);
                        refusesAndLeavesTheDiskAlone(store, disk);
                        more = true;
                        break;
                    } catch (IOException e) {
                        // but a snapshot that could not be written has no part in it
                        assertThat(e).hasMessage(error);
                        more = true;
                    }
                }
            } catch (IOException e) {
                assertThat(e).hasMessage(error);
                more = true;
            }
            // and no file is left open, and a start on the sick disk fails without calling it damaged
            assertThat(disk.openFiles()).isZero();
            if (more && !once) {
                assertThatThrownBy(() -> open(disk)).isInstanceOf(IOException.class).hasMessage(error);
            }
            failures += more ? 1 : 0;

            // and another start finds what it may find
            FaultyDisk mended = disk.afterKill();
            try (var store = open(mended)) {
                check(n, store, workload);
            }
            // and so does a third, when the power went off before anything else was written
            try (var store = open(mended.afterPowerCut())) {
                check(n, store, workload);
            }
        }
        assertThat(failures).isGreaterThan(150);
    }

    private static void refusesAndLeavesTheDiskAlone(MapDbRaftStore store, FaultyDisk disk) {
        long operations = disk.operations();
        assertThatThrownBy(() -> store.persist(new StoreWrite(null, List.of(), -1, null, null)))
                .isInstanceOf(UncheckedIOException.class).hasMessageContaining("closed");
        assertThatThrownBy(() -> store.compact(SnapshotPoint.NONE, Position.ZERO))
                .isInstanceOf(UncheckedIOException.class).hasMessageContaining("closed");
        assertThatThrownBy(() -> store.writeSnapshot(SnapshotPoint.NONE, out -> out.write(1)))
                .isInstanceOf(UncheckedIOException.class).hasMessageContaining("closed");
        store.close();
        assertThat(disk.operations()).isEqualTo(operations);
    }

    private static void check(int n, MapDbRaftStore store, Workload workload) {
        Found found = Found.in(store);
        assertThat(workload.allows(found)).as("operation %d: found %s, acknowledged was %s", n, found, workload.acknowledged())
                .isTrue();
        assertThat(Workload.snapshotIsWhole(store, found)).isTrue();
        workload.restart(found);
    }

    private static MapDbRaftStore open(FaultyDisk disk) throws IOException {
        return MapDbRaftStore.open(disk, JOURNAL_SECTORS, null, () -> RaftStoreContract.NODE, () -> new StorageId(1, 2),
                Runnable::run);
    }
}
