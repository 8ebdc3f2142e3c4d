package io.quarkiverse.raftconfig.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import io.quarkiverse.raftconfig.core.Bytes;
import io.quarkiverse.raftconfig.core.Entry;
import io.quarkiverse.raftconfig.core.FoundingMessage;
import io.quarkiverse.raftconfig.core.FoundingMessage.Verdict;
import io.quarkiverse.raftconfig.core.Message;
import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.core.Payload;
import io.quarkiverse.raftconfig.core.Position;
import io.quarkiverse.raftconfig.core.ReplicaId;
import io.quarkiverse.raftconfig.core.StorageId;

/** The bytes that replicas exchange. What these tests pin down is read by other versions: add, don't change. */
class MessageCodecTest {
    private static final ReplicaId A = new ReplicaId(new NodeId("a"), new StorageId(1, 2));
    private static final ReplicaId B = new ReplicaId(new NodeId("b"), new StorageId(3, 4));
    private static final String FOUNDER = "0161" + "0000000000000001" + "0000000000000002";

    private static Map<Message, String> golden() {
        Map<Message, String> golden = new LinkedHashMap<>();
        golden.put(new Message.PreVote(A, B, 5, new Position(7, 4)),
                "01 01 00000018 0000000000000005 0000000000000007 0000000000000004");
        golden.put(new Message.PreVoteResponse(A, B, 4, 5, true),
                "01 02 00000011 0000000000000004 0000000000000005 01");
        golden.put(new Message.RequestVote(A, B, 5, new Position(7, 4)),
                "01 03 00000018 0000000000000005 0000000000000007 0000000000000004");
        golden.put(new Message.RequestVoteResponse(A, B, 5, false), "01 04 00000009 0000000000000005 00");
        golden.put(new Message.AppendEntries(A, B, 5, new Position(7, 4), List.of(
                new Entry(new Position(8, 5), Payload.NoOp.INSTANCE),
                new Entry(new Position(9, 5), new Payload.Command(Bytes.wrap(new byte[] { 10, 11 })))), 6, 3),
                "01 05 00000056 0000000000000005 0000000000000007 0000000000000004 0000000000000006 0000000000000003 00000002"
                        + " 01 01 0000000000000008 0000000000000005"
                        + " 01 02 0000000000000009 0000000000000005 00000002 0a0b");
        golden.put(new Message.AppendEntriesResponse(A, B, 5, false, 7, new Position(6, 3)),
                "01 06 00000021 0000000000000005 00 0000000000000007 0000000000000006 0000000000000003");
        golden.put(new Message.Heartbeat(A, B, 5, 9, 6),
                "01 07 00000018 0000000000000005 0000000000000009 0000000000000006");
        golden.put(new Message.HeartbeatResponse(A, B, 5, 9), "01 08 00000010 0000000000000005 0000000000000009");
        golden.put(new Message.CommitAdvanced(A, B, 5, 6), "01 09 00000010 0000000000000005 0000000000000006");
        golden.put(new Message.TimeoutNow(A, B, 5), "01 0a 00000008 0000000000000005");
        golden.put(new Message.RequestVote(A, B, 5, new Position(7, 4), true),
                "01 0b 00000018 0000000000000005 0000000000000007 0000000000000004");
        return golden;
    }

    private static Map<FoundingMessage, String> goldenFounding() {
        Map<FoundingMessage, String> golden = new LinkedHashMap<>();
        golden.put(new FoundingMessage.Ask(A, 6, new TreeSet<>(List.of(new NodeId("a"), new NodeId("b")))),
                "01 21 00000022 " + FOUNDER + " 0000000000000006 00000002 0161 0162");
        golden.put(new FoundingMessage.AskAnswer(A, 6, Verdict.NOT_BLANK),
                "01 22 0000001b " + FOUNDER + " 0000000000000006 02");
        golden.put(new FoundingMessage.Confirm(A, 6), "01 23 0000001a " + FOUNDER + " 0000000000000006");
        golden.put(new FoundingMessage.ConfirmAnswer(A, 6, true),
                "01 24 0000001b " + FOUNDER + " 0000000000000006 01");
        golden.put(new FoundingMessage.Release(A, 6), "01 25 0000001a " + FOUNDER + " 0000000000000006");
        return golden;
    }

    @Test
    void writesAndReadsTheGoldenBytes() {
        golden().forEach((message, hex) -> {
            assertThat(hex(encode(message))).as(message.toString()).isEqualTo(hex.replace(" ", ""));
            assertThat(MessageCodec.read(new ByteReader(bytes(hex)), A, B)).isEqualTo(message);
        });
        goldenFounding().forEach((message, hex) -> {
            assertThat(hex(encode(message))).as(message.toString()).isEqualTo(hex.replace(" ", ""));
            assertThat(MessageCodec.readFounding(new ByteReader(bytes(hex)))).isEqualTo(message);
        });
    }

    @Test
    void knowsEveryMessageThereIs() {
        assertThat(golden().keySet().stream().map(Object::getClass).collect(Collectors.toSet()))
                .containsExactlyInAnyOrder(Message.class.getPermittedSubclasses());
        assertThat(goldenFounding().keySet().stream().map(Object::getClass).collect(Collectors.toSet()))
                .containsExactlyInAnyOrder(FoundingMessage.class.getPermittedSubclasses());
    }

    @Test
    void keepsEveryVerdictApart() {
        for (Verdict verdict : Verdict.values()) {
            var answer = new FoundingMessage.AskAnswer(A, 1, verdict);
            assertThat(MessageCodec.readFounding(new ByteReader(encode(answer)))).isEqualTo(answer);
        }
    }

    @Test
    void ignoresFieldsThatALaterVersionAppended() {
        // given a heartbeat of version 2, with one byte more than this version knows
        byte[] later = bytes("02 08 00000011 0000000000000005 0000000000000009 ff" + "01");
        ByteReader in = new ByteReader(later);

        // then what is known is read, and the reader stands behind the message
        assertThat(MessageCodec.read(in, A, B)).isEqualTo(new Message.HeartbeatResponse(A, B, 5, 9));
        assertThat(in.u8()).isEqualTo(1);
    }

    @Test
    void tellsOfATypeThatOnlyALaterVersionKnows() {
        ByteReader in = new ByteReader(bytes("02 20 00000002 abcd" + "01"));
        assertThat(MessageCodec.read(in, A, B)).isNull();
        assertThat(in.u8()).isEqualTo(1);
        assertThat(MessageCodec.readFounding(new ByteReader(bytes("02 26 00000002 abcd")))).isNull();
    }

    @Test
    void refusesWhatCouldCorruptALog() {
        String head = "01 05 00000040 0000000000000005 0000000000000007 0000000000000004 0000000000000006 0000000000000003 00000001";
        for (String entry : List.of(
                // a gap, a repetition, a term that falls, the place before the first
                "0101 0000000000000009 0000000000000005", "0101 0000000000000007 0000000000000005",
                "0101 0000000000000008 0000000000000003", "0101 0000000000000000 0000000000000000")) {
            assertThatThrownBy(() -> MessageCodec.read(new ByteReader(bytes(head + entry)), A, B)).as(entry)
                    .isInstanceOf(MalformedException.class);
        }
    }

    @Test
    void refusesBytesThatAreCutOffTooManyOrOutOfRange() {
        for (String hex : List.of(
                // no version, version 0, negative body, body longer than what is there
                "", "00 08 00000000", "01 08 ffffffff", "01 08 00000011 0000000000000005 0000000000000009",
                // a byte too many in our own version, a negative term, a flag of 2
                "01 08 00000011 0000000000000005 0000000000000009 ff", "01 08 00000010 8000000000000000 0000000000000009",
                "01 04 00000009 0000000000000005 02",
                // more entries than fit
                "01 05 0000002c 0000000000000005 0000000000000007 0000000000000004 0000000000000006 0000000000000003 7fffffff")) {
            assertThatThrownBy(() -> MessageCodec.read(new ByteReader(bytes(hex)), A, B)).as(hex)
                    .isInstanceOf(MalformedException.class);
        }
        assertThatThrownBy(() -> MessageCodec
                .readFounding(new ByteReader(bytes("01 22 0000001b " + FOUNDER + " 0000000000000006 05"))))
                .isInstanceOf(MalformedException.class);
    }

    /**
     * Hostile bytes are either read or malformed. {@code -Dfuzz.inputs=10000000} is the long form; {@code -Dfuzz.seed}
     * repeats a run.
     */
    @Test
    void survivesHostileBytes() {
        int inputs = Integer.getInteger("fuzz.inputs", 300_000);
        long seed = Long.getLong("fuzz.seed", 42);
        Random random = new Random(seed);
        List<byte[]> samples = new ArrayList<>();
        Stream.concat(golden().values().stream(), goldenFounding().values().stream()).forEach(hex -> samples.add(bytes(hex)));

        for (int i = 0; i < inputs; i++) {
            byte[] input = i % 4 == 0 ? random(random) : mutated(samples.get(random.nextInt(samples.size())), random);
            try {
                MessageCodec.read(new ByteReader(input), A, B);
                MessageCodec.readFounding(new ByteReader(input));
            } catch (MalformedException e) {
                // The one answer to bytes that are not ours.
            } catch (RuntimeException | Error e) {
                throw new AssertionError("-Dfuzz.seed=" + seed + ", input " + i + ": " + hex(input), e);
            }
        }
    }

    private static byte[] random(Random random) {
        byte[] input = new byte[random.nextInt(128)];
        random.nextBytes(input);
        return input;
    }

    /** Flips, overwrites, cuts or extends: often near enough to get past the first checks. */
    private static byte[] mutated(byte[] sample, Random random) {
        byte[] input = sample.clone();
        for (int i = random.nextInt(4); i >= 0; i--) {
            int at = random.nextInt(input.length);
            switch (random.nextInt(4)) {
                case 0 -> input[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> input[at] = (byte) random.nextInt(256);
                case 2 -> input[at] = random.nextBoolean() ? (byte) 0xff : 0x7f;
                default -> input = Arrays.copyOf(input, 1 + random.nextInt(2 * input.length));
            }
        }
        return input;
    }

    private static byte[] encode(Message message) {
        ByteWriter out = new ByteWriter(1);
        MessageCodec.write(out, message);
        return out.toArray();
    }

    private static byte[] encode(FoundingMessage message) {
        ByteWriter out = new ByteWriter(1);
        MessageCodec.write(out, message);
        return out.toArray();
    }

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
