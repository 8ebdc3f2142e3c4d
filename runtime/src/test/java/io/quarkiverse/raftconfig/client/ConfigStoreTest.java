package io.quarkiverse.raftconfig.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

import io.quarkiverse.raftconfig.ConfigStore;
import io.quarkiverse.raftconfig.Expectation;
import io.quarkiverse.raftconfig.LimitExceeded;
import io.quarkiverse.raftconfig.NoLeader;
import io.quarkiverse.raftconfig.OutcomeUnknown;
import io.quarkiverse.raftconfig.Property;
import io.quarkiverse.raftconfig.ReactiveConfigStore;
import io.quarkiverse.raftconfig.ReadOptions;
import io.quarkiverse.raftconfig.Refused;
import io.quarkiverse.raftconfig.RevisionMismatch;
import io.quarkiverse.raftconfig.WriteOptions;
import io.quarkiverse.raftconfig.node.PeerResponse;
import io.quarkiverse.raftconfig.state.NameRules;
import io.quarkiverse.raftconfig.state.Outcome;
import io.quarkiverse.raftconfig.state.StoreLimits;
import io.quarkiverse.raftconfig.state.Transaction;
import io.quarkiverse.raftconfig.state.Transaction.Change;

/** The two stores: what they answer, what they throw, and what never reaches the log. */
class ConfigStoreTest {
    private static final WriteLimits LIMITS = new WriteLimits(20, 10, new StoreLimits(3, 1_000), 2, 25);

    private final StateReplica replica = new StateReplica();
    private final List<Runnable> completions = new ArrayList<>();
    private boolean eventLoop;
    private Executor completingOn = Runnable::run;
    private final CallingThread thread = new CallingThread() {
        @Override
        public boolean mayBlock() {
            return !eventLoop;
        }

        @Override
        public Executor completions() {
            return completingOn;
        }
    };
    private final ConfigClient client = new ConfigClient(replica, new WriteRules(LIMITS, NameRules.DEFAULTS), thread);
    private final ConfigStore store = new BlockingConfigStore(client, thread);
    private final ReactiveConfigStore reactive = new UniConfigStore(client);

    @Test
    void writesAreReadBack() {
        Property written = store.put("a", "1", WriteOptions.DEFAULTS.withComment("why"));
        assertThat(store.get("a")).contains(written);
        assertThat(written.comment()).isEqualTo("why");
        assertThat(store.snapshot().revision()).isEqualTo(1);
        assertThat(reactive.get("a").await().indefinitely()).contains(written);
        assertThat(store.delete("a")).isTrue();
        assertThat(reactive.delete("a").await().indefinitely()).isFalse();
        assertThat(store.get("a")).isEmpty();
    }

    @Test
    void aUniDoesNothingUntilSubscribedTo() {
        var put = reactive.put("a", "1");
        assertThat(replica.proposals).isZero();
        put.await().indefinitely();
        assertThat(replica.proposals).isEqualTo(1);
    }

    @Test
    void aUniCompletesWhereItsSubscriberWantsItTo() {
        completingOn = completions::add;
        List<Property> seen = new ArrayList<>();
        reactive.put("a", "1").subscribe().with(seen::add);
        assertThat(seen).isEmpty();
        completions.forEach(Runnable::run);
        assertThat(seen).hasSize(1);
    }

    @Test
    void onAnEventLoopWhatMayWaitFailsAtOnceAndTellsTheWayOut() {
        eventLoop = true;
        assertThatIllegalStateException().isThrownBy(() -> store.put("a", "1"))
                .withMessageContaining("ReactiveConfigStore");
        assertThatIllegalStateException().isThrownBy(() -> store.get("a"));
        assertThatIllegalStateException().isThrownBy(() -> store.awaitRevision(1, Duration.ofSeconds(1)));
        assertThat(replica.proposals).isZero();
        // What never waits is no harm.
        assertThat(store.get("a", ReadOptions.LOCAL)).isEmpty();
        assertThat(store.snapshot().revision()).isZero();
    }

    @Test
    void anExpectationThatDoesNotHoldTellsTheRevision() {
        store.put("a", "1");
        assertThatExceptionOfType(RevisionMismatch.class)
                .isThrownBy(() -> store.put("a", "2", WriteOptions.DEFAULTS.withExpectation(Expectation.absent())))
                .satisfies(it -> assertThat(it.currentRevision()).isEqualTo(1));
    }

    @Test
    void whatTheNodeCouldNotDoIsTold() {
        fails(PeerResponse.Kind.NO_LEADER, NoLeader.class);
        fails(PeerResponse.Kind.OUTCOME_UNKNOWN, OutcomeUnknown.class);
        fails(PeerResponse.Kind.STORE_FULL, LimitExceeded.class);
        fails(PeerResponse.Kind.TOO_MANY_REQUESTS, LimitExceeded.class);
    }

    private void fails(PeerResponse.Kind kind, Class<? extends Throwable> expected) {
        replica.failWith(kind);
        assertThatThrownBy(() -> store.put("a", "1")).isInstanceOf(expected);
        assertThatThrownBy(() -> reactive.put("a", "1").await().indefinitely()).isInstanceOf(expected);
        replica.failWith(null);
    }

    @Test
    void aReadThatCanNotBeConfirmedFailsAndALocalOneDoesNot() {
        replica.failWith(PeerResponse.Kind.NO_LEADER);
        assertThatThrownBy(() -> store.get("a")).isInstanceOf(NoLeader.class);
        assertThat(store.get("a", ReadOptions.LOCAL)).isEmpty();
        assertThat(replica.linearizableReads).isEqualTo(1);
    }

    @Test
    void aReadWaitsForTheRevisionThatItNeeds() {
        var waiting = reactive.get("a", ReadOptions.LOCAL.withMinRevision(2)).subscribeAsCompletionStage();
        store.put("a", "1");
        assertThat(waiting).isNotDone();
        store.put("a", "2");
        assertThat(waiting.join()).hasValueSatisfying(it -> assertThat(it.value()).isEqualTo("2"));
    }

    @Test
    void aWriteThatIsNotAnsweredIsUnknown() {
        replica.hold();
        var soon = WriteOptions.DEFAULTS.withTimeout(Duration.ofMillis(1));
        assertThatThrownBy(() -> store.put("a", "1", soon)).isInstanceOf(OutcomeUnknown.class);
    }

    @Test
    void anInterruptedCallerIsToldAndStaysInterrupted() {
        replica.hold();
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> store.put("a", "1")).isInstanceOf(OutcomeUnknown.class);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void aKeyThatIsUsedForSomethingElseIsRefused() {
        store.put("a", "1", WriteOptions.DEFAULTS.withIdempotencyKey("k"));
        assertThat(store.put("a", "1", WriteOptions.DEFAULTS.withIdempotencyKey("k")).revision()).isEqualTo(1);
        assertThatExceptionOfType(Refused.class)
                .isThrownBy(() -> store.put("a", "2", WriteOptions.DEFAULTS.withIdempotencyKey("k")));
        replica.forgetKeysAbove(1);
        assertThatExceptionOfType(LimitExceeded.class)
                .isThrownBy(() -> store.put("a", "2", WriteOptions.DEFAULTS.withIdempotencyKey("l")))
                .satisfies(it -> assertThat(it.kind()).isEqualTo(LimitExceeded.Kind.TOO_MANY_REQUESTS));
    }

    @Test
    void whatIsNotAllowedNeverReachesTheLog() {
        refused(put("a..b", "1"));
        refused(put("quarkus.http.port", "1"));
        refused(put("a", "${b}"));
        refused(remove("a b"));
        tooLarge(put("a", "12345678901"));
        tooLarge(put("abcdefghijklmnopqrstu", "1"));
        tooLarge(put("a", "1"), put("b", "1"), put("c", "1"));
        tooLarge(put("abcdefgh", "1234567"), put("bbcdefgh", "1234567"));
        assertThat(replica.proposals).isZero();
        // At the limit it goes through.
        client.write(transaction(put("abcdefghijklmnopqrst", "1")), Duration.ofSeconds(1)).await().indefinitely();
        client.write(transaction(put("a", "1234567890")), Duration.ofSeconds(1)).await().indefinitely();
    }

    @Test
    void whatIsProtectedMayBeRemoved() {
        assertThat(store.delete("quarkus.http.port")).isFalse();
    }

    @Test
    void aRefusalNamesEachProblemAndNoValue() {
        assertThatExceptionOfType(Refused.class)
                .isThrownBy(() -> client.write(transaction(put("a\u001b[31m", "canary${"), remove("a\nb")),
                        Duration.ofSeconds(1)).await().indefinitely())
                .satisfies(it -> assertThat(it.violations()).extracting(Refused.Violation::name)
                        .containsExactly("a?[31m", "a?[31m", "a?b"))
                .satisfies(it -> assertThat(it.getMessage()).doesNotContain("canary", "\u001b", "\n"));
    }

    @Test
    void aPreviewTellsThatTheStoreIsFull() {
        for (String name : List.of("a", "b", "c")) {
            store.put(name, "1");
        }
        assertFull(() -> client.preview(transaction(put("d", "1")), Duration.ofSeconds(1)).await().indefinitely());
        client.preview(transaction(put("d", "1"), remove("a")), Duration.ofSeconds(1)).await().indefinitely();
    }

    @Test
    void aPropertyThatIsThereUnexpectedlyUsesUpNoKey() {
        // given a property, and a write that would create it
        store.put("a", "1");
        var create = new Transaction("", null, "k", List.of(new Change("a", "2", Expectation.absent())));

        // when it is refused, then nothing was proposed, and the key serves for another write
        assertThatThrownBy(() -> unlessThere(create)).isInstanceOf(RevisionMismatch.class);
        assertThat(replica.proposals).isEqualTo(1);
        var replace = new Transaction("", null, "k", List.of(new Change("a", "2", Expectation.revision(1))));
        assertThat(unlessThere(replace).revision()).isEqualTo(2);
    }

    @Test
    void aRepeatedCreationIsAnsweredAsTheFirstThoughThePropertyIsThereByNow() {
        var create = new Transaction("", null, "k", List.of(new Change("a", "1", Expectation.absent())));
        assertThat(unlessThere(create).repeated()).isFalse();
        assertThat(unlessThere(create).repeated()).isTrue();
        assertThat(store.snapshot().revision()).isEqualTo(1);
    }

    private Outcome.Applied unlessThere(Transaction transaction) {
        return client.writeUnlessThere(transaction, Duration.ofSeconds(1)).await().indefinitely();
    }

    @Test
    void aPreviewChecksAndProposesNothing() {
        store.put("a", "1");
        var preview = client.preview(transaction(put("a", "2"), put("b", "1")), Duration.ofSeconds(1)).await().indefinitely();
        assertThat(preview.revision()).isEqualTo(2);
        assertThat(store.snapshot().revision()).isEqualTo(1);
        assertThat(replica.proposals).isEqualTo(1);
        assertThatThrownBy(() -> client.preview(transaction(put("a", "${x}")), Duration.ofSeconds(1)).await().indefinitely())
                .isInstanceOf(Refused.class);
        assertThatThrownBy(() -> client.preview(transaction(new Change("a", "1", Expectation.absent())), Duration.ofSeconds(1))
                .await().indefinitely()).isInstanceOf(RevisionMismatch.class);
    }

    private void refused(Change... changes) {
        assertThatThrownBy(() -> client.write(transaction(changes), Duration.ofSeconds(1)).await().indefinitely())
                .isInstanceOf(Refused.class);
    }

    private void tooLarge(Change... changes) {
        assertThatExceptionOfType(LimitExceeded.class)
                .isThrownBy(() -> client.write(transaction(changes), Duration.ofSeconds(1)).await().indefinitely())
                .satisfies(it -> assertThat(it.kind()).isEqualTo(LimitExceeded.Kind.TOO_LARGE));
    }

    private static void assertFull(ThrowingCallable write) {
        assertThatExceptionOfType(LimitExceeded.class).isThrownBy(write)
                .satisfies(it -> assertThat(it.kind()).isEqualTo(LimitExceeded.Kind.STORE_FULL));
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
