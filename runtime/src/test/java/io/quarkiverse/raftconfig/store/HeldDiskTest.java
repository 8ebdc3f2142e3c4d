package io.quarkiverse.raftconfig.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;

import io.quarkiverse.raftconfig.core.Position;
import io.quarkiverse.raftconfig.core.SnapshotPoint;
import io.quarkiverse.raftconfig.core.StorageId;

/** A directory that is given free is left alone, whatever other threads were doing there. */
class HeldDiskTest {
    private final FaultyDisk disk = new FaultyDisk(new SplittableRandom(1));

    @Test
    void nothingIsChangedOnceTheStoreIsClosed() throws IOException {
        // given a store that is closed, as after a failed write, while a snapshot is being written
        var store = open();
        store.persist(RaftStoreContract.appended(RaftStoreContract.entry(1, 1)));
        var point = new SnapshotPoint(new Position(1, 1), RaftStoreContract.membership(), 1);
        long[] operations = new long[1];
        assertThatThrownBy(() -> store.writeSnapshot(point, out -> {
            out.write(new byte[100_000]);
            store.close();
            operations[0] = disk.operations();
            out.write(new byte[100_000]);
        })).isInstanceOf(IOException.class).hasMessageContaining("closed");

        // then the rest of it does not reach the disk, on which the next process writes a snapshot of its own
        assertThat(disk.operations()).isEqualTo(operations[0]);
        assertThat(disk.openFiles()).isZero();
        try (var next = open()) {
            next.writeSnapshot(point, out -> out.write(1));
            next.compact(point, Position.ZERO);
            assertThat(next.readSnapshot(point).content().readAllBytes()).containsExactly(1);
        }
    }

    @Test
    void closingWaitsForWhatIsUnderWay() throws Exception {
        // given a write on another thread, which takes its time
        var held = new HeldDisk(disk);
        var file = held.create("file");
        var begun = new CountDownLatch(1);
        var go = new CountDownLatch(1);
        List<String> done = new CopyOnWriteArrayList<>();
        disk.before(() -> {
            begun.countDown();
            awaitQuietly(go);
            done.add("written");
        });
        var writer = CompletableFuture.runAsync(() -> assertThatThrownBy(() -> {
            file.write(0, ByteBuffer.wrap(new byte[10]));
            file.force();
            file.force();
        }).isInstanceOf(IOException.class));
        begun.await();

        // when the disk is closed meanwhile
        var closer = new Thread(() -> {
            try {
                held.close();
                done.add("closed");
            } catch (IOException e) {
                done.add(e.toString());
            }
        });
        closer.start();
        await().until(() -> closer.getState() == Thread.State.WAITING || !done.isEmpty());
        go.countDown();
        writer.get(10, TimeUnit.SECONDS);
        closer.join();

        // then the write was done first, and nothing after it: its thread was told so
        assertThat(done).containsExactly("written", "closed");
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private MapDbRaftStore open() throws IOException {
        return MapDbRaftStore.open(disk, 48, null, () -> RaftStoreContract.NODE, () -> new StorageId(1, 2), Runnable::run);
    }
}
