package io.quarkiverse.raftconfig.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import io.quarkiverse.raftconfig.Expectation;
import io.quarkiverse.raftconfig.state.Outcome.NotRestored.Reason;
import io.quarkiverse.raftconfig.state.Transaction.Change;
import io.quarkiverse.raftconfig.state.Transaction.Stamp;

/** A whole state out of one cluster and into another. */
class RestoreTest {
    private static final String BACKUP_HEX = "524146544346424b" + "01" // magic, version
            + "0463616665" + "016e" + "02" + "d00f" + "22" // cluster, node, revision, taken at, 34 bytes of image
            + "01" + "02" + "02" + "02" + "e807" // version, applied, revision, names, time
            + "02" + "0161" + "0131" + "01" + "01" + "01" + "00" + "e807" + "0103776879"
            + "0162" + "0132" + "02" + "02" + "01" + "00" + "e807" + "00" + "00"
            + "3ce41110"; // checksum
    private static final String PART_HEX = "40" + "01" // a part of a restore, version
            + "0172" + "00" + "02" + "05" + "ac02" + "0401026162"; // restore, number, parts, properties, bytes of state, bytes

    private final ConfigState original = new ConfigState();
    private final ConfigState fresh = new ConfigState();
    private long originalIndex;
    private long freshIndex;

    @Test
    void aFreshStateBecomesWhatWasBackedUp() throws IOException {
        // given a state with a long log behind it, and one without
        originalIndex = 1_000;
        skipTo(original, originalIndex);
        write(null, "a", "1");
        write("key", "b", "2");
        Backup backup = Backup.read(backup().toBytes());

        // when the one is restored into the other
        assertThat(restore(backup, "r")).isEqualTo(new Outcome.Restored(2));
        fresh.publish();

        // then it has the same properties at the same revision, and goes on from there
        PublishedState restored = fresh.published();
        assertThat(restored.properties()).isEqualTo(original.published().properties());
        assertThat(restored.revision()).isEqualTo(2);
        assertThat(restored.namesRevision()).isEqualTo(2);
        assertThat(restored.sizeBytes()).isEqualTo(original.published().sizeBytes());
        assertThat(restored.lastApplied()).isEqualTo(freshIndex);
        assertThat(apply(transaction(null, "c", "3"))).isInstanceOf(Outcome.Applied.class);
        fresh.publish();
        assertThat(fresh.published().revision()).isEqualTo(3);

        // and a write that was made before the backup is not made again
        assertThat(apply(transaction("key", "b", "2"))).isInstanceOfSatisfying(Outcome.Applied.class,
                it -> assertThat(it.repeated()).isTrue());

        // and what is remembered from now on stands behind it, also on a replica that starts from a snapshot
        apply(transaction("later", "d", "4"));
        byte[] image = image(fresh);
        assertThat(image(ConfigState.read(new ByteArrayInputStream(image)))).isEqualTo(image);
    }

    @Test
    void nothingIsSeenBeforeTheLastPart() throws IOException {
        // given a state that goes in several parts
        List<RestorePart> parts = large().parts("r");
        assertThat(parts).hasSizeGreaterThan(2);

        // when all but the last are applied
        for (RestorePart part : parts.subList(0, parts.size() - 1)) {
            assertThat(apply(part)).isEqualTo(new Outcome.PartTaken());
            fresh.publish();
            assertThat(fresh.published().revision()).isZero();
        }

        // then the last one makes it visible, also on a replica that starts from a snapshot in between
        ConfigState replica = ConfigState.read(new ByteArrayInputStream(image(fresh)));
        RestorePart last = parts.get(parts.size() - 1);
        assertThat(apply(last)).isEqualTo(new Outcome.Restored(10));
        replica.apply(freshIndex, CommandCodec.encode(last));
        assertThat(image(replica)).isEqualTo(image(fresh));
        replica.publish();
        assertThat(replica.published().properties()).isEqualTo(original.published().properties());
    }

    @Test
    void aPartThatComesAgainChangesNothing() throws IOException {
        List<RestorePart> parts = large().parts("r");
        for (RestorePart part : parts.subList(0, parts.size() - 1)) {
            apply(part);
            byte[] before = image(fresh);
            assertThat(apply(part)).isEqualTo(new Outcome.PartTaken());
            assertThat(withoutIndex(image(fresh))).isEqualTo(withoutIndex(before));
        }
        assertThat(apply(parts.get(parts.size() - 1))).isEqualTo(new Outcome.Restored(10));
    }

    @Test
    void aStateThatHasTakenAWriteIsNotRestoredTo() throws IOException {
        // given a state that takes a write after the first part
        List<RestorePart> parts = large().parts("r");
        apply(parts.get(0));
        apply(transaction(null, "x", "1"));

        // then the rest is refused, leaves nothing behind, and what was written stays
        assertThat(apply(parts.get(1))).isEqualTo(new Outcome.NotRestored(Reason.NOT_FRESH));
        assertThat(image(fresh)[0]).as("no restore is under way in it").isEqualTo((byte) 1);
        fresh.publish();
        assertThat(fresh.published().properties()).containsOnlyKeys("x");
    }

    @Test
    void aStateThatRemembersARefusalIsNotFresh() {
        apply(new Transaction(new Stamp(1_000, 10, 60_000), "", null, "k",
                List.of(new Change("x", "1", Expectation.present()))));
        assertThat(apply(large().parts("r").get(0))).isEqualTo(new Outcome.NotRestored(Reason.NOT_FRESH));
    }

    @Test
    void ofTwoRestoresTheOneThatWasBegunLaterGoesOn() {
        Backup backup = large();
        apply(backup.parts("first").get(0));
        apply(backup.parts("second").get(0));
        assertThat(apply(backup.parts("first").get(1))).isEqualTo(new Outcome.NotRestored(Reason.INTERRUPTED));
        assertThat(apply(backup.parts("second").get(2))).isEqualTo(new Outcome.NotRestored(Reason.INTERRUPTED));
        for (RestorePart part : backup.parts("second").subList(1, backup.parts("second").size() - 1)) {
            assertThat(apply(part)).isEqualTo(new Outcome.PartTaken());
        }
        assertThat(apply(last(backup.parts("second")))).isEqualTo(new Outcome.Restored(10));
    }

    @Test
    void partsThatAreNoStateTogetherChangeNothing() throws IOException {
        byte[] before = image(fresh);
        RestorePart nonsense = new RestorePart("r", 0, 1, 1, 1, new byte[] { 1, 2, 3 });
        assertThat(apply(nonsense)).isEqualTo(new Outcome.NotRestored(Reason.MALFORMED));
        assertThat(withoutIndex(image(fresh))).isEqualTo(withoutIndex(before));
    }

    @Test
    void aStateOfALaterFormatIsNotBegun() {
        byte[] later = CommandCodec.encode(new RestorePart("r", 0, 1, 1, 1, new byte[] { 3 }));
        assertThatThrownBy(() -> CommandCodec.decode(later)).isInstanceOf(MalformedStateException.class)
                .hasMessageContaining("state of format version 3");
    }

    @Test
    void whatWouldFillTheStoreIsRefusedWithItsFirstPart() {
        RestorePart first = large().parts("r").get(0);
        assertThat(new Room(new StoreLimits(10, 1 << 20)).refusal(first, fresh.published())).isNull();
        assertThat(new Room(new StoreLimits(9, 1 << 20)).refusal(first, fresh.published())).contains("limits.properties");
        assertThat(new Room(new StoreLimits(10, 1 << 19)).refusal(first, fresh.published())).contains("limits.state-size");
    }

    @Test
    void aWriteFindsNoRoomBesideARestoreThatMayStillEnd() {
        Room room = new Room(new StoreLimits(10, 1 << 20));
        room.claim(last(large().parts("r")), fresh.published());
        assertThat(room.refusal(transaction(null, "x", "1"), fresh.published())).contains("limits.properties");
    }

    @Test
    void backupsAndPartsHaveTheseBytes() {
        write(null, "a", "1", "why");
        write(null, "b", "2");
        assertThat(HexFormat.of().formatHex(Backup.of(original.published(), "cafe", "n", 2_000).toBytes()))
                .isEqualTo(BACKUP_HEX);
        RestorePart part = new RestorePart("r", 0, 2, 5, 300, new byte[] { 1, 2, 'a', 'b' });
        assertThat(HexFormat.of().formatHex(CommandCodec.encode(part))).isEqualTo(PART_HEX);
        assertThat(CommandCodec.encode(CommandCodec.decode(CommandCodec.encode(part)))).isEqualTo(CommandCodec.encode(part));
    }

    /** However formats go on, these bytes are on the disks of people. */
    @Test
    void aBackupOfTheFirstFormatIsRead() {
        Backup backup = Backup.read(HexFormat.of().parseHex(BACKUP_HEX));
        assertThat(backup.clusterId()).isEqualTo("cafe");
        assertThat(backup.nodeId()).isEqualTo("n");
        assertThat(backup.takenAtMillis()).isEqualTo(2_000);
        assertThat(backup.revision()).isEqualTo(2);
        assertThat(backup.state().properties()).containsOnlyKeys("a", "b");
    }

    @Test
    void aDamagedBackupIsRefusedWithWhatIsWrong() {
        byte[] file = HexFormat.of().parseHex(BACKUP_HEX);
        for (int i = 0; i < file.length; i++) {
            byte[] flipped = file.clone();
            flipped[i] ^= 0x10;
            assertThatThrownBy(() -> Backup.read(flipped)).isInstanceOf(MalformedStateException.class)
                    .hasMessageContaining(i < 8 ? "not a backup" : "checksum");
            byte[] cut = Arrays.copyOf(file, i);
            assertThatThrownBy(() -> Backup.read(cut)).isInstanceOf(MalformedStateException.class)
                    .hasMessageContaining(i < 8 ? "not a backup" : "cut short");
        }
        byte[] longer = Arrays.copyOf(file, file.length + 1);
        assertThatThrownBy(() -> Backup.read(longer)).isInstanceOf(MalformedStateException.class);
    }

    /** Of {@link #original}, with ten properties. */
    private Backup large() {
        while (originalIndex < 10) {
            write(null, "p" + originalIndex, "x".repeat(60_000));
        }
        return backup();
    }

    private static RestorePart last(List<RestorePart> parts) {
        return parts.get(parts.size() - 1);
    }

    private Backup backup() {
        original.publish();
        return Backup.of(original.published(), "c", "n", 2_000);
    }

    private Outcome restore(Backup backup, String id) {
        Outcome outcome = new Outcome.PartTaken();
        for (RestorePart part : backup.parts(id)) {
            assertThat(outcome).isEqualTo(new Outcome.PartTaken());
            outcome = apply(part);
        }
        return outcome;
    }

    private Outcome apply(Command command) {
        return fresh.apply(++freshIndex, CommandCodec.encode(command));
    }

    private void write(@Nullable String key, String name, String value) {
        original.apply(++originalIndex, CommandCodec.encode(transaction(key, name, value)));
        original.publish();
    }

    private void write(@Nullable String key, String name, String value, String comment) {
        original.apply(++originalIndex, CommandCodec.encode(new Transaction(new Stamp(1_000, 10, 60_000), "", comment, key,
                List.of(new Change(name, value, Expectation.none())))));
        original.publish();
    }

    private static void skipTo(ConfigState state, long index) {
        for (long i = 1; i <= index; i++) {
            state.skip(i);
        }
    }

    private static Transaction transaction(@Nullable String key, String name, String value) {
        return new Transaction(new Stamp(1_000, 10, 60_000), "", null, key,
                List.of(new Change(name, value, Expectation.none())));
    }

    /** The version, and all behind the index of the last entry, which is small here. */
    private static byte[] withoutIndex(byte[] image) {
        byte[] rest = image.clone();
        rest[1] = 0;
        return rest;
    }

    private static byte[] image(ConfigState state) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        state.image().writeTo(bytes);
        return bytes.toByteArray();
    }
}
