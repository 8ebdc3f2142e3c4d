package io.quarkiverse.raftconfig.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.SplittableRandom;

import org.junit.jupiter.api.Test;

import io.quarkiverse.raftconfig.core.StorageId;
import io.quarkiverse.raftconfig.node.StoreWrite;
import io.quarkiverse.raftconfig.store.Workload.Found;

/**
 * The disk is full, again and again: nothing that was acknowledged is lost, nothing is damaged, and once there is room the
 * store starts and goes on.
 */
class FullDiskTest {
    private static final int FILLS = Integer.getInteger("raft.store.fills", 60);
    private static final int JOURNAL_SECTORS = 48;
    private static final String FULL = "No space left on device";

    private final SplittableRandom random = new SplittableRandom(5);
    private final Workload workload = new Workload(random.split());
    private FaultyDisk disk = new FaultyDisk(random.split());
    private int fills;
    private int startsRefused;
    private int startsOnAFullDisk;

    @Test
    void fillsLoseNothingAndTheStoreStartsAgainOnceThereIsRoom() throws IOException {
        while (fills < FILLS) {
            // given a disk that will be full soon, at once, or while the store is being made
            disk.limit(disk.used() + (random.nextInt(4) == 0 ? 0 : random.nextInt(80_000)));
            writeUntilItIsFull();

            // when it is started while the disk is still full, or has lost its power first
            if (random.nextInt(4) == 0) {
                disk = disk.afterPowerCut();
                disk.limit(disk.used());
            }
            startOnAFullDisk();

            // then, with room again, all is there and the next writes are taken
            disk.limit(Long.MAX_VALUE);
            try (var store = open()) {
                check(store);
                workload.step(store);
                workload.step(store);
            }
        }
        System.out.printf("fills %d; starts on a full disk %d, of them refused %d%n", fills, startsOnAFullDisk, startsRefused);
        assertThat(startsRefused).isPositive();
        assertThat(startsOnAFullDisk).isGreaterThan(startsRefused);
    }

    private void writeUntilItIsFull() throws IOException {
        try (var store = open()) {
            check(store);
            try {
                for (int i = 0; i < 300; i++) {
                    workload.step(store);
                }
            } catch (UncheckedIOException e) {
                // then the store refuses from then on, and leaves the disk alone
                assertThat(e).hasStackTraceContaining(FULL);
                fills++;
                long operations = disk.operations();
                assertThatThrownBy(() -> store.persist(new StoreWrite(null, List.of(), -1, null, null)))
                        .isInstanceOf(UncheckedIOException.class).hasMessageContaining("closed");
                assertThat(disk.operations()).isEqualTo(operations);
            }
        } catch (IOException e) {
            // A start, or a snapshot: the node stops taking part then, too.
            assertThat(e).hasMessage(FULL);
            fills++;
        }
        assertThat(disk.openFiles()).isZero();
    }

    /** Which may go well, for a start needs no room if no journal is to be folded; but it never finds damage. */
    private void startOnAFullDisk() {
        startsOnAFullDisk++;
        try (var store = open()) {
            check(store);
        } catch (IOException e) {
            assertThat(e).hasMessage(FULL);
            startsRefused++;
        }
        assertThat(disk.openFiles()).isZero();
    }

    private void check(MapDbRaftStore store) {
        Found found = Found.in(store);
        assertThat(workload.allows(found)).as("fill %d: found %s, acknowledged was %s", fills, found,
                workload.acknowledged()).isTrue();
        assertThat(Workload.snapshotIsWhole(store, found)).isTrue();
        workload.restart(found);
    }

    private MapDbRaftStore open() throws IOException {
        return MapDbRaftStore.open(disk, JOURNAL_SECTORS, null, () -> RaftStoreContract.NODE, () -> new StorageId(1, 2),
                Runnable::run);
    }
}
