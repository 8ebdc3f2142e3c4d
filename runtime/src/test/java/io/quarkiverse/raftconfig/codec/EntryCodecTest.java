package io.quarkiverse.raftconfig.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;

import org.junit.jupiter.api.Test;

import io.quarkiverse.raftconfig.core.Bytes;
import io.quarkiverse.raftconfig.core.Entry;
import io.quarkiverse.raftconfig.core.Membership;
import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.core.Payload;
import io.quarkiverse.raftconfig.core.Position;
import io.quarkiverse.raftconfig.core.ReplicaId;
import io.quarkiverse.raftconfig.core.SnapshotPoint;
import io.quarkiverse.raftconfig.core.StorageId;

/** The bytes of entries and memberships: what is on disks out there must be readable for ever. */
class EntryCodecTest {
    private static final ReplicaId A = new ReplicaId(new NodeId("a"), new StorageId(1, 2));
    private static final ReplicaId B = new ReplicaId(new NodeId("b-1"), new StorageId(-1, 0));
    private static final ReplicaId C = new ReplicaId(new NodeId("c"), new StorageId(3, 4));

    private static final Entry NO_OP = new Entry(new Position(1, 1), Payload.NoOp.INSTANCE);
    private static final Entry COMMAND = new Entry(new Position(258, 3),
            new Payload.Command(Bytes.wrap(new byte[] { 1, 2, (byte) 0xff })));
    private static final Entry JOINT = new Entry(new Position(7, 5), new Payload.MembershipChange(joint()));

    @Test
    void aNoOpHasTheseBytes() {
        assertGolden(NO_OP, "01 01 0000000000000001 0000000000000001");
    }

    @Test
    void aCommandHasTheseBytes() {
        assertGolden(COMMAND, "01 02 0000000000000102 0000000000000003 00000003 0102ff");
    }

    @Test
    void aJointMembershipHasTheseBytes() {
        assertGolden(JOINT, "01 03 0000000000000007 0000000000000005"
                + "01"
                + "00000001 0161 00000000000000010000000000000002"
                + "00000001 03622d31 ffffffffffffffff0000000000000000"
                + "00000001 0163 00000000000000030000000000000004"
                + "00000001 0161 00000006 613a39303030");
    }

    @Test
    void aSnapshotPointHasTheseBytes() {
        // given the point of a snapshot
        var point = new SnapshotPoint(new Position(9, 5), Membership.of(new TreeSet<>(List.of(A)), new TreeMap<>()), 7);

        // when it is written
        var out = new ByteWriter();
        MembershipCodec.writeSnapshotPoint(out, point);

        // then these are its bytes, and they read back
        assertThat(out.toArray()).isEqualTo(hex("0000000000000009 0000000000000005 0000000000000007"
                + "01 00000001 0161 00000000000000010000000000000002 00000000 00000000 00000000"));
        assertThat(MembershipCodec.readSnapshotPoint(new ByteReader(out.toArray()))).isEqualTo(point);
    }

    @Test
    void anEntryOfUnknownTypeIsRefusedByName() {
        assertThatThrownBy(() -> decode(hex("01 09 0000000000000102 0000000000000003")))
                .isInstanceOf(MalformedException.class).hasMessageContaining("258@3").hasMessageContaining("type 9");
    }

    @Test
    void aLaterFormatVersionIsRefused() {
        assertThatThrownBy(() -> decode(hex("02 01 0000000000000001 0000000000000001")))
                .isInstanceOf(MalformedException.class).hasMessageContaining("version 2");
    }

    @Test
    void replicasOutOfOrderAreRefused() {
        assertThatThrownBy(() -> decode(hex("01 03 0000000000000007 0000000000000005"
                + "01"
                + "00000002 0163 00000000000000010000000000000002 0161 00000000000000010000000000000002"
                + "00000000 00000000 00000000")))
                .isInstanceOf(MalformedException.class).hasMessageContaining("ascending");
    }

    @Test
    void aNodeIdWithACharacterThatIsNotAllowedIsRefused() {
        assertThatThrownBy(() -> FieldCodec.readNodeId(new ByteReader(hex("02 612f"))))
                .isInstanceOf(MalformedException.class).hasMessageContaining("node id");
        assertThatThrownBy(() -> FieldCodec.readNodeId(new ByteReader(hex("40"))))
                .isInstanceOf(MalformedException.class).hasMessageContaining("64 characters");
    }

    @Test
    void anAddressThatCouldNotBeReadBackIsNotWritten() {
        // given an address one byte too long
        var addresses = new TreeMap<NodeId, String>();
        addresses.put(A.node(), "x".repeat(MembershipCodec.ADDRESS_BYTES_MAX + 1));
        var membership = Membership.of(new TreeSet<>(List.of(A)), addresses);

        // then it is refused, and one of the full length is not
        assertThatIllegalArgumentException().isThrownBy(() -> MembershipCodec.write(new ByteWriter(), membership))
                .withMessageContaining("node a");
        addresses.put(A.node(), "x".repeat(MembershipCodec.ADDRESS_BYTES_MAX));
        var longest = Membership.of(new TreeSet<>(List.of(A)), addresses);
        var out = new ByteWriter();
        MembershipCodec.write(out, longest);
        assertThat(MembershipCodec.read(new ByteReader(out.toArray()))).isEqualTo(longest);
    }

    @Test
    void whateverTheBytesTheDecoderAnswersOrRefuses() {
        // given 200,000 inputs: noise, and golden entries with a few bytes changed or cut off
        var random = new SplittableRandom(42);
        List<byte[]> golden = List.of(encode(NO_OP), encode(COMMAND), encode(JOINT));
        int understood = 0;
        for (int i = 0; i < 200_000; i++) {
            byte[] input = i % 4 == 0 ? noise(random) : mutated(golden.get(i % 3), random);

            // then each is an entry that encodes to these very bytes, or malformed; never anything else
            try {
                Entry entry = decode(input);
                assertThat(encode(entry)).isEqualTo(input);
                understood++;
            } catch (MalformedException expected) {
                assertThat(expected.getMessage()).isNotEmpty();
            }
        }
        assertThat(understood).isGreaterThan(1_000);
    }

    private static Membership joint() {
        var addresses = new TreeMap<NodeId, String>();
        addresses.put(A.node(), "a:9000");
        return new Membership(new TreeSet<>(List.of(A)), new TreeSet<>(List.of(B)), new TreeSet<>(List.of(C)), addresses);
    }

    private static byte[] noise(SplittableRandom random) {
        byte[] bytes = new byte[random.nextInt(80)];
        random.nextBytes(bytes);
        if (bytes.length > 1) {
            bytes[0] = 1;
            bytes[1] = (byte) (1 + random.nextInt(4));
        }
        return bytes;
    }

    private static byte[] mutated(byte[] golden, SplittableRandom random) {
        byte[] bytes = random.nextInt(4) == 0
                ? Arrays.copyOf(golden, random.nextInt(golden.length + 8))
                : golden.clone();
        int changes = bytes.length == 0 ? 0 : random.nextInt(4);
        for (int i = 0; i < changes; i++) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
        return bytes;
    }

    private static void assertGolden(Entry entry, String hex) {
        assertThat(encode(entry)).isEqualTo(hex(hex));
        assertThat(decode(hex(hex))).isEqualTo(entry);
    }

    private static byte[] encode(Entry entry) {
        var out = new ByteWriter();
        EntryCodec.write(out, entry);
        return out.toArray();
    }

    private static Entry decode(byte[] bytes) {
        var in = new ByteReader(bytes);
        Entry entry = EntryCodec.read(in);
        in.end();
        return entry;
    }

    private static byte[] hex(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }
}
