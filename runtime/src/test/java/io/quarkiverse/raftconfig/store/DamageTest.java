package io.quarkiverse.raftconfig.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.quarkiverse.raftconfig.core.Position;
import io.quarkiverse.raftconfig.core.Recovered;
import io.quarkiverse.raftconfig.core.SnapshotPoint;
import io.quarkiverse.raftconfig.core.StorageId;
import io.quarkiverse.raftconfig.node.StoreDamagedException;
import io.quarkiverse.raftconfig.store.LiveBytes.Kind;
import io.quarkiverse.raftconfig.store.LiveBytes.Place;
import io.quarkiverse.raftconfig.store.Workload.Found;

/**
 * Whatever bit flips in what the node relies on, and wherever a file ends early: the node does not start, and says why. What
 * can't be told is written down here too.
 */
class DamageTest {
    private static final int FLIPS_OF_A_KIND = Integer.getInteger("raft.store.flips", 520) / Kind.values().length;
    private static final int JOURNAL_SECTORS = 64;

    private final SplittableRandom random = new SplittableRandom(7);
    private final FaultyDisk disk = new FaultyDisk(random.split());
    private Found sound = new Found(Recovered.BLANK, Optional.empty(), Optional.empty());

    /** A store whose journals are both in use, with a snapshot: the fold that would free the first has not come to its turn. */
    @BeforeEach
    void fillTheDisk() throws IOException {
        var store = open(disk);
        var workload = new Workload(random.split());
        for (int i = 0; i < 1_000 && !allKindsAreThere(); i++) {
            workload.step(store);
            sound = workload.acknowledged();
        }
        assertThat(allKindsAreThere()).isTrue();
        // Not closed: killed.
        try (var again = open(disk.copy())) {
            assertThat(Found.in(again)).isEqualTo(sound);
        }
    }

    @Test
    void everyFlippedBitThatMattersIsFound() throws IOException {
        var live = new LiveBytes(disk, sound);
        Map<Kind, Integer> found = new EnumMap<>(Kind.class);
        for (Kind kind : Kind.values()) {
            List<Place> places = live.of(kind);
            assertThat(places).as("%s", kind).isNotEmpty();
            for (int i = 0; i < FLIPS_OF_A_KIND; i++) {
                flip(places.get(random.nextInt(places.size())), kind);
                found.merge(kind, 1, Integer::sum);
            }
        }
        System.out.println("flipped bits, all found: " + found);
        assertThat(found).hasSize(Kind.values().length);
    }

    /** A node whose term or vote has rotted must not vote: it does not even start, whichever byte it was. */
    @Test
    void noByteOfTermAndVoteRotsUnseen() throws IOException {
        var live = new LiveBytes(disk, sound);
        for (Kind kind : List.of(Kind.IMAGE_SUPERBLOCK, Kind.FRAME_SUPERBLOCK)) {
            for (Place place : live.of(kind)) {
                flip(place, kind);
            }
        }
    }

    /** Flips one bit of that byte. The node does not start, or stops when it reads the snapshot, and names the file. */
    private void flip(Place place, Kind kind) {
        var damaged = disk.copy();
        byte[] content = damaged.content(place.file());
        content[place.at()] ^= (byte) (1 << random.nextInt(8));
        damaged.setContent(place.file(), content);
        assertThatThrownBy(() -> readAll(damaged)).as("%s, byte %d of %s", kind, place.at(), place.file())
                .isInstanceOf(StoreDamagedException.class).hasMessageContaining(place.file());
    }

    @Test
    void aFileThatEndsEarlyOrLateIsFound() throws IOException {
        for (String file : List.of(Image.FILE, Journal.file(0), Journal.file(1), snapshotFile())) {
            for (int i = 0; i < 50; i++) {
                // given a file cut anywhere, or with bytes behind its end
                var damaged = disk.copy();
                byte[] content = damaged.content(file);
                int length = i == 0 ? 0
                        : i == 1 ? content.length - 1
                                : i == 2 ? content.length + 1
                                        : i == 3 ? content.length + Sector.BYTES : random.nextInt(content.length);
                damaged.setContent(file, Arrays.copyOf(content, length));

                // then the node does not start
                assertThatThrownBy(() -> readAll(damaged)).as("%s, %d of %d bytes", file, length, content.length)
                        .isInstanceOf(StoreDamagedException.class).hasMessageContaining(file);
            }
        }
    }

    @Test
    void aFileThatIsMissingIsFound() throws IOException {
        for (String file : List.of(Image.FILE, Journal.file(0), Journal.file(1), snapshotFile())) {
            var damaged = disk.copy();
            damaged.delete(file);
            assertThatThrownBy(() -> readAll(damaged)).as(file).isInstanceOf(StoreDamagedException.class)
                    .hasMessageContaining("missing");
        }
    }

    @Test
    void anOlderImageIsFound() throws IOException {
        // given the image as it was, while the journals have gone on for two epochs
        var gone = disk.copy();
        var image = gone.content(Image.FILE);
        long epoch = epochOfImage(gone);
        try (var store = open(gone)) {
            var workload = new Workload(random.split());
            workload.restart(Found.in(store));
            while (epochOfImage(gone) < epoch + 2 || frames(gone).isEmpty()) {
                workload.step(store);
            }
        }
        gone.setContent(Image.FILE, image);

        // then they don't match
        assertThatThrownBy(() -> readAll(gone)).isInstanceOf(StoreDamagedException.class).hasMessageContaining("older");
    }

    @Test
    void journalsInEachOthersPlaceAreFound() throws IOException {
        var damaged = disk.copy();
        byte[] even = damaged.content(Journal.file(0));
        damaged.setContent(Journal.file(0), damaged.content(Journal.file(1)));
        damaged.setContent(Journal.file(1), even);
        assertThatThrownBy(() -> readAll(damaged)).isInstanceOf(StoreDamagedException.class);
    }

    /** A disk that says a sector is written and doesn't write it: found, but for the very last frame. */
    @Test
    void aSectorThatWasNeverWrittenIsFoundUnlessItIsOfTheLastFrame() throws IOException {
        List<Live> frames = frames(disk);
        for (int i = 0; i < frames.size(); i++) {
            for (int at = frames.get(i).from; at < frames.get(i).to; at += Sector.BYTES) {
                // given a sector of a frame that holds zeros
                var damaged = disk.copy();
                byte[] content = damaged.content(frames.get(i).file);
                Arrays.fill(content, at, at + Sector.BYTES, (byte) 0);
                damaged.setContent(frames.get(i).file, content);

                if (i < frames.size() - 1) {
                    // then it is missed, for a later frame says that this one was durable
                    assertThatThrownBy(() -> readAll(damaged)).as("frame %d", i).isInstanceOf(StoreDamagedException.class);
                } else {
                    // but of the last frame, it looks like a commit that a power cut has kept from being acknowledged
                    try (var store = open(damaged)) {
                        assertThat(Found.in(store)).isNotEqualTo(sound);
                    }
                }
            }
        }
    }

    /** Bytes that nothing relies on may rot: they are overwritten before they matter. */
    @Test
    void rotBehindTheLastFrameIsMendedInSilence() throws IOException {
        Live last = frames(disk).get(frames(disk).size() - 1);
        int free = disk.content(last.file).length - last.to;
        assertThat(free).isGreaterThan(2 * Sector.BYTES);

        // given a flipped bit two sectors behind the last frame
        var damaged = disk.copy();
        byte[] content = damaged.content(last.file);
        content[last.to + Sector.BYTES + 77] ^= 1;
        damaged.setContent(last.file, content);

        // then all is there, and the sector can be told from a rotten one again
        try (var store = open(damaged)) {
            assertThat(Found.in(store)).isEqualTo(sound);
        }
        assertThat(Sector.isZero(damaged.content(last.file), last.to + Sector.BYTES)).isTrue();
    }

    @Test
    void aSnapshotOfAnotherPlaceInTheRightFileIsFound() throws IOException {
        // given the file of another snapshot under the name of the one that counts
        var damaged = disk.copy();
        SnapshotPoint point = sound.log().snapshot();
        new SnapshotFiles(damaged).write(new SnapshotPoint(new Position(point.last().index() + 1, point.last().term()),
                point.membership(), point.membershipIndex()), null, out -> out.write(1));
        String other = SnapshotFiles.name(new Position(point.last().index() + 1, point.last().term()));
        damaged.rename(other, snapshotFile());

        // then it is refused
        assertThatThrownBy(() -> readAll(damaged)).isInstanceOf(StoreDamagedException.class)
                .hasMessageContaining(snapshotFile());
    }

    private record Live(String file, int from, int to) {
    }

    /** Where the frames of the image's epoch and of the next are, in their order. */
    private static List<Live> frames(FaultyDisk disk) {
        List<Live> frames = new ArrayList<>();
        long epoch = epochOfImage(disk);
        for (long of = epoch; of <= epoch + 1; of++) {
            byte[] content = disk.content(Journal.file(of));
            int at = 0;
            while (at < content.length) {
                Sector sector = Sector.read(content, at);
                if (sector == null || sector.epoch() != of) {
                    break;
                }
                frames.add(new Live(Journal.file(of), at, at + sector.count() * Sector.BYTES));
                at += sector.count() * Sector.BYTES;
            }
        }
        return frames;
    }

    private boolean allKindsAreThere() throws IOException {
        if (!bothJournalsAreUsed() || sound.log().snapshot().equals(SnapshotPoint.NONE)) {
            return false;
        }
        var live = new LiveBytes(disk, sound);
        return Arrays.stream(Kind.values()).noneMatch(kind -> live.of(kind).isEmpty());
    }

    /** And the second has room left. */
    private boolean bothJournalsAreUsed() {
        List<Live> frames = frames(disk);
        return frames.stream().map(Live::file).distinct().count() == 2
                && frames.get(frames.size() - 1).to < (JOURNAL_SECTORS - 4) * Sector.BYTES;
    }

    private static long epochOfImage(FaultyDisk disk) {
        try {
            return Image.read(disk).epoch();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private String snapshotFile() {
        return SnapshotFiles.name(sound.log().snapshot().last());
    }

    private static void readAll(FaultyDisk disk) throws IOException {
        try (var store = open(disk)) {
            Found found = Found.in(store);
            Workload.snapshotIsWhole(store, found);
        }
    }

    /** The file thread never comes to its turn. */
    private static MapDbRaftStore open(FaultyDisk disk) throws IOException {
        return MapDbRaftStore.open(disk, JOURNAL_SECTORS, null, () -> RaftStoreContract.NODE, () -> new StorageId(1, 2),
                task -> {
                });
    }
}
