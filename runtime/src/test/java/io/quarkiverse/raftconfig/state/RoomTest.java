package io.quarkiverse.raftconfig.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import io.quarkiverse.raftconfig.Expectation;
import io.quarkiverse.raftconfig.state.Transaction.Change;

/** What may be appended, so that the state stays within its limits whatever becomes of what is under way. */
class RoomTest {
    private final ConfigState state = new ConfigState();
    private Room room = new Room(new StoreLimits(3, 1_000));
    private long index;

    @Test
    void aFullStoreTakesNoMoreButWhatMakesItNoLarger() {
        // given as many properties as there may be
        for (String name : List.of("a", "b", "c")) {
            apply(transaction(put(name, "1")));
        }

        // then one more is refused, and a replacement, an exchange and a removal are not
        assertThat(refusal(transaction(put("d", "1")))).contains("at most 3 properties", "limits.properties");
        assertThat(refusal(transaction(put("a", "22")))).isNull();
        assertThat(refusal(transaction(put("d", "1"), remove("a")))).isNull();
        assertThat(refusal(transaction(remove("a")))).isNull();
    }

    @Test
    void theBytesAreLimitedToo() {
        room = new Room(new StoreLimits(100, 200));
        apply(transaction(put("a", "x".repeat(100))));
        assertThat(refusal(transaction(put("b", "x".repeat(100))))).contains("at most 200 bytes", "limits.state-size");
        assertThat(refusal(transaction(put("a", "y".repeat(100))))).isNull();
        assertThat(refusal(transaction(put("a", "")))).isNull();
    }

    @Test
    void whatIsUnderWayCountsAsThere() {
        // given three puts under way, when one of them is over, then there is room for one more
        Room.Claim first = claim(transaction(put("a", "1")));
        claim(transaction(put("b", "1")));
        claim(transaction(put("c", "1")));
        assertThat(refusal(transaction(put("d", "1")))).isNotNull();
        room.release(first);
        assertThat(refusal(transaction(put("d", "1")))).isNull();
    }

    @Test
    void whatIsBeingRemovedCountsAsGone() {
        // given a full store, in which one property is being exchanged for another
        for (String name : List.of("a", "b", "c")) {
            apply(transaction(put(name, "1")));
        }
        claim(transaction(put("d", "1"), remove("a")));

        // then the one that goes can't be put again
        assertThat(refusal(transaction(put("a", "2")))).isNotNull();
        assertThat(refusal(transaction(put("b", "2")))).isNull();
    }

    /** Some of them come to nothing, as an expectation does not hold. */
    @Test
    void inWhateverOrderTransactionsComeAndAreAppliedTheStateStaysWithinItsLimits() {
        int full = 0;
        for (int seed = 0; seed < 300; seed++) {
            full += run(seed);
        }
        assertThat(full).as("refused").isGreaterThan(1_000);
    }

    private int run(int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        StoreLimits limits = new StoreLimits(4, 4 * 80);
        Room itsRoom = new Room(limits);
        ConfigState itsState = new ConfigState();
        ArrayDeque<Transaction> log = new ArrayDeque<>();
        ArrayDeque<Room.Claim> claims = new ArrayDeque<>();
        int refused = 0;
        long applied = 0;
        for (int i = 0; i < 100; i++) {
            Transaction next = drawn(random);
            if (itsRoom.refusal(next, itsState.published()) == null) {
                log.add(next);
                claims.add(itsRoom.claim(next, itsState.published()));
            } else {
                refused++;
            }
            while (!log.isEmpty() && random.nextInt(3) == 0) {
                itsState.apply(++applied, TransactionCodec.encode(log.remove()));
                itsState.publish();
                itsRoom.release(claims.remove());
                assertThat(itsState.published().properties().size()).as("seed " + seed)
                        .isLessThanOrEqualTo(limits.properties());
                assertThat(itsState.published().sizeBytes()).as("seed " + seed).isLessThanOrEqualTo(limits.bytes());
            }
        }
        return refused;
    }

    private static Transaction drawn(SplittableRandom random) {
        List<Change> changes = new ArrayList<>();
        for (char name = 'a'; name <= 'f'; name++) {
            if (random.nextInt(4) == 0) {
                String value = random.nextInt(3) == 0 ? null : "x".repeat(random.nextInt(30));
                Expectation expectation = random.nextInt(4) > 0 ? Expectation.none()
                        : random.nextBoolean() ? Expectation.absent() : Expectation.present();
                changes.add(new Change(String.valueOf(name), value, expectation));
            }
        }
        return new Transaction("", null, null, changes);
    }

    private void apply(Transaction transaction) {
        state.apply(++index, TransactionCodec.encode(transaction));
        state.publish();
    }

    private @Nullable String refusal(Transaction transaction) {
        return room.refusal(transaction, state.published());
    }

    private Room.Claim claim(Transaction transaction) {
        return room.claim(transaction, state.published());
    }

    private static Transaction transaction(Change... changes) {
        return new Transaction("", null, null, List.of(changes));
    }

    private static Change put(String name, String value) {
        return new Change(name, value, Expectation.none());
    }

    private static Change remove(String name) {
        return new Change(name, null, Expectation.none());
    }
}
