package io.quarkiverse.raftconfig.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.LongStream;

import org.junit.jupiter.api.Test;

import io.quarkiverse.raftconfig.codec.ByteReader;
import io.quarkiverse.raftconfig.codec.ByteWriter;
import io.quarkiverse.raftconfig.core.Bytes;
import io.quarkiverse.raftconfig.core.ClusterId;
import io.quarkiverse.raftconfig.core.Entry;
import io.quarkiverse.raftconfig.core.FoundingRecord;
import io.quarkiverse.raftconfig.core.HardState;
import io.quarkiverse.raftconfig.core.Membership;
import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.core.Payload;
import io.quarkiverse.raftconfig.core.Position;
import io.quarkiverse.raftconfig.core.ReplicaId;
import io.quarkiverse.raftconfig.core.SnapshotPoint;
import io.quarkiverse.raftconfig.core.StorageId;

/** The bytes of {@code docs/formats.md}, "On disk": a later version must read what this one has written. */
class DiskFormatTest {
    private static final ReplicaId A = new ReplicaId(new NodeId("a"), new StorageId(1, 2));
    private static final SnapshotPoint POINT = new SnapshotPoint(new Position(9, 5),
            Membership.of(new TreeSet<>(List.of(A)), new TreeMap<>()), 7);
    private static final String POINT_HEX = "0000000000000009 0000000000000005 0000000000000007"
            + "01 00000001 0161 00000000000000010000000000000002 00000000 00000000 00000000";

    private final FaultyDisk disk = new FaultyDisk(new SplittableRandom(1));

    @Test
    void aSuperblockHasTheseBytes() {
        // given one with everything
        var superblock = new Superblock(2, A.node(), A.storage(), new ClusterId(7, 8), new HardState(6, A), 9,
                new Position(8, 5), new Position(10, 6), POINT, new FoundingRecord(3, A, 4, null, 0));

        // when it is written
        var out = new ByteWriter();
        superblock.write(out);

        // then these are its bytes, and they read back
        assertThat(out.toArray()).isEqualTo(hex("01 0000000000000002 0161 00000000000000010000000000000002"
                + "01 00000000000000070000000000000008"
                + "0000000000000006 01 0161 00000000000000010000000000000002"
                + "0000000000000009 0000000000000008 0000000000000005 000000000000000a 0000000000000006"
                + POINT_HEX
                + "01 0000000000000003 01 0161 00000000000000010000000000000002 0000000000000004 00 0000000000000000"));
        assertThat(Superblock.read(new ByteReader(out.toArray()))).isEqualTo(superblock);
    }

    @Test
    void aSectorHasTheseBytes() {
        // given a payload of 481 bytes: its last byte is in a sector of its own
        byte[] payload = new byte[481];
        payload[480] = 0x5a;
        byte[] sector = new byte[Sector.BYTES];
        Sector.write(3, 17, 1, payload, payload.length, sector, 0);

        // then these are the bytes of the second
        byte[] golden = Arrays.copyOf(
                hex("1e07aade 00000001 00000002 000001e1 0000000000000003 0000000000000011 5a"), Sector.BYTES);
        assertThat(sector).isEqualTo(golden);
        assertThat(Sector.read(golden, 0)).isEqualTo(new Sector(3, 17, 1, 2, 481, Sector.HEADER_BYTES));
    }

    @Test
    void anImageHasTheseBytes() throws IOException {
        // given an image of one slice with three bytes
        byte[] slice = new byte[Image.SLICE_BYTES];
        slice[2] = 9;
        new Image(64, 3, 17, List.of(slice)).write(disk, () -> false);

        // then these are its bytes
        assertThat(disk.content(Image.FILE)).isEqualTo(hex("524146544346494d 00000001 00000040 0000000000000003"
                + "0000000000000011 00000001 8ddb2d62" + "00000003 979b4b87 000009"));
    }

    @Test
    void aSnapshotHasTheseBytes() throws IOException {
        // given a snapshot of three bytes
        new SnapshotFiles(disk).write(POINT, new ClusterId(7, 8),
                out -> out.write("abc".getBytes(StandardCharsets.US_ASCII)));

        // then these are its name and its bytes
        assertThat(disk.content("snapshot-0000000000000000009-0000000000000000005"))
                .isEqualTo(hex("524146544346534e 00000001 0000004c 01 00000000000000070000000000000008" + POINT_HEX
                        + "6402410b" + "00000003 fcfe2a35 616263" + "00000000 0000000000000003 364b3fb7"));
    }

    /** What is cut off is used again: the store's size follows the longest log, not the number of writes. */
    @Test
    void theStoreStaysFlatUnderTurnover() throws IOException {
        var random = new SplittableRandom(3);
        try (var store = MapDbRaftStore.open(disk, 256, null, A::node, A::storage, Runnable::run)) {
            // given a log that is filled and cut, fifty times 200 entries of very different sizes
            int slicesEarly = 0;
            for (int round = 1; round <= 50; round++) {
                for (int i = 0; i < 20; i++) {
                    long first = (round - 1) * 200L + i * 10L + 1;
                    store.persist(RaftStoreContract.appended(tenEntries(first, random)));
                }
                var last = new Position(round * 200L, 1);
                var point = new SnapshotPoint(last, RaftStoreContract.membership(), 1);
                store.writeSnapshot(point, out -> out.write(1));
                RaftStoreContract.compactWhole(store, point, last);
                if (round == 25) {
                    slicesEarly = slices();
                }
            }

            // then the second half of them has needed next to no more room
            assertThat(slices()).isLessThanOrEqualTo(slicesEarly + 1);
        }
    }

    private int slices() throws IOException {
        return Image.read(disk).slices().size();
    }

    private static List<Entry> tenEntries(long first, SplittableRandom random) {
        return LongStream.range(first, first + 10)
                .mapToObj(index -> new Entry(new Position(index, 1), new Payload.Command(
                        Bytes.wrap(new byte[random.nextInt(20, 3_000)]))))
                .toList();
    }

    private static byte[] hex(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }
}
