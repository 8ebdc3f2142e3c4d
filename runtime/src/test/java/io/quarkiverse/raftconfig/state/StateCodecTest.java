package io.quarkiverse.raftconfig.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import io.quarkiverse.raftconfig.Expectation;
import io.quarkiverse.raftconfig.Property;
import io.quarkiverse.raftconfig.state.Transaction.Change;
import io.quarkiverse.raftconfig.state.Transaction.Stamp;

/**
 * The bytes of transactions, outcomes and images. They are on the disks of people: a golden line that no longer matches
 * means a new version number and a reader for the old one, not a new golden line.
 */
class StateCodecTest {
    private static final Transaction TRANSACTION = new Transaction(new Stamp(1_700_000_000_000L, 10_000, 600_000), "ann",
            "why ä", "key-1", 6, List.of(new Change("a.b", "välue", Expectation.none()),
                    new Change("c", null, Expectation.revision(300)), new Change("d", "", Expectation.absent()),
                    new Change("e", "1", Expectation.present())));
    private static final String TRANSACTION_HEX = "01" // version
            + "80d095ffbc31" + "904e" + "c0cf24" // time, keys max, keys age
            + "03616e6e" + "0106776879" + "20c3a4" + "01056b65792d31" + "07" // by, comment, key, expected revision
            + "04" + "03612e62" + "010676c3a46c7565" + "00" // four changes: put a.b
            + "0163" + "00" + "03ac02" // remove c at revision 300
            + "0164" + "0100" + "01" // put d, if absent, to nothing
            + "0165" + "010131" + "02"; // put e, if present

    private static final Property PROPERTY = new Property("a", "1", 300, 2, 7, "ann", Instant.ofEpochMilli(1_000), "why");
    private static final Outcome OUTCOME = new Outcome.Applied(300,
            List.of(new Outcome.Result("a", PROPERTY, true), new Outcome.Result("b", null, false)), true);
    private static final String OUTCOME_HEX = "0101" + "ac02" + "01" + "02" // version, applied, revision, repeated, two results
            + "0161" + "01" + "01" + "0161" + "0131" + "ac02" + "02" + "07" + "03616e6e" + "e807" + "0103776879"
            + "0162" + "00" + "00";

    private static final String IMAGE_HEX = "01" + "04" + "02" + "02" + "e807" // version, applied, revision, names, time
            + "02" // two properties
            + "0161" + "0131" + "01" + "01" + "01" + "03616e6e" + "e807" + "0103776879"
            + "0162" + "0132" + "02" + "02" + "01" + "00" + "e807" + "00"
            + "02" // two keys: whose, which, index, time, the SHA-256 of comment and changes in hexadecimal
            + "03616e6e" + "016b" + "01" + "e807" + "40"
            + "3831646330643962383732383933663939386231643133653834343362343064"
            + "3761346331613664613762653061316435323437616638613638393833386432"
            + "01" + "00" + "00" + "01" + "000101" // at revision 1, none mismatched, one change: created at 1, version 1
            + "03616e6e" + "0172" + "02" + "e807" + "40"
            + "3137383938656138346665376461383266393563323561326535626238663632"
            + "6437313631313965646535356335646232616261323135363132623832643132"
            + "00" + "01" + "00" + "00"; // no revision, the first mismatched, at revision 0, no changes

    @Test
    void transactionsHaveTheseBytes() {
        assertThat(HexFormat.of().formatHex(TransactionCodec.encode(TRANSACTION))).isEqualTo(TRANSACTION_HEX);
        assertThat(TransactionCodec.decode(HexFormat.of().parseHex(TRANSACTION_HEX))).isEqualTo(TRANSACTION);
    }

    @Test
    void outcomesHaveTheseBytes() {
        assertThat(HexFormat.of().formatHex(OutcomeCodec.encode(OUTCOME))).isEqualTo(OUTCOME_HEX);
        for (Outcome outcome : List.of(OUTCOME, new Outcome.Mismatch("a", 7), new Outcome.KeyReused(),
                new Outcome.KeysExhausted())) {
            assertThat(OutcomeCodec.decode(OutcomeCodec.encode(outcome))).isEqualTo(outcome);
        }
    }

    @Test
    void imagesHaveTheseBytes() throws IOException {
        // given a state with a key that was applied, one that was refused, and an entry without a command
        ConfigState state = new ConfigState();
        state.apply(1, bytes("why", "k", "ann", new Change("a", "1", Expectation.none())));
        state.apply(2, bytes("why", "r", "ann", new Change("x", "1", Expectation.present())));
        state.skip(3);
        state.apply(4, bytes(null, null, "", new Change("b", "2", Expectation.none())));

        // then it has these bytes, and they give the same state
        byte[] image = image(state);
        assertThat(HexFormat.of().formatHex(image)).isEqualTo(IMAGE_HEX);
        assertThat(image(ConfigState.read(new ByteArrayInputStream(image)))).isEqualTo(image);
    }

    @Test
    void everyOtherVersionIsRefusedByName() {
        byte[] later = TransactionCodec.encode(TRANSACTION);
        later[0] = 2;
        assertThatThrownBy(() -> TransactionCodec.decode(later)).isInstanceOf(MalformedStateException.class)
                .hasMessageContaining("version 2");
    }

    @Test
    void bytesCutShortOrWithMoreBehindAreRefused() throws IOException {
        ConfigState state = new ConfigState();
        state.apply(1, bytes("why", "k", "ann", new Change("a", "1", Expectation.none())));
        byte[] image = image(state);
        for (int length = 0; length < image.length; length++) {
            byte[] cut = Arrays.copyOf(image, length);
            assertThatThrownBy(() -> ConfigState.read(new ByteArrayInputStream(cut)))
                    .isInstanceOf(MalformedStateException.class);
        }
        byte[] longer = Arrays.copyOf(image, image.length + 1);
        assertThatThrownBy(() -> ConfigState.read(new ByteArrayInputStream(longer)))
                .isInstanceOf(MalformedStateException.class);
    }

    @Test
    void aClaimedLengthReservesNoMemory() {
        // given a string that claims 2 GiB and a transaction that claims two thousand million changes
        for (String hex : List.of("01000000" + "ffffffff07" + "61", "01000000" + "00" + "00" + "00" + "00" + "ffffffff07")) {
            assertThatThrownBy(() -> TransactionCodec.decode(HexFormat.of().parseHex(hex)))
                    .isInstanceOf(MalformedStateException.class);
        }
    }

    @Test
    void noBytesMakeADecoderFailInAnotherWay() {
        byte[] transaction = TransactionCodec.encode(TRANSACTION);
        byte[] outcome = OutcomeCodec.encode(OUTCOME);
        SplittableRandom random = new SplittableRandom(42);
        int refused = 0;
        for (int i = 0; i < 200_000; i++) {
            byte[] bytes = (i % 2 == 0 ? transaction : outcome).clone();
            for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            refused += refuses(bytes, i % 2 == 0) ? 1 : 0;
        }
        assertThat(refused).isGreaterThan(50_000);
    }

    private static boolean refuses(byte[] bytes, boolean transaction) {
        try {
            // What is taken is taken for what it says: it has these bytes and no others.
            assertThat(transaction ? TransactionCodec.encode(TransactionCodec.decode(bytes))
                    : OutcomeCodec.encode(OutcomeCodec.decode(bytes))).isEqualTo(bytes);
            return false;
        } catch (MalformedStateException e) {
            return true;
        }
    }

    private static byte[] bytes(@Nullable String comment,
            @Nullable String key, String by, Change change) {
        return TransactionCodec.encode(new Transaction(new Stamp(1_000, 10, 60_000), by, comment, key, List.of(change)));
    }

    private static byte[] image(ConfigState state) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        state.image().writeTo(bytes);
        return bytes.toByteArray();
    }
}
