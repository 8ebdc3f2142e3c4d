package io.quarkiverse.raftconfig.history;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RevisionOrderTest {
    private final List<Operation> history = new ArrayList<>();
    private final List<LocalRead> localReads = new ArrayList<>();

    @Test
    void revisionsThatGrowAreAccepted() {
        // given writes of two properties, some at once, and a node that shows them late but in order
        write("p", "a", 0, 1, 1);
        write("q", "b", 2, 9, 4);
        write("p", "c", 3, 8, 3);
        show("n", "p", null, 0, 1);
        show("n", "p", "a", 2, 3);
        show("n", "p", "a", 9, 10);
        show("n", "p", "c", 11, 12);

        assertThat(verdict()).isInstanceOf(Verdict.Linearizable.class);
    }

    @Test
    void aSmallerRevisionThanThatOfAnEarlierWriteIsCaught() {
        // given two properties: for each alone, all is well
        write("p", "a", 0, 1, 2);
        write("q", "b", 2, 3, 1);
        assertThat(Linearizability.verdict(history)).isInstanceOf(Verdict.Linearizable.class);

        assertThat(violation()).isEqualTo("a write has no larger revision than what was seen before it");
    }

    @Test
    void twoWritesWithOneRevisionAreCaught() {
        write("p", "a", 0, 5, 1);
        write("q", "b", 0, 5, 1);

        assertThat(violation()).isEqualTo("two writes made one revision");
    }

    @Test
    void changesOfOneTransactionShareTheirRevision() {
        // given a write of two properties, and one of two others of which nobody was told, but both were found
        history.add(new Operation("c", "p", Request.put("a"), "k", 0, 1, new Response.Done(1)));
        history.add(new Operation("c", "q", Request.put("b"), "k", 0, 1, new Response.Done(1)));
        history.add(new Operation("c", "r", Request.put("c"), "l", 2, Operation.NEVER, new Response.Unknown()));
        history.add(new Operation("c", "s", Request.put("d"), "l", 2, Operation.NEVER, new Response.Unknown()));
        history.add(new Operation("c", "q", Request.get(), null, 4, 5, new Response.Found("b", 1)));
        history.add(new Operation("c", "r", Request.get(), null, 4, 5, new Response.Found("c", 2)));
        history.add(new Operation("c", "s", Request.get(), null, 4, 5, new Response.Found("d", 2)));

        assertThat(verdict()).isInstanceOf(Verdict.Linearizable.class);
    }

    @Test
    void twoTransactionsFoundAtOneRevisionAreCaught() {
        // given two writes of which nobody was told
        history.add(new Operation("c", "p", Request.put("a"), "k", 0, Operation.NEVER, new Response.Unknown()));
        history.add(new Operation("c", "q", Request.put("b"), "l", 0, Operation.NEVER, new Response.Unknown()));
        history.add(new Operation("c", "p", Request.get(), null, 4, 5, new Response.Found("a", 1)));
        history.add(new Operation("c", "q", Request.get(), null, 6, 7, new Response.Found("b", 1)));

        assertThat(violation()).isEqualTo("one revision was told in two ways");
    }

    @Test
    void triesUnderOneKeyShareTheirRevision() {
        // given a second try that is answered as the first was, after another write
        history.add(new Operation("c", "p", Request.put("a"), "k", 0, 1, new Response.Done(1)));
        write("q", "b", 2, 3, 2);
        history.add(new Operation("c", "p", Request.put("a"), "k", 4, 5, new Response.Done(1)));

        assertThat(verdict()).isInstanceOf(Verdict.Linearizable.class);
    }

    @Test
    void aReadThatTellsAnotherValueThanWasWrittenIsCaught() {
        write("p", "a", 0, 1, 1);
        history.add(new Operation("c", "p", Request.get(), null, 2, 3, new Response.Found("b", 1)));

        assertThat(violation()).isEqualTo("one revision was told in two ways");
    }

    @Test
    void twoReadsThatDisagreeAreCaught() {
        // given a write that nobody acknowledged, read with two names
        history.add(new Operation("c", "p", Request.get(), null, 2, 3, new Response.Found("b", 1)));
        history.add(new Operation("c", "q", Request.get(), null, 2, 3, new Response.Found("b", 1)));

        assertThat(violation()).isEqualTo("one revision was told in two ways");
    }

    @Test
    void aNodeThatGoesBackIsCaught() {
        write("p", "a", 0, 1, 1);
        write("p", "b", 2, 3, 2);
        show("n", "p", "b", 4, 5);
        show("n", "p", "a", 6, 7);

        assertThat(violation()).startsWith("a node went back, from [4, 5] p at n: \"b\" to [6, 7]");
    }

    @Test
    void aNodeThatGoesBackToNothingIsCaught() {
        write("p", "a", 0, 1, 1);
        show("n", "p", "a", 2, 3);
        show("n", "p", null, 4, 5);

        assertThat(violation()).startsWith("a node went back");
    }

    @Test
    void readsAtOnceOfOneNodeAndOfItsNextLifeAreNotCompared() {
        write("p", "a", 0, 1, 1);
        write("p", "b", 2, 3, 2);
        show("n", "p", "b", 4, 6);
        show("n", "p", "a", 5, 7);
        show("n again", "p", "a", 8, 9);

        assertThat(verdict()).isInstanceOf(Verdict.Linearizable.class);
    }

    @Test
    void anUnknownWriteMayBeShownAndAnUnknownRemovalToo() {
        write("p", "a", 0, 1, 1);
        history.add(new Operation("c", "p", Request.put("b"), null, 2, 3, new Response.Unknown()));
        history.add(new Operation("c", "p", Request.delete(), null, 2, 3, new Response.Unknown()));
        show("n", "p", "a", 4, 5);
        show("n", "p", "b", 6, 7);
        show("n", "p", null, 8, 9);

        assertThat(verdict()).isInstanceOf(Verdict.Linearizable.class);
    }

    @Test
    void whatNobodyWroteIsNotShown() {
        history.add(new Operation("c", "p", Request.put("b"), null, 2, 3, new Response.NotDone()));
        show("n", "p", "b", 4, 5);

        assertThat(violation()).startsWith("a node shows what nobody wrote");
    }

    private void write(String name, String value, long invokedAt, long returnedAt, long revision) {
        history.add(new Operation("c", name, Request.put(value), null, invokedAt, returnedAt, new Response.Done(revision)));
    }

    private void show(String node, String name, @Nullable String value, long invokedAt, long returnedAt) {
        localReads.add(new LocalRead(node, name, value, invokedAt, returnedAt));
    }

    private Verdict verdict() {
        return RevisionOrder.verdict(history, localReads);
    }

    private String violation() {
        return ((Verdict.Violation) verdict()).what();
    }
}
