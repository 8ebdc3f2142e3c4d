package io.quarkiverse.raftconfig.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;

import io.quarkiverse.raftconfig.Expectation;
import io.quarkiverse.raftconfig.Property;
import io.quarkiverse.raftconfig.state.Transaction.Change;
import io.quarkiverse.raftconfig.state.Transaction.Stamp;

/** What a transaction does to the properties, and what it counts. */
class ConfigStateTest {
    private final ConfigState state = new ConfigState();
    private long now = 1_000;
    private long nextIndex = 1;

    @Test
    void puttingCreatesAndThenReplaces() {
        // given nothing

        // when a property is put twice, the second time with the same value
        var created = applied(put("a", "1"));
        now = 2_000;
        var replaced = applied(put("a", "1"));

        // then the equal value counts as a change
        assertThat(created.results().get(0).property())
                .isEqualTo(new Property("a", "1", 1, 1, 1, "ann", Instant.ofEpochMilli(1_000), "why"));
        assertThat(created.results().get(0).existed()).isFalse();
        assertThat(replaced.results().get(0).property())
                .isEqualTo(new Property("a", "1", 2, 1, 2, "ann", Instant.ofEpochMilli(2_000), "why"));
        assertThat(replaced.results().get(0).existed()).isTrue();
        assertThat(published().revision()).isEqualTo(2);
    }

    @Test
    void deletingRemovesAndCounts() {
        // given a property
        applied(put("a", "1"));

        // when it is deleted
        var deleted = applied(remove("a"));

        // then it is gone, under a new revision
        assertThat(deleted).isEqualTo(new Outcome.Applied(2, List.of(new Outcome.Result("a", null, true)), false));
        assertThat(published().get("a")).isEmpty();
        assertThat(published().sizeBytes()).isZero();
    }

    @Test
    void aPropertyThatComesBackBeginsAnew() {
        // given a property that was put twice and deleted
        applied(put("a", "1"));
        applied(put("a", "2"));
        applied(remove("a"));

        // when it is put again
        applied(put("a", "3"));

        // then its versions begin again, and its creation is this revision
        var property = published().get("a").orElseThrow();
        assertThat(property.version()).isEqualTo(1);
        assertThat(property.createdRevision()).isEqualTo(4);
    }

    @Test
    void deletingWhatIsNotThereChangesNothing() {
        // given nothing
        // when something is deleted
        var outcome = applied(remove("a"));

        // then the revision stays, but the entry is applied
        assertThat(outcome).isEqualTo(new Outcome.Applied(0, List.of(new Outcome.Result("a", null, false)), false));
        assertThat(published().lastApplied()).isEqualTo(1);
    }

    @Test
    void aBatchHasOneRevision() {
        // given two properties
        applied(put("a", "1"), put("b", "1"));

        // when one is deleted, one is put, one is created and one that is not there is deleted
        var outcome = applied(remove("a"), put("b", "2"), put("c", "2"), remove("d"));

        // then all that changed did so under one revision
        assertThat(outcome.revision()).isEqualTo(2);
        assertThat(outcome.results()).extracting(Outcome.Result::existed).containsExactly(true, true, false, false);
        assertThat(published().properties()).containsOnlyKeys("b", "c");
        assertThat(published().properties().values()).extracting(Property::revision).containsOnly(2L);
    }

    @Test
    void expectationsAreWeighedWhenApplied() {
        // given a property at revision 1
        applied(put("a", "1"));

        // then each expectation holds, or does not and tells the present revision
        assertThat(apply(expecting("a", Expectation.absent()))).isEqualTo(new Outcome.Mismatch("a", 1));
        assertThat(apply(expecting("a", Expectation.revision(7)))).isEqualTo(new Outcome.Mismatch("a", 1));
        assertThat(apply(expecting("b", Expectation.present()))).isEqualTo(new Outcome.Mismatch("b", 0));
        assertThat(apply(expecting("b", Expectation.revision(1)))).isEqualTo(new Outcome.Mismatch("b", 0));
        assertThat(apply(expecting("a", Expectation.present()))).isInstanceOf(Outcome.Applied.class);
        assertThat(apply(expecting("a", Expectation.revision(2)))).isInstanceOf(Outcome.Applied.class);
        assertThat(apply(expecting("b", Expectation.absent()))).isInstanceOf(Outcome.Applied.class);
    }

    @Test
    void aBatchMayExpectTheRevisionOfTheWholeState() {
        // given a state at revision 1
        applied(put("a", "1"));
        var batch = new Transaction(new Stamp(now, 10, 60_000), "ann", "why", "k", List.of(put("b", "1")));

        // then what expects another is refused, again too, and what expects this one is applied
        for (int i = 0; i < 2; i++) {
            assertThat(state.apply(nextIndex++, TransactionCodec.encode(batch.expecting(0))))
                    .isEqualTo(new Outcome.Mismatch(Outcome.WHOLE_STATE, 1));
        }
        var other = new Transaction(new Stamp(now, 10, 60_000), "ann", "why", "l", List.of(put("b", "1"))).expecting(1);
        assertThat(state.apply(nextIndex++, TransactionCodec.encode(other))).isInstanceOf(Outcome.Applied.class);
    }

    @Test
    void aBatchIsMadeWholeOrNotAtAll() {
        // given a property
        applied(put("a", "1"));

        // when the last of three expectations does not hold
        var outcome = apply(put("a", "2"), put("b", "2"), expecting("c", Expectation.present()));

        // then nothing has changed, and no revision was used up
        assertThat(outcome).isEqualTo(new Outcome.Mismatch("c", 0));
        assertThat(published().properties()).containsOnlyKeys("a");
        assertThat(published().get("a").orElseThrow().value()).isEqualTo("1");
        assertThat(published().revision()).isEqualTo(1);
        assertThat(published().lastApplied()).isEqualTo(2);
    }

    @Test
    void timeNeverFallsWhenTheClockOfTheNextLeaderIsBehind() {
        // given a change by a leader whose clock is ahead
        now = 9_000;
        applied(put("a", "1"));

        // when the next leader's clock is behind
        now = 2_000;
        applied(put("b", "1"));

        // then its change is as late as the one before
        assertThat(published().get("b").orElseThrow().modifiedAt()).isEqualTo(Instant.ofEpochMilli(9_000));
    }

    @Test
    void entriesThatHoldNoCommandMoveTheIndexOnly() {
        // when an entry without a command is passed
        state.skip(1);

        // then it is counted as applied once published, and the revision is not its index
        assertThat(state.published().lastApplied()).isZero();
        assertThat(published().lastApplied()).isEqualTo(1);
        assertThat(published().revision()).isZero();
    }

    @Test
    void anEntryOutOfTurnIsABug() {
        applied(put("a", "1"));
        assertThatThrownBy(() -> state.skip(1)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> state.skip(3)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void bytesThatAreNotOursLeaveTheStateAsItWas() {
        assertThatThrownBy(() -> state.apply(1, new byte[] { 77, 1, 2 })).isInstanceOf(MalformedStateException.class)
                .hasMessageContaining("77");
        assertThat(published().lastApplied()).isZero();
    }

    @Test
    void nothingIsSeenBeforeItIsPublished() {
        // given a published state
        applied(put("a", "1"));
        PublishedState before = published();

        // when more is applied
        applied(put("a", "2"));

        // then readers see it only with the next publication, and keep what they hold
        assertThat(state.published()).isSameAs(before);
        assertThat(published().find("a")).extracting(Property::value).isEqualTo("2");
        assertThat(before.find("a")).extracting(Property::value).isEqualTo("1");
    }

    @Test
    void listenersHearOfEveryPublishedRevisionOnce() {
        // given a listener
        List<Long> heard = new ArrayList<>();
        state.onPublished(it -> heard.add(it.revision()));

        // when two transactions are published together, then nothing, an entry without a command, and one more
        applied(put("a", "1"));
        applied(put("a", "2"));
        state.publish();
        state.publish();
        state.skip(nextIndex++);
        state.publish();
        applied(put("a", "3"));
        state.publish();

        // then it heard of the revisions that were seen
        assertThat(heard).containsExactly(2L, 3L);
    }

    @Test
    void theNamesRevisionTellsWhetherTheSetOfNamesIsTheSame() {
        applied(put("a", "1"), put("b", "1"));
        assertThat(published().namesRevision()).isEqualTo(1);
        applied(put("a", "2"));
        assertThat(published().namesRevision()).isEqualTo(1);
        applied(put("a", "3"), remove("b"));
        assertThat(published().namesRevision()).isEqualTo(3);
        applied(remove("z"));
        assertThat(published().namesRevision()).isEqualTo(3);
    }

    @Test
    void theSizeIsThatOfWhatIsThere() {
        applied(put("a", "1"), put("long.name", "ä".repeat(100)));
        applied(put("a", "1234"));
        applied(remove("long.name"));
        assertThat(published().sizeBytes()).isEqualTo(PublishedState.sizeBytes("a", "1234", "ann", "why"));
    }

    @Test
    void theSizeOfAPropertyCountsTheBytesOfAllItsTexts() {
        long overhead = PublishedState.sizeBytes("", "", "", null);
        assertThat(overhead).isPositive();
        assertThat(PublishedState.sizeBytes("name", "v\u00e4lue", "by", "why?")).isEqualTo(overhead + 4 + 6 + 2 + 4);
    }

    @Test
    void pagesFollowOneAnotherInTheOrderOfNames() {
        applied(put("a", "1"), put("p.1", "1"), put("p.2", "1"), put("p.3", "1"), put("q", "1"));
        PublishedState now = published();
        assertThat(now.page("p.", null, 2)).extracting(Property::name).containsExactly("p.1", "p.2");
        assertThat(now.page("p.", "p.2", 2)).extracting(Property::name).containsExactly("p.3");
        assertThat(now.page("p.", "a", 1)).extracting(Property::name).containsExactly("p.1");
        assertThat(now.page("", null, 100)).hasSize(5);
        assertThat(now.page("z", null, 100)).isEmpty();
    }

    @Test
    void aPreviewTellsWhatWouldBeAndChangesNothing() {
        applied(put("a", "1"));
        PublishedState before = published();
        var transaction = new Transaction(new Stamp(now, 0, 0), "ann", "why", null, List.of(put("a", "2"), remove("b")));

        var preview = ConfigState.preview(before, transaction);

        assertThat(published()).isSameAs(before);
        assertThat(before.find("a")).extracting(Property::value).isEqualTo("1");
        assertThat(preview).isEqualTo(apply(put("a", "2"), remove("b")));
    }

    @Test
    void aTransactionChangesAPropertyOnce() {
        assertThatThrownBy(() -> new Transaction("", null, null, List.of(put("a", "1"), remove("a"))))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static Change put(String name, String value) {
        return new Change(name, value, Expectation.none());
    }

    private static Change remove(String name) {
        return new Change(name, null, Expectation.none());
    }

    private static Change expecting(String name, Expectation expectation) {
        return new Change(name, "expected", expectation);
    }

    private PublishedState published() {
        state.publish();
        return state.published();
    }

    private Outcome.Applied applied(Change... changes) {
        return (Outcome.Applied) apply(changes);
    }

    private Outcome apply(Change... changes) {
        var transaction = new Transaction("ann", "why", null, List.of(changes)).stamped(new Stamp(now, 10, 60_000));
        return state.apply(nextIndex++, TransactionCodec.encode(transaction));
    }
}
