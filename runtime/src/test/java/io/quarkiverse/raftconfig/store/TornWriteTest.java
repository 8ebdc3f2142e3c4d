package io.quarkiverse.raftconfig.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import io.quarkiverse.raftconfig.core.Bytes;
import io.quarkiverse.raftconfig.core.StorageId;
import io.quarkiverse.raftconfig.node.StoreDamagedException;
import io.quarkiverse.raftconfig.store.Workload.Found;

/**
 * A write that ends at any byte. Of the last frame, that is the tail of a commit that was never acknowledged: it is cut off.
 * Of any frame before it, it is damage, for a later frame says that the earlier one was durable.
 */
class TornWriteTest {
    private static final int JOURNAL_SECTORS = 48;

    private final FaultyDisk disk = new FaultyDisk(new SplittableRandom(3));
    private final Workload workload = new Workload(new SplittableRandom(3));

    /** A frame, and what the file held there before, zeros or a frame of two epochs ago. */
    private record Written(String file, int from, int to, long epoch, Bytes before, Found without) {
        /** The file as if the write of this frame had ended after so many bytes. */
        byte[] torn(byte[] whole, int offset) {
            byte[] torn = whole.clone();
            System.arraycopy(old(), from + offset, torn, from + offset, to - from - offset);
            return torn;
        }

        private byte[] old() {
            byte[] old = new byte[before.length()];
            before.copyTo(old, 0);
            return old;
        }

        /** True if the sector at that offset is neither what was written nor what was there before. */
        boolean isMixed(byte[] torn, int offset) {
            int at = from + offset / Sector.BYTES * Sector.BYTES;
            Sector sector = Sector.read(torn, at);
            return (sector == null || sector.epoch() != epoch)
                    && !Arrays.equals(torn, at, at + Sector.BYTES, old(), at, at + Sector.BYTES);
        }

        boolean isFirstOrLastSector(int offset) {
            return offset < Sector.BYTES || from + offset >= to - Sector.BYTES;
        }
    }

    private int cutOff;
    private int refused;
    private int whole;

    @Test
    void theTailOfTheLastFrameIsCutOffWhereverItIsTorn() throws IOException {
        // given a last frame of some sectors: once where nothing was before, once where an older frame was
        tearTheLastFrame(write(1, 4));
        tearTheLastFrame(write(5, 4));

        // then it was cut off, but where nothing or no more than the padding was missing
        System.out.printf("torn at: cut off %d, refused %d (within the first or the last sector), whole %d%n", cutOff, refused,
                whole);
        assertThat(cutOff).isGreaterThan(200);
        assertThat(whole).isPositive();
    }

    private void tearTheLastFrame(List<Written> frames) throws IOException {
        Written last = frames.get(frames.size() - 1);
        Found with = workload.acknowledged();
        // Every fourth byte, and so each sector's first.
        for (int offset = 0; offset <= last.to - last.from; offset += 4) {
            var torn = disk.copy();
            byte[] content = last.torn(disk.content(last.file), offset);
            torn.setContent(last.file, content);
            if (Arrays.equals(content, disk.content(last.file))) {
                assertThat(foundAndGoesOn(torn)).isEqualTo(with);
                whole++;
            } else if (last.isMixed(content, offset) && last.isFirstOrLastSector(offset)) {
                // A disk writes a sector whole or not at all. One that is neither has rotted, and if nothing tells that another
                // of its frame is missing, the frame may have been acknowledged.
                assertThatThrownBy(() -> open(torn)).as("at byte %d", offset).isInstanceOf(StoreDamagedException.class);
                refused++;
            } else {
                assertThat(foundAndGoesOn(torn)).as("at byte %d", offset).isEqualTo(last.without);
                cutOff++;
            }
        }
    }

    @Test
    void anEarlierFrameThatIsTornIsRefused() throws IOException {
        List<Written> frames = write(5, 16);
        int offsets = 0;
        for (Written frame : frames.subList(0, frames.size() - 1)) {
            for (int offset = 0; offset < frame.to - frame.from; offset += Sector.BYTES / 8) {
                // given a frame of which the end, or all, is not what was written, and whole frames behind it
                byte[] sound = disk.content(frame.file);
                byte[] content = frame.torn(sound, offset);
                if (!Arrays.equals(content, sound)) {
                    var torn = disk.copy();
                    torn.setContent(frame.file, content);

                    // then the node does not start
                    assertThatThrownBy(() -> open(torn)).as("frame at %d, torn at %d", frame.from, offset)
                            .isInstanceOf(StoreDamagedException.class).hasMessageContaining("journal");
                    offsets++;
                }
            }
        }
        System.out.printf("frames in the middle torn at %d offsets, all refused%n", offsets);
        assertThat(offsets).isGreaterThan(200);
    }

    private static Found foundAndGoesOn(FaultyDisk disk) throws IOException {
        Found found;
        var next = new Workload(new SplittableRandom(9));
        try (var store = open(disk)) {
            found = Found.in(store);
            next.restart(found);
            next.smallStep(store);
        }
        // What was torn does not come back with the next frame.
        try (var store = open(disk)) {
            assertThat(Found.in(store)).isEqualTo(next.acknowledged());
        }
        return found;
    }

    /** Writes until the journal of {@code epoch} or a later one has so many frames, the last one of some sectors. */
    private List<Written> write(long epoch, int count) throws IOException {
        List<Written> frames = new ArrayList<>();
        try (var store = open(disk)) {
            workload.restart(Found.in(store));
            boolean enough = false;
            while (!enough) {
                Map<String, byte[]> before = journals();
                Found without = workload.acknowledged();
                workload.step(store);
                Written written = written(before, without);
                if (written != null) {
                    frames.add(written);
                    long newest = written.epoch;
                    frames.removeIf(frame -> frame.epoch < newest);
                    enough = newest >= epoch && frames.size() >= count && written.to - written.from >= 4 * Sector.BYTES;
                } else {
                    frames.clear();
                }
            }
        }
        return frames;
    }

    /** The one frame that the last step has written; null if it has written several, or none. */
    private @Nullable Written written(Map<String, byte[]> before, Found without) {
        Written written = null;
        for (Map.Entry<String, byte[]> journal : journals().entrySet()) {
            byte[] now = journal.getValue();
            byte[] old = Objects.requireNonNull(before.get(journal.getKey()));
            int at = Arrays.mismatch(now, old);
            if (at >= 0) {
                int from = at / Sector.BYTES * Sector.BYTES;
                Sector first = Objects.requireNonNull(Sector.read(now, from));
                int to = from + first.count() * Sector.BYTES;
                if (written != null || first.number() != 0 || !Arrays.equals(now, to, now.length, old, to, old.length)) {
                    return null;
                }
                written = new Written(journal.getKey(), from, to, first.epoch(), Bytes.wrap(old), without);
            }
        }
        return written;
    }

    private Map<String, byte[]> journals() {
        Map<String, byte[]> contents = new HashMap<>();
        for (int i = 0; i < 2; i++) {
            contents.put(Journal.file(i), disk.content(Journal.file(i)));
        }
        return contents;
    }

    private static MapDbRaftStore open(FaultyDisk disk) throws IOException {
        return MapDbRaftStore.open(disk, JOURNAL_SECTORS, null, () -> RaftStoreContract.NODE, () -> new StorageId(1, 2),
                Runnable::run);
    }
}
