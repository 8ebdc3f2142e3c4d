package io.quarkiverse.raftconfig.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.Executor;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import io.quarkiverse.raftconfig.core.StorageId;
import io.quarkiverse.raftconfig.store.FaultyDisk.PowerCut;
import io.quarkiverse.raftconfig.store.Workload.Found;

/**
 * Every point at which a crash is possible, one after the other: in the middle of each operation of the disk, for a kill and
 * for power cuts of every kind, down to each single sector that alone is missing, or alone is there. Each time the store
 * opens, has all that was acknowledged, each write whole or not at all, and goes on; also over the next cut. Starting is
 * held to the same: the power goes off in the middle of each operation of the disk that a start makes.
 */
class CrashPointsTest {
    /** How many workloads each test runs; in the long form, every start is followed by writes and another cut, too. */
    private static final int WORKLOADS = Integer.getInteger("raft.store.crash-workloads", 1);
    private static final boolean LONG = WORKLOADS > 1;
    /** Of more sectors than that, as images and new journals have, only so many are tried, at random. */
    private static final int SECTORS_TRIED_MAX = LONG ? 64 : 16;

    private final SplittableRandom random = new SplittableRandom(17);
    private int journalSectors;
    private int points;
    private int starts;
    private int found;
    private int lost;
    private int cutsInStarts;
    private boolean watching = true;

    @AfterEach
    void printFigures() {
        System.out
                .printf("crash points %d, starts after one %d, with the write under way %d, without it %d; cuts in the middle "
                        + "of a start %d%n", points, starts, found, lost, cutsInStarts);
    }

    @Test
    void noCrashAtAnyOperationLosesWhatWasAcknowledged() throws IOException {
        // given journals with room for some commits, and commits larger than a journal
        journalSectors = 48;
        for (int seed = 1; seed <= WORKLOADS; seed++) {
            crashEverywhere(seed, 50, Runnable::run);
        }

        // then the crash came everywhere, and with it writes that were found and such that were not
        assertThat(points).isGreaterThan(WORKLOADS * 200);
        assertThat(found).isGreaterThan(points);
        assertThat(lost).isGreaterThan(points);
        assertThat(cutsInStarts).isGreaterThan(points);
    }

    @Test
    void norDoesOneWhenEachCommitFoldsTheJournal() throws IOException {
        // given journals in which two commits hardly ever have room
        journalSectors = 3;
        for (int seed = 1; seed <= WORKLOADS; seed++) {
            int[] folds = new int[1];
            FaultyDisk disk = crashEverywhere(seed, 30, fold -> {
                folds[0]++;
                fold.run();
            });

            // then nearly every commit has made an image, half of these on the file thread
            assertThat(Image.read(disk).epoch()).isGreaterThan(20);
            assertThat(folds[0]).isGreaterThan(10);
        }
    }

    @Test
    void norWhenTheFileThreadIsLateByAnyNumberOfCommits() throws IOException {
        for (int late = 1; late <= (LONG ? 20 : 4); late++) {
            // given journals with room for a few commits, and folds that begin some commits after they were asked for
            journalSectors = 16;
            var fileThread = new LateBy(late);
            crashEverywhere(late, 16, fileThread);
            assertThat(fileThread.given).isPositive();
        }
    }

    @Test
    void norWhenCommitsComeBetweenAnyTwoOperationsOfAFold() throws IOException {
        // given journals with room for what comes while one is folded
        journalSectors = 128;
        for (int seed = 1; seed <= WORKLOADS; seed++) {
            var disk = new FaultyDisk(new SplittableRandom(seed));
            var workload = new Workload(new SplittableRandom(seed));
            var fold = new InterruptedFold(disk, workload);
            watching = false;
            disk.watch(whole -> crash(disk, workload, whole));
            try (var store = open(disk, fold)) {
                workload.restart(Found.in(store));
                while (fold.folds < 3) {
                    workload.step(store);
                    fold.foldIfAsked(store);
                }
            }

            // then there were commits between all of them
            assertThat(fold.commits).isGreaterThan(18);
        }
        assertThat(points).isGreaterThan(WORKLOADS * 50);
    }

    /** Runs a workload, and crashes a copy of it at each operation of the disk. Returns the disk at the end. */
    private FaultyDisk crashEverywhere(long seed, int steps, Executor fileThread) throws IOException {
        var disk = new FaultyDisk(new SplittableRandom(seed));
        var workload = new Workload(new SplittableRandom(seed));
        disk.watch(whole -> crash(disk, workload, whole));
        try (var store = open(disk, fileThread)) {
            workload.restart(Found.in(store));
            for (int i = 0; i < steps; i++) {
                workload.step(store);
                if (fileThread instanceof LateBy late) {
                    late.committed();
                }
            }
        }
        return disk;
    }

    private void crash(FaultyDisk disk, Workload workload, boolean whole) {
        if (!watching) {
            return;
        }
        try {
            points++;
            start(disk.fork(points).afterKill(), workload);
            if (whole) {
                for (Fate fate : fates(disk.unforcedSectors())) {
                    start(disk.fork(points).afterPowerCut(fate), workload);
                }
                if (LONG || points % 2 == 0) {
                    cutInTheMiddleOfTheStart(disk.fork(points).afterPowerCut(Fate.random(random)), workload.copy(points));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<Fate> fates(int sectors) {
        List<Fate> fates = new ArrayList<>(List.of(Fate.NONE, Fate.ALL, Fate.NAMES, Fate.SECTORS, Fate.random(random),
                Fate.random(random)));
        for (int i = 0; i < Math.min(sectors, SECTORS_TRIED_MAX); i++) {
            int one = sectors <= SECTORS_TRIED_MAX ? i : random.nextInt(sectors);
            fates.add(Fate.ofSector(one, false));
            fates.add(Fate.ofSector(one, true));
        }
        return fates;
    }

    /** Opens the store; and often writes to it, until the next cut, and goes on from there. */
    private void start(FaultyDisk disk, Workload before) throws IOException {
        starts++;
        Workload workload = before.copy(starts);
        if (!LONG && starts % 4 != 0) {
            try (var store = open(disk, Runnable::run)) {
                check(store, workload);
            }
            return;
        }
        disk.cutPowerAt(1 + random.nextInt(40));
        try (var store = open(disk, Runnable::run)) {
            check(store, workload);
            workload.step(store);
            workload.step(store);
        } catch (PowerCut | UncheckedIOException e) {
            assertThat(disk.isPowerOff()).as("%s", e).isTrue();
        }
        try (var store = open(disk.afterPowerCut(), Runnable::run)) {
            check(store, workload);
            workload.step(store);
        }
    }

    private void cutInTheMiddleOfTheStart(FaultyDisk disk, Workload before) throws IOException {
        disk.watch(whole -> {
            if (whole) {
                cutsInStarts++;
                try (var store = open(disk.fork(cutsInStarts).afterPowerCut(), Runnable::run)) {
                    check(store, before.copy(cutsInStarts));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        });
        open(disk, Runnable::run).close();
    }

    private void check(MapDbRaftStore store, Workload workload) {
        Found now = Found.in(store);
        assertThat(workload.allows(now)).as("crash point %d, start %d: found %s, acknowledged was %s", points, starts, now,
                workload.acknowledged()).isTrue();
        assertThat(Workload.snapshotIsWhole(store, now)).isTrue();
        if (now.equals(workload.acknowledged())) {
            lost++;
        } else {
            found++;
        }
        workload.restart(now);
    }

    private MapDbRaftStore open(FaultyDisk disk, Executor fileThread) throws IOException {
        return MapDbRaftStore.open(disk, journalSectors, null, () -> RaftStoreContract.NODE, () -> new StorageId(1, 2),
                fileThread);
    }

    /** Comes to each task so many commits after it was given. */
    private static final class LateBy implements Executor {
        private final int commits;
        private final Queue<Runnable> tasks = new ArrayDeque<>();
        private int given;
        private int left;

        LateBy(int commits) {
            this.commits = commits;
        }

        @Override
        public void execute(Runnable task) {
            tasks.add(task);
            given++;
            left = commits;
        }

        void committed() {
            left--;
            while (left <= 0 && !tasks.isEmpty()) {
                tasks.remove().run();
            }
        }
    }

    /** Lets the store thread commit before each operation of the disk that a fold makes, as if they ran side by side. */
    private final class InterruptedFold implements Executor {
        private final FaultyDisk disk;
        private final Workload workload;
        private @Nullable Runnable asked;
        private int folds;
        private int commits;
        private boolean committing;

        InterruptedFold(FaultyDisk disk, Workload workload) {
            this.disk = disk;
            this.workload = workload;
        }

        @Override
        public void execute(Runnable fold) {
            asked = fold;
        }

        void foldIfAsked(MapDbRaftStore store) {
            if (asked != null) {
                folds++;
                watching = true;
                disk.before(() -> commit(store));
                asked.run();
                disk.before(() -> {
                });
                watching = false;
                asked = null;
            }
        }

        private void commit(MapDbRaftStore store) {
            if (!committing) {
                committing = true;
                workload.smallStep(store);
                commits++;
                committing = false;
            }
        }
    }
}
