package io.quarkiverse.raftconfig.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import io.quarkiverse.raftconfig.Expectation;
import io.quarkiverse.raftconfig.state.Transaction.Change;
import io.quarkiverse.raftconfig.state.Transaction.Stamp;

/** A transaction that is repeated with its idempotency key is done once, and answered as the first time. */
class IdempotencyTest {
    private static final int KEYS_MAX = 3;
    private static final long AGE_MILLIS = 60_000;

    private ConfigState state = new ConfigState();
    private long now = 1_000;
    private long nextIndex = 1;

    @Test
    void aRepetitionIsAnsweredAsTheFirstTimeAndChangesNothing() {
        // given a batch that was applied, and a later change to one of its properties
        var batch = transaction("ann", "k", put("a", "1"), put("b", "1"), remove("c"));
        var first = (Outcome.Applied) apply(batch);
        apply(transaction("bob", "other", put("a", "2")));

        // when the batch is repeated, later
        now += 10_000;
        var again = apply(batch);

        // then the answer is that of the first time, and the later change stays
        assertThat(again).isEqualTo(new Outcome.Applied(first.revision(), first.results(), true));
        assertThat(published().find("a")).matches(it -> it != null && it.value().equals("2"));
        assertThat(published().revision()).isEqualTo(2);
    }

    @Test
    void aRefusalIsRememberedToo() {
        // given a write that was refused: its caller may have been told so
        var write = transaction("ann", "k", put("b", "1"), new Change("a", "1", Expectation.present()));
        assertThat(apply(write)).isEqualTo(new Outcome.Mismatch("a", 0));

        // when a copy of it that was still on its way arrives after the property was created
        apply(transaction("ann", "other", put("a", "0")));
        var late = apply(write);

        // then it is refused like the first
        assertThat(late).isEqualTo(new Outcome.Mismatch("a", 0));
        assertThat(published().find("b")).isNull();
    }

    @Test
    void aDeletionRepeatedSaysThatThereWasSomething() {
        apply(transaction("ann", null, put("a", "1")));
        var deletion = transaction("ann", "k", remove("a"));
        apply(deletion);
        assertThat(apply(deletion))
                .isEqualTo(new Outcome.Applied(2, List.of(new Outcome.Result("a", null, true)), true));
    }

    @Test
    void aKeyUsedForSomethingElseIsRefused() {
        apply(transaction("ann", "k", put("a", "1")));
        assertThat(apply(transaction("ann", "k", put("a", "2")))).isEqualTo(new Outcome.KeyReused());
        assertThat(apply(transaction("ann", "k", put("b", "1")))).isEqualTo(new Outcome.KeyReused());
        assertThat(apply(transaction("ann", "k", remove("a")))).isEqualTo(new Outcome.KeyReused());
        assertThat(apply(transaction("ann", "k", new Change("a", "1", Expectation.present()))))
                .isEqualTo(new Outcome.KeyReused());
        assertThat(published().revision()).isEqualTo(1);
    }

    @Test
    void nobodyMeetsTheKeysOfAnother() {
        apply(transaction("ann", "k", put("a", "1")));
        assertThat(apply(transaction("bob", "k", put("b", "2")))).isInstanceOf(Outcome.Applied.class);
        assertThat(published().revision()).isEqualTo(2);
    }

    @Test
    void keysAreForgottenWithAge() {
        // given a key that was used
        var write = transaction("ann", "k", put("a", "1"));
        apply(write);

        // when it is used one millisecond before its time is up, and then when it is up
        now += AGE_MILLIS - 1;
        var before = (Outcome.Applied) apply(write);
        now += 1;
        var after = (Outcome.Applied) apply(write);

        // then the first is a repetition, and the second is done again
        assertThat(before.repeated()).isTrue();
        assertThat(after.repeated()).isFalse();
        assertThat(published().revision()).isEqualTo(2);
    }

    @Test
    void aFullMemoryRefusesNewKeysUntilTheOldestExpires() {
        // given as many keys as may be remembered
        for (int i = 0; i < KEYS_MAX; i++) {
            apply(transaction("ann", "k" + i, put("a", "1")));
            now += 1_000;
        }

        // then a new one is refused, one that is known is answered, and writes without a key go on
        assertThat(apply(transaction("ann", "k", put("b", "1")))).isEqualTo(new Outcome.KeysExhausted());
        assertThat(apply(transaction("ann", "k0", put("a", "1")))).isInstanceOf(Outcome.Applied.class);
        assertThat(apply(transaction("ann", null, put("a", "1")))).isInstanceOf(Outcome.Applied.class);
        assertThat(published().find("b")).isNull();

        // and once the oldest has expired, the new one is taken
        now = 1_000 + AGE_MILLIS;
        assertThat(apply(transaction("ann", "k", put("b", "1")))).isInstanceOf(Outcome.Applied.class);
    }

    @Test
    void aRestoredReplicaRemembers() throws IOException {
        // given a write and a refusal with keys
        var write = transaction("ann", "k", put("a", "1"), remove("b"));
        var refused = transaction("ann", "r", new Change("x", "1", Expectation.revision(7)));
        var first = (Outcome.Applied) apply(write);
        var refusal = apply(refused);

        // when the state is written and read
        var bytes = new ByteArrayOutputStream();
        state.image().writeTo(bytes);
        state = ConfigState.read(new ByteArrayInputStream(bytes.toByteArray()));

        // then repetitions are known
        assertThat(apply(write)).isEqualTo(new Outcome.Applied(1, first.results(), true));
        assertThat(apply(refused)).isEqualTo(refusal);
    }

    @Test
    void aFingerprintIsNoValue() throws IOException {
        // given a property that was put with a key and is gone
        apply(transaction("ann", "k", put("a", "canary-value")));
        apply(transaction("ann", null, remove("a")));

        // when the state is written
        var bytes = new ByteArrayOutputStream();
        state.image().writeTo(bytes);

        // then the value is not in it
        assertThat(bytes.toString(StandardCharsets.UTF_8)).doesNotContain("canary");
    }

    private static Change put(String name, String value) {
        return new Change(name, value, Expectation.none());
    }

    private static Change remove(String name) {
        return new Change(name, null, Expectation.none());
    }

    private static Transaction transaction(String by, @Nullable String key, Change... changes) {
        return new Transaction(by, "why", key, List.of(changes));
    }

    private Outcome apply(Transaction transaction) {
        return state.apply(nextIndex++, TransactionCodec.encode(transaction.stamped(new Stamp(now, KEYS_MAX, AGE_MILLIS))));
    }

    private PublishedState published() {
        state.publish();
        return state.published();
    }
}
