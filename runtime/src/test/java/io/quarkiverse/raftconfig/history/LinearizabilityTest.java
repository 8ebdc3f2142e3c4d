package io.quarkiverse.raftconfig.history;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LinearizabilityTest {
    private static final Response UNKNOWN = new Response.Unknown();
    private static final Response ABSENT = new Response.Absent();
    private static final Response NOT_DONE = new Response.NotDone();

    private final List<Operation> history = new ArrayList<>();

    @Test
    void oneAfterTheOtherIsAccepted() {
        // given a client that does all there is to do, and is told the truth
        say(0, 1, Request.get(), ABSENT);
        say(2, 3, Request.delete(), ABSENT);
        say(4, 5, Request.put("1").when(new Guard.Present()), new Response.Refused(0));
        say(6, 7, Request.put("1").when(new Guard.Absent()), new Response.Done(3));
        say(8, 9, Request.put("2").when(new Guard.Absent()), new Response.Refused(3));
        say(10, 11, Request.put("2").when(new Guard.AtRevision(2)), new Response.Refused(3));
        say(12, 13, Request.put("2").when(new Guard.AtRevision(3)), new Response.Done(4));
        say(14, 15, Request.get(), new Response.Found("2", 4));
        say(16, 17, Request.put("3"), NOT_DONE);
        say(18, 19, Request.put("3").when(new Guard.Present()), new Response.Done(7));
        say(20, 21, Request.delete().when(new Guard.AtRevision(7)), new Response.Done(8));
        say(22, 23, Request.get(), ABSENT);

        assertLinearizable();
    }

    @Test
    void concurrentOperationsMayTakeEffectInAnyOrder() {
        // given two writes at once, of which the one that was invoked later came first, and a reader who saw both
        say(0, 10, Request.put("b"), new Response.Done(2));
        say(1, 9, Request.put("a"), new Response.Done(1));
        say(2, 4, Request.get(), new Response.Found("a", 1));
        say(5, 7, Request.get(), new Response.Found("b", 2));

        assertLinearizable();
    }

    @Test
    void aStaleReadIsCaught() {
        // given a read that began after the second write had returned, and saw the first
        say(0, 1, Request.put("a"), new Response.Done(1));
        say(2, 3, Request.put("b"), new Response.Done(2));
        Operation stale = say(4, 5, Request.get(), new Response.Found("a", 1));

        // then the verdict shows that read, and what is before it
        assertThat(violation().stuck()).contains(stale);
        assertThat(violation().before()).containsExactly(history.get(0));
        assertThat(violation().toString()).contains("c [4, 5] p: get: found \"a\", revision 1");
    }

    @Test
    void aReadThatGoesBackBehindAnotherIsCaught() {
        // given a write under way all the time, which one reader sees and a later one does not
        say(0, 1, Request.put("a"), new Response.Done(1));
        say(2, 20, Request.put("b"), new Response.Done(2));
        say(4, 5, Request.get(), new Response.Found("b", 2));
        say(6, 7, Request.get(), new Response.Found("a", 1));

        assertViolation();
    }

    @Test
    void aLostWriteIsCaught() {
        say(0, 1, Request.put("a"), new Response.Done(1));
        say(2, 3, Request.get(), ABSENT);

        assertViolation();
    }

    @Test
    void aWriteDoneTwiceIsCaught() {
        // given a value that is back after it was removed
        say(0, 1, Request.put("a"), new Response.Done(1));
        say(2, 3, Request.delete(), new Response.Done(2));
        say(4, 5, Request.get(), new Response.Found("a", 3));

        assertViolation();
    }

    @Test
    void aWriteIsRefusedOnlyIfItsGuardDoesNotHold() {
        say(0, 1, Request.put("a"), new Response.Done(4));
        say(2, 3, Request.put("b").when(new Guard.AtRevision(4)), new Response.Refused(4));

        assertViolation();
    }

    @Test
    void aWriteIsDoneOnlyIfItsGuardHolds() {
        say(0, 1, Request.put("a"), new Response.Done(4));
        say(2, 3, Request.put("b").when(new Guard.AtRevision(3)), new Response.Done(5));

        assertViolation();
    }

    @Test
    void ofTwoThatExpectTheSameOneIsRefused() {
        // given two at once that both change what the same revision left, and are both told that they did
        say(0, 1, Request.put("a"), new Response.Done(1));
        say(2, 9, Request.put("b").when(new Guard.AtRevision(1)), new Response.Done(2));
        say(2, 9, Request.put("c").when(new Guard.AtRevision(1)), new Response.Done(3));

        assertViolation();
    }

    @Test
    void whatWasNotDoneHasNoEffectLater() {
        say(0, 1, Request.put("a"), NOT_DONE);
        say(2, 3, Request.get(), new Response.Found("a", 1));

        assertViolation();
    }

    @Test
    void anUnknownWriteMayTakeEffectLate() {
        // given a write of which nobody knows, done long after its client gave up
        say(0, 1, Request.put("a"), UNKNOWN);
        say(2, 3, Request.get(), ABSENT);
        say(4, 5, Request.put("b"), new Response.Done(1));
        say(6, 7, Request.get(), new Response.Found("b", 1));
        say(8, 9, Request.get(), new Response.Found("a", 2));

        assertLinearizable();
    }

    @Test
    void anUnknownWriteMayNeverTakeEffect() {
        say(0, 1, Request.put("a"), UNKNOWN);
        say(2, 3, Request.delete(), UNKNOWN);
        say(4, 5, Request.get(), ABSENT);

        assertLinearizable();
    }

    @Test
    void anUnknownWriteTakesEffectOnceAtMost() {
        say(0, 1, Request.put("a"), UNKNOWN);
        say(2, 3, Request.get(), new Response.Found("a", 1));
        say(4, 5, Request.put("b"), new Response.Done(2));
        say(6, 7, Request.get(), new Response.Found("a", 3));

        assertViolation();
    }

    @Test
    void anUnknownWriteTakesNoEffectBeforeItIsInvoked() {
        say(0, 1, Request.get(), new Response.Found("a", 1));
        say(2, 3, Request.put("a"), UNKNOWN);

        assertViolation();
    }

    @Test
    void theRevisionOfAnUnknownWriteIsOneOnceItIsSeen() {
        say(0, 1, Request.put("a"), UNKNOWN);
        say(2, 3, Request.get(), new Response.Found("a", 5));
        say(4, 5, Request.get(), new Response.Found("a", 6));

        assertViolation();
    }

    @Test
    void anUnknownGuardedWriteNeedsItsGuard() {
        // given two unknown writes that expect the same revision: one of them at most can have been done
        say(0, 1, Request.put("a"), new Response.Done(1));
        say(2, 3, Request.put("b").when(new Guard.AtRevision(1)), UNKNOWN);
        say(2, 3, Request.put("c").when(new Guard.AtRevision(1)), UNKNOWN);
        say(4, 5, Request.get(), new Response.Found("b", 2));
        assertLinearizable();

        say(6, 7, Request.get(), new Response.Found("c", 3));
        assertViolation();
    }

    @Test
    void triesUnderOneKeyAreOneWrite() {
        // given a write that was done by its first try, which was not answered
        tryWith("k", 0, 1, UNKNOWN);
        say(2, 3, Request.get(), new Response.Found("a", 1));
        say(4, 5, Request.delete(), new Response.Done(2));
        tryWith("k", 6, 7, new Response.Done(1));
        say(8, 9, Request.get(), ABSENT);

        // then it is found in its place, before the removal
        assertLinearizable();
    }

    @Test
    void triesUnderOneKeyAreNotDoneTwice() {
        tryWith("k", 0, 1, new Response.Done(1));
        tryWith("k", 2, 3, new Response.Done(2));

        assertThat(violation().what()).isEqualTo("one write was answered in two ways");
    }

    @Test
    void eachPropertyIsJudgedForItself() {
        // given a good property and a bad one
        say(0, 1, Request.put("a"), new Response.Done(1));
        history.add(new Operation("c", "q", Request.get(), null, 2, 3, new Response.Found("a", 1)));

        assertThat(violation().what()).startsWith("q ");
    }

    @Test
    void theJudgeSaysWhenItIsTooHard() {
        // given a history that takes two states to see through
        say(0, 1, Request.put("a"), new Response.Done(1));
        say(2, 3, Request.put("b"), new Response.Done(2));
        say(4, 5, Request.get(), ABSENT);

        // then it is a violation only for a judge that may look at both
        assertThat(Linearizability.verdict(history, 1)).isEqualTo(new Verdict.TooHard("p", 2));
        assertThat(Linearizability.verdict(history, 2)).isInstanceOf(Verdict.Violation.class);
    }

    private Operation say(long invokedAt, long returnedAt, Request request, Response response) {
        return say(null, invokedAt, returnedAt, request, response);
    }

    private void tryWith(String key, long invokedAt, long returnedAt, Response response) {
        say(key, invokedAt, returnedAt, Request.put("a"), response);
    }

    private Operation say(@Nullable String key, long invokedAt, long returnedAt, Request request, Response response) {
        Operation operation = new Operation("c", "p", request, key, invokedAt, returnedAt, response);
        history.add(operation);
        return operation;
    }

    private void assertLinearizable() {
        assertThat(Linearizability.verdict(history)).isInstanceOf(Verdict.Linearizable.class);
    }

    private void assertViolation() {
        assertThat(Linearizability.verdict(history)).isInstanceOf(Verdict.Violation.class);
    }

    private Verdict.Violation violation() {
        return (Verdict.Violation) Linearizability.verdict(history);
    }
}
