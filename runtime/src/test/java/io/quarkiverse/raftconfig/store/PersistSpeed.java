package io.quarkiverse.raftconfig.store;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.IntConsumer;

import io.quarkiverse.raftconfig.core.Bytes;
import io.quarkiverse.raftconfig.core.Entry;
import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.core.Payload;
import io.quarkiverse.raftconfig.core.Position;
import io.quarkiverse.raftconfig.core.SnapshotPoint;
import io.quarkiverse.raftconfig.node.StoreWrite;

/**
 * Not a test: how long one durable write takes, beside what the disk needs for it at least. The first argument is a directory
 * on the disk in question.
 */
final class PersistSpeed {
    private static final int WRITES = 20_000;
    private static final int WARM_UP = 2_000;
    private static final int COMMAND_BYTES = 256;

    private PersistSpeed() {
    }

    public static void main(String[] args) throws IOException {
        Path directory = Files.createTempDirectory(Path.of(args[0]), "persist-speed");
        PrintStream out = System.out;
        try (FileChannel raw = FileChannel.open(directory.resolve("raw"), StandardOpenOption.CREATE,
                StandardOpenOption.WRITE)) {
            raw.write(ByteBuffer.allocate((WRITES + WARM_UP) * 512));
            raw.force(true);
            ByteBuffer sector = ByteBuffer.allocateDirect(512);
            report(out, "256 bytes written in place, and forced", n -> writeRaw(raw, sector.clear(), n * 512L));
        }
        ExecutorService fileThread = Executors.newSingleThreadExecutor();
        try (var store = MapDbRaftStore.open(directory.resolve("data"), null, () -> new NodeId("a"), fileThread)) {
            report(out, "one entry of 256 bytes persisted", n -> store.persist(append(n + 1)));
            long last = WRITES + WARM_UP;
            Position base = new Position(last - 1_000, 1);
            SnapshotPoint point = new SnapshotPoint(new Position(last, 1), RaftStoreContract.membership(), 1);
            store.writeSnapshot(point, to -> to.write(new byte[1 << 20]));
            long start = System.nanoTime();
            RaftStoreContract.compactWhole(store, point, base);
            out.printf("%d entries cut in %.1f ms%n", base.index(), (System.nanoTime() - start) / 1e6);
        } finally {
            fileThread.shutdown();
        }
        long start = System.nanoTime();
        try (var store = MapDbRaftStore.open(directory.resolve("data"), null, () -> new NodeId("a"), Runnable::run)) {
            out.printf("%d entries opened in %.1f ms%n", store.recovered().entries().size(),
                    (System.nanoTime() - start) / 1e6);
        }
        out.printf("image: %d KiB%n", Files.size(directory.resolve("data").resolve(Image.FILE)) >> 10);
    }

    private static void report(PrintStream out, String what, IntConsumer write) {
        long[] nanos = new long[WRITES];
        for (int n = 0; n < WRITES + WARM_UP; n++) {
            long start = System.nanoTime();
            write.accept(n);
            if (n >= WARM_UP) {
                nanos[n - WARM_UP] = System.nanoTime() - start;
            }
        }
        Arrays.sort(nanos);
        out.printf("%s: p50 %.3f ms, p99 %.3f ms, max %.1f ms%n", what, nanos[WRITES / 2] / 1e6,
                nanos[WRITES * 99 / 100] / 1e6, nanos[WRITES - 1] / 1e6);
    }

    private static void writeRaw(FileChannel raw, ByteBuffer sector, long at) {
        try {
            raw.write(sector, at);
            raw.force(false);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static StoreWrite append(long index) {
        Entry entry = new Entry(new Position(index, 1), new Payload.Command(Bytes.wrap(new byte[COMMAND_BYTES])));
        return new StoreWrite(null, List.of(entry), index - 1, null, null);
    }
}
