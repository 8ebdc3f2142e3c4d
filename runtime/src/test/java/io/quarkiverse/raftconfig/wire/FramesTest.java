package io.quarkiverse.raftconfig.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.zip.CRC32C;

import org.junit.jupiter.api.Test;

import io.quarkiverse.raftconfig.codec.ByteReader;
import io.quarkiverse.raftconfig.codec.ByteWriter;
import io.quarkiverse.raftconfig.codec.MalformedException;
import io.quarkiverse.raftconfig.core.Bytes;
import io.quarkiverse.raftconfig.core.ClusterId;
import io.quarkiverse.raftconfig.core.Membership;
import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.core.Position;
import io.quarkiverse.raftconfig.core.ReplicaId;
import io.quarkiverse.raftconfig.core.SnapshotPoint;
import io.quarkiverse.raftconfig.core.StorageId;
import io.quarkiverse.raftconfig.node.MembershipRequest;
import io.quarkiverse.raftconfig.node.PeerRequest;
import io.quarkiverse.raftconfig.node.PeerResponse;
import io.quarkiverse.raftconfig.node.Seat;

/** How messages lie on a stream, and what the handshake and the requests look like there. */
class FramesTest {
    private record Received(FrameKind kind, Bytes message) {
    }

    private final List<Received> received = new ArrayList<>();
    private final FrameReader reader = new FrameReader((kind, message) -> received.add(new Received(kind, rest(message))));

    @Test
    void haveLengthChecksumKindAndPart() {
        // the checksum is over all but itself
        byte[] frame = Frames.whole(FrameKind.RAFT, new byte[] { 1, 2, 3 });
        assertThat(HexFormat.of().formatHex(frame)).startsWith("00000005").endsWith("0500010203").hasSize(26);
        assertThat(Frames.i32(frame, 4)).isEqualTo(crc32c(HexFormat.of().parseHex("000000050500010203")));
    }

    @Test
    void areReadWhereverTheyAreCut() {
        // given a stream with short messages, empty ones, and one in parts
        Random random = new Random(1);
        List<Received> sent = new ArrayList<>();
        List<byte[]> frames = new ArrayList<>();
        for (int length : new int[] { 0, 1, 10, 3 * Frames.PAYLOAD_BYTES_MAX + 1, 100, Frames.PAYLOAD_BYTES_MAX, 7 }) {
            byte[] message = new byte[length];
            random.nextBytes(message);
            Frames.add(frames, FrameKind.RAFT, message, length);
            sent.add(new Received(FrameKind.RAFT, Bytes.wrap(message)));
        }
        byte[] stream = concat(frames);

        for (int run = 0; run < 200; run++) {
            // when it comes in pieces of any size
            int pieceMax = run == 0 ? 1 : 1 + random.nextInt(1 << random.nextInt(20));
            for (int at = 0; at < stream.length;) {
                int end = Math.min(stream.length, at + 1 + random.nextInt(pieceMax));
                reader.read(Arrays.copyOfRange(stream, at, end));
                at = end;
            }

            // then all messages are there
            assertThat(received).isEqualTo(sent);
            received.clear();
        }
    }

    @Test
    void letShortMessagesOvertakeALongOneBetweenItsParts() {
        // given a long message and a short one
        List<byte[]> parts = new ArrayList<>();
        Frames.add(parts, FrameKind.RAFT, new byte[100_000], 100_000);
        byte[] shortOne = Frames.whole(FrameKind.FOUNDING, new byte[] { 9 });

        // when the short one comes between two parts
        reader.read(parts.get(0));
        reader.read(shortOne);
        reader.read(parts.get(1));

        // then it is there first, and the long one is whole
        assertThat(received).containsExactly(new Received(FrameKind.FOUNDING, Bytes.wrap(new byte[] { 9 })),
                new Received(FrameKind.RAFT, Bytes.wrap(new byte[100_000])));
    }

    @Test
    void showEveryFlippedBit() {
        byte[] frame = Frames.whole(FrameKind.RAFT, new byte[] { 1, 2, 3, 4 });
        for (int bit = 0; bit < frame.length * 8; bit++) {
            byte[] flipped = frame.clone();
            flipped[bit / 8] ^= (byte) (1 << (bit % 8));
            FrameReader fresh = new FrameReader((kind, message) -> received.add(new Received(kind, rest(message))));
            try {
                fresh.read(flipped);
                // A length that has grown is only found out when more bytes have come.
                fresh.read(new byte[Frames.FRAME_BYTES_MAX]);
                throw new AssertionError("bit " + bit + " went unnoticed");
            } catch (MalformedException e) {
                assertThat(received).isEmpty();
            }
        }
    }

    @Test
    void ofAKindThatOnlyALaterVersionKnowsAreSkipped() {
        byte[] unknown = Frames.whole(FrameKind.RAFT, new byte[] { 1 });
        unknown[8] = 77;
        int checksum = Frames.checksum(unknown, 0, unknown.length - Frames.PREFIX_BYTES);
        for (int i = 0; i < 4; i++) {
            unknown[4 + i] = (byte) (checksum >>> (24 - 8 * i));
        }
        reader.read(unknown);
        reader.read(Frames.whole(FrameKind.RAFT, new byte[] { 2 }));
        assertThat(received).containsExactly(new Received(FrameKind.RAFT, Bytes.wrap(new byte[] { 2 })));
    }

    @Test
    void areBoundedInLengthAndInWhatTheyMakeTogether() {
        // a frame that claims to be longer than any is refused before it has come
        assertThatThrownBy(() -> reader.read(new byte[] { 0x7f, 0, 0, 0, 0, 0, 0, 0 }))
                .isInstanceOf(MalformedException.class);
        assertThatThrownBy(() -> Frames.add(new ArrayList<>(), FrameKind.RAFT, new byte[0], Frames.MESSAGE_BYTES_MAX + 1))
                .isInstanceOf(IllegalArgumentException.class);

        // a message that never ends is refused when it is longer than any
        List<byte[]> parts = new ArrayList<>();
        Frames.add(parts, FrameKind.RAFT, new byte[100_000], 100_000);
        FrameReader fresh = new FrameReader((kind, message) -> received.add(new Received(kind, rest(message))));
        assertThatThrownBy(() -> {
            for (int i = 0; i <= Frames.MESSAGE_BYTES_MAX / Frames.PAYLOAD_BYTES_MAX; i++) {
                fresh.read(parts.get(0).clone());
            }
        }).isInstanceOf(MalformedException.class).hasMessageContaining("more than");
        assertThat(received).isEmpty();
    }

    @Test
    void surviveHostileBytes() {
        Random random = new Random(Long.getLong("fuzz.seed", 42));
        byte[] sample = concat(List.of(Frames.whole(FrameKind.HELLO, hello().encode()),
                Frames.whole(FrameKind.RAFT, new byte[20]), Frames.whole(FrameKind.REQUEST, new byte[20])));
        for (int i = 0; i < Integer.getInteger("fuzz.inputs", 50_000); i++) {
            byte[] input = sample.clone();
            for (int j = random.nextInt(3); j >= 0; j--) {
                input[random.nextInt(input.length)] = (byte) random.nextInt(256);
            }
            survives(() -> new FrameReader((kind, message) -> {
            }).read(input));
            byte[] body = Arrays.copyOfRange(input, Frames.HEADER_BYTES, Frames.HEADER_BYTES + random.nextInt(60));
            survives(() -> Hello.decode(new ByteReader(body)));
            survives(() -> Welcome.decode(new ByteReader(body)));
            survives(() -> PeerRequestCodec.readRequest(new ByteReader(body)));
            survives(() -> PeerRequestCodec.readResponse(new ByteReader(body)));
        }
    }

    private static void survives(Runnable decoding) {
        try {
            decoding.run();
        } catch (MalformedException e) {
            // The one answer to bytes that are not ours.
        }
    }

    @Test
    void ofTheHandshakeHaveGoldenBytes() {
        String replica = "0161" + "0000000000000001" + "0000000000000002";
        String cluster = "01" + "0000000000000003" + "0000000000000004";
        assertThat(HexFormat.of().formatHex(hello().encode()))
                .isEqualTo("0101" + cluster + replica + "010162" + "0000000000000007"
                        + "0000000000000005" + "0000000000000006");
        assertThat(Hello.decode(new ByteReader(hello().encode()))).isEqualTo(hello());

        Welcome welcome = new Welcome(1, null, hello().from(), 8);
        assertThat(HexFormat.of().formatHex(welcome.encode())).isEqualTo("01" + "00" + replica + "0000000000000008");
        assertThat(Welcome.decode(new ByteReader(welcome.encode()))).isEqualTo(welcome);
    }

    @Test
    void ofRequestsAndResponsesHaveGoldenBytes() {
        Bytes bytes = Bytes.wrap(new byte[] { 10, 11 });
        request(new PeerRequest.Propose(bytes, 5000), "01 01 0000000e 0000000000001388 00000002 0a0b");
        request(new PeerRequest.ReadIndex(5000), "01 02 00000008 0000000000001388");
        var point = new SnapshotPoint(new Position(9, 5),
                Membership.of(new TreeSet<>(List.of(new ReplicaId(new NodeId("a"), new StorageId(1, 2)))), new TreeMap<>()), 7);
        request(new PeerRequest.InstallSnapshot(5, 3, point, 258, 0x01020304, 256, bytes, 0x05060708),
                "01 03 00000069 0000000000000005 0000000000000003 0000000000000009 0000000000000005 0000000000000007"
                        + "01 00000001 0161 00000000000000010000000000000002 00000000 00000000 00000000"
                        + "0000000000000102 01020304 0000000000000100 00000002 0a0b 05060708");
        response(new PeerResponse.SnapshotChunk(258), "01 04 00000008 0000000000000102");
        response(new PeerResponse.SnapshotInstalled(), "01 05 00000000");
        SortedMap<NodeId, Seat> members = new TreeMap<>();
        members.put(new NodeId("a"), new Seat(null, true));
        members.put(new NodeId("b"), new Seat("h:1", false));
        request(new PeerRequest.ChangeMembership(new MembershipRequest(9, members), 5000),
                "01 04 00000023 0000000000001388 0000000000000009 00000002 0161 00 01 0162 01 00000003 683a31 00");
        request(new PeerRequest.Transfer(null, 5000), "01 05 00000009 0000000000001388 00");
        request(new PeerRequest.Transfer(new NodeId("a"), 5000), "01 05 0000000b 0000000000001388 01 0161");
        request(new PeerRequest.Join(hello().from(), "h:1", 5000),
                "01 06 00000022 0000000000001388 0161 0000000000000001 0000000000000002 01 00000003 683a31");
        response(new PeerResponse.MembershipChanged(7), "01 06 00000008 0000000000000007");
        response(new PeerResponse.Done(), "01 07 00000000");
        response(new PeerResponse.Applied(7, bytes), "01 01 0000000e 0000000000000007 00000002 0a0b");
        response(new PeerResponse.ReadIndex(7), "01 02 00000008 0000000000000007");
        response(new PeerResponse.Failed(PeerResponse.Kind.STORE_FULL, "ab"), "01 03 00000007 03 00000002 6162");
        assertThat(PeerRequest.class.getPermittedSubclasses()).hasSize(6);
        assertThat(PeerResponse.class.getPermittedSubclasses()).hasSize(7);
        for (PeerResponse.Kind kind : PeerResponse.Kind.values()) {
            PeerResponse failed = new PeerResponse.Failed(kind, "");
            assertThat(PeerRequestCodec.readResponse(new ByteReader(encode(failed)))).isEqualTo(failed);
        }
        // a type that only a later version knows
        byte[] unknown = HexFormat.of().parseHex("0263" + "00000001" + "00");
        assertThat(PeerRequestCodec.readRequest(new ByteReader(unknown))).isNull();
        assertThat(PeerRequestCodec.readResponse(new ByteReader(unknown))).isNull();
    }

    private static void request(PeerRequest request, String hex) {
        var out = new ByteWriter();
        PeerRequestCodec.write(out, request);
        assertThat(HexFormat.of().formatHex(out.toArray())).isEqualTo(hex.replace(" ", ""));
        assertThat(PeerRequestCodec.readRequest(new ByteReader(out.toArray()))).isEqualTo(request);
    }

    private static void response(PeerResponse response, String hex) {
        byte[] encoded = encode(response);
        assertThat(HexFormat.of().formatHex(encoded)).isEqualTo(hex.replace(" ", ""));
        assertThat(PeerRequestCodec.readResponse(new ByteReader(encoded))).isEqualTo(response);
    }

    private static byte[] encode(PeerResponse response) {
        var out = new ByteWriter();
        PeerRequestCodec.write(out, response);
        return out.toArray();
    }

    private static Hello hello() {
        return new Hello(1, 1, new ClusterId(3, 4), new ReplicaId(new NodeId("a"), new StorageId(1, 2)), new NodeId("b"), 7, 5,
                6);
    }

    private static Bytes rest(ByteReader in) {
        byte[] rest = new byte[in.remaining()];
        for (int i = 0; i < rest.length; i++) {
            rest[i] = (byte) in.u8();
        }
        return Bytes.wrap(rest);
    }

    private static byte[] concat(List<byte[]> frames) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        frames.forEach(all::writeBytes);
        return all.toByteArray();
    }

    private static int crc32c(byte[] bytes) {
        var crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }
}
