package io.quarkiverse.raftconfig.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;

import io.quarkiverse.raftconfig.core.StorageId;
import io.quarkiverse.raftconfig.store.FaultyDisk.PowerCut;
import io.quarkiverse.raftconfig.store.Workload.Found;

/**
 * The power goes off at any operation of the disk, and of what was not forced any part is lost: what was acknowledged is
 * there, what was asked for is there whole or not at all, and the store opens.
 */
class PowerCutTest {
    private static final int TRIALS = Integer.getInteger("raft.store.trials", 1_000);
    private static final int JOURNAL_SECTORS = 48;

    @Test
    void noAcknowledgedWriteIsLostAndEveryStartSucceeds() throws IOException {
        int cuts = 0;
        int kills = 0;
        for (int seed = 1; seed <= TRIALS; seed++) {
            // given a node with a disk, and a power supply that fails three times, or a process that is killed
            var random = new SplittableRandom(seed);
            var disk = new FaultyDisk(random);
            var workload = new Workload(random.split());
            var files = new LateFileThread(random.split());
            for (int life = 0; life < 4; life++) {
                boolean kill = random.nextInt(4) == 0;
                // The first cuts come while the store is being made.
                disk.cutPowerAt(1 + random.nextInt(life == 0 ? 12 : random.nextInt(4) == 0 ? 6 : 120));
                try {
                    MapDbRaftStore store = open(disk, files);
                    check(seed, store, workload);
                    for (int i = 0; i < 60; i++) {
                        workload.step(store);
                        files.runSome();
                    }
                    if (random.nextBoolean()) {
                        store.close();
                    }
                } catch (PowerCut | UncheckedIOException e) {
                    assertThat(disk.isPowerOff()).as("seed %d: %s", seed, e).isTrue();
                    cuts++;
                }
                // then the next start finds what it may find
                files.forget();
                disk = kill ? disk.afterKill() : disk.afterPowerCut();
                kills += kill ? 1 : 0;
            }
            try (var store = open(disk, Runnable::run)) {
                check(seed, store, workload);
            }
        }
        assertThat(cuts).isGreaterThan(TRIALS);
        assertThat(kills).isGreaterThan(TRIALS / 4);
    }

    @Test
    void theSameHoldsWhenTheFileThreadIsReallyAnother() throws IOException, InterruptedException {
        for (int seed = 1; seed <= TRIALS / 5; seed++) {
            // given a node whose file thread folds while commits go on
            var random = new SplittableRandom(seed);
            var disk = new FaultyDisk(random.split());
            var workload = new Workload(random.split());
            ExecutorService fileThread = Executors.newSingleThreadExecutor();
            disk.cutPowerAt(20 + random.nextInt(400));
            try (var store = open(disk, fileThread)) {
                check(seed, store, workload);
                for (int i = 0; i < 150; i++) {
                    workload.step(store);
                }
            } catch (PowerCut | UncheckedIOException e) {
                assertThat(disk.isPowerOff()).as("seed %d: %s", seed, e).isTrue();
            } finally {
                fileThread.shutdownNow();
                assertThat(fileThread.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
            }
            // then the next start finds what it may find
            try (var store = open(disk.afterPowerCut(), Runnable::run)) {
                check(seed, store, workload);
            }
        }
    }

    private static MapDbRaftStore open(FaultyDisk disk, Executor fileThread) throws IOException {
        return MapDbRaftStore.open(disk, JOURNAL_SECTORS, null, () -> RaftStoreContract.NODE, () -> new StorageId(1, 2),
                fileThread);
    }

    private static void check(int seed, MapDbRaftStore store, Workload workload) {
        Found found = Found.in(store);
        assertThat(workload.allows(found)).as("seed %d: found %s, acknowledged was %s", seed, found, workload.acknowledged())
                .isTrue();
        assertThat(Workload.snapshotIsWhole(store, found)).as("seed %d: snapshot", seed).isTrue();
        workload.restart(found);
    }

    /** Does now and then what it was given, on the thread of the test, so that a seed plays the same again. */
    private static final class LateFileThread implements Executor {
        private final SplittableRandom random;
        private final Queue<Runnable> tasks = new ArrayDeque<>();

        LateFileThread(SplittableRandom random) {
            this.random = random;
        }

        @Override
        public void execute(Runnable task) {
            tasks.add(task);
            runSome();
        }

        void runSome() {
            Runnable task = random.nextInt(4) == 0 ? tasks.poll() : null;
            if (task != null) {
                task.run();
            }
        }

        void forget() {
            tasks.clear();
        }
    }
}
