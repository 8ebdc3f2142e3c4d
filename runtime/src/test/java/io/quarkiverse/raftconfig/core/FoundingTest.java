package io.quarkiverse.raftconfig.core;

import static io.quarkiverse.raftconfig.core.FoundingMessage.Verdict.NOT_BLANK;
import static io.quarkiverse.raftconfig.core.FoundingMessage.Verdict.OTHER_MEMBERS;
import static io.quarkiverse.raftconfig.core.FoundingMessage.Verdict.PROMISED;
import static io.quarkiverse.raftconfig.core.FoundingMessage.Verdict.PROMISED_TO_ANOTHER;
import static io.quarkiverse.raftconfig.core.Replicas.A;
import static io.quarkiverse.raftconfig.core.Replicas.B;
import static io.quarkiverse.raftconfig.core.Replicas.C;
import static io.quarkiverse.raftconfig.core.Replicas.replica;
import static io.quarkiverse.raftconfig.core.Replicas.setOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.SortedSet;
import java.util.SplittableRandom;
import java.util.TreeSet;

import org.junit.jupiter.api.Test;

import io.quarkiverse.raftconfig.core.FoundingEffects.Outgoing;
import io.quarkiverse.raftconfig.core.FoundingMessage.Ask;
import io.quarkiverse.raftconfig.core.FoundingMessage.AskAnswer;
import io.quarkiverse.raftconfig.core.FoundingMessage.Confirm;
import io.quarkiverse.raftconfig.core.FoundingMessage.ConfirmAnswer;
import io.quarkiverse.raftconfig.core.FoundingMessage.Release;

/** A cluster is founded once, by the first of the listed members, when all are blank and promised to it at one moment. */
class FoundingTest {
    private static final SortedSet<NodeId> MEMBERS = new TreeSet<>(List.of(A.node(), B.node(), C.node()));
    /** Another process with the founder's name, on another disk. */
    private static final ReplicaId OTHER_A = replica("a", 2);

    @Test
    void foundsWhenAllHavePromisedAndConfirmed() {
        // given the first of three members
        Founding founder = blank(A);

        // when it starts
        FoundingEffects started = founder.step(0, new FoundingInput.TimePassed());

        // then it asks the others, in an attempt that it has made durable
        assertThat(started.persist()).isEqualTo(new FoundingRecord(1, null, 0, null, 0));
        assertThat(started.sendWhenDurable()).containsExactly(new Outgoing(B.node(), new Ask(A, 1, MEMBERS)),
                new Outgoing(C.node(), new Ask(A, 1, MEMBERS)));

        // when both promise, then it asks both to confirm
        assertThat(receive(founder, B, new AskAnswer(A, 1, PROMISED)).sendWhenDurable()).isEmpty();
        assertThat(receive(founder, C, new AskAnswer(A, 1, PROMISED)).sendWhenDurable())
                .containsExactly(new Outgoing(B.node(), new Confirm(A, 1)), new Outgoing(C.node(), new Confirm(A, 1)));

        // when both confirm, then it founds with them, once
        assertThat(receive(founder, B, new ConfirmAnswer(A, 1, true)).found()).isNull();
        FoundingEffects confirmed = receive(founder, C, new ConfirmAnswer(A, 1, true));
        assertThat(confirmed.found()).isEqualTo(setOf(A, B, C));
        assertThat(confirmed.wakeAtMillis()).isEqualTo(Long.MAX_VALUE);
        assertThat(receive(founder, C, new ConfirmAnswer(A, 1, true)).found()).isNull();
    }

    @Test
    void foundsAClusterOfOneAtOnce() {
        // given a node whose setting lists nobody
        Founding alone = new Founding(A, new TreeSet<>(), FoundingRecord.NONE, true, RaftSettings.DEFAULTS, random());

        // when it starts, then it has founded
        assertThat(alone.step(0, new FoundingInput.TimePassed()).found()).isEqualTo(setOf(A));
    }

    @Test
    void isNotForOthersThanTheFirstMember() {
        // given the second of three members, when it starts, then it waits to be asked
        FoundingEffects effects = blank(B).step(0, new FoundingInput.TimePassed());
        assertThat(effects.sendWhenDurable()).isEmpty();
        assertThat(effects.wakeAtMillis()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void asksAgainUntilAllHaveAnswered() {
        // given a founder that b has answered
        Founding founder = blank(A);
        long due = founder.step(0, new FoundingInput.TimePassed()).wakeAtMillis();
        receive(founder, B, new AskAnswer(A, 1, PROMISED));
        assertThat(founder.awaited()).containsExactly(C.node());

        // when time passes, then it asks c again, and nobody else
        assertThat(founder.step(due, new FoundingInput.TimePassed()).sendWhenDurable())
                .containsExactly(new Outgoing(C.node(), new Ask(A, 1, MEMBERS)));

        // when c connects, then it need not wait so long
        assertThat(founder.step(due + 1, new FoundingInput.Connected(C, false)).sendWhenDurable())
                .containsExactly(new Outgoing(C.node(), new Ask(A, 1, MEMBERS)));
    }

    @Test
    void promisesItselfToOneFounderOnly() {
        // given a blank member
        Founding member = blank(B);

        // when two processes with the founder's name ask
        FoundingEffects first = receive(member, A, new Ask(A, 1, MEMBERS));
        FoundingEffects second = receive(member, OTHER_A, new Ask(OTHER_A, 1, MEMBERS));

        // then the first gets a durable promise, and the other none
        assertThat(first.persist()).isEqualTo(new FoundingRecord(0, A, 1, null, 0));
        assertThat(verdictOf(first)).isEqualTo(PROMISED);
        assertThat(second.persist()).isNull();
        assertThat(verdictOf(second)).isEqualTo(PROMISED_TO_ANOTHER);
    }

    @Test
    void repeatsItsPromiseAndMovesItToALaterAttemptOfTheSameFounder() {
        // given a member promised to the second attempt
        Founding member = blank(B);
        receive(member, A, new Ask(A, 2, MEMBERS));

        // when the same attempt, a later and an earlier one ask
        FoundingEffects same = receive(member, A, new Ask(A, 2, MEMBERS));
        FoundingEffects later = receive(member, A, new Ask(A, 3, MEMBERS));
        FoundingEffects earlier = receive(member, A, new Ask(A, 2, MEMBERS));

        // then the first two are promised, and the last is dropped
        assertThat(same.persist()).isNull();
        assertThat(verdictOf(same)).isEqualTo(PROMISED);
        assertThat(later.persist()).isEqualTo(new FoundingRecord(0, A, 3, null, 0));
        assertThat(verdictOf(later)).isEqualTo(PROMISED);
        assertThat(earlier.sendWhenDurable()).isEmpty();
    }

    @Test
    void aReleaseCancelsExactlyItsOwnPromise() {
        // given a member promised to the second attempt
        Founding member = blank(B);
        receive(member, A, new Ask(A, 2, MEMBERS));

        // when releases of another attempt and of another founder come, then the promise stands
        receive(member, A, new Release(A, 1));
        receive(member, OTHER_A, new Release(OTHER_A, 2));
        assertThat(receive(member, A, new Confirm(A, 2)).sendWhenDurable())
                .containsExactly(new Outgoing(A.node(), new ConfirmAnswer(A, 2, true)));

        // when its own release comes, then it is free again, and the released attempt can't come back
        assertThat(receive(member, A, new Release(A, 2)).persist()).isEqualTo(new FoundingRecord(0, null, 0, A, 2));
        assertThat(receive(member, A, new Confirm(A, 2)).sendWhenDurable())
                .containsExactly(new Outgoing(A.node(), new ConfirmAnswer(A, 2, false)));
        assertThat(receive(member, A, new Ask(A, 2, MEMBERS)).sendWhenDurable()).isEmpty();
        assertThat(verdictOf(receive(member, OTHER_A, new Ask(OTHER_A, 1, MEMBERS)))).isEqualTo(PROMISED);
    }

    @Test
    void aReleaseThatOvertakesItsAskHoldsToo() {
        // given a blank member, when the release comes first, then the ask comes too late
        Founding member = blank(B);
        receive(member, A, new Release(A, 1));
        assertThat(receive(member, A, new Ask(A, 1, MEMBERS)).sendWhenDurable()).isEmpty();
        assertThat(member.kept().promisedTo()).isNull();
    }

    @Test
    void aPromiseSurvivesARestart() {
        // given a member that promised itself and was restarted
        Founding before = blank(B);
        receive(before, A, new Ask(A, 1, MEMBERS));
        Founding member = new Founding(B, MEMBERS, before.kept(), true, RaftSettings.DEFAULTS, random());

        // when both ask, then only the one it is promised to is answered as before
        assertThat(verdictOf(receive(member, OTHER_A, new Ask(OTHER_A, 9, MEMBERS)))).isEqualTo(PROMISED_TO_ANOTHER);
        assertThat(receive(member, A, new Confirm(A, 1)).sendWhenDurable())
                .containsExactly(new Outgoing(A.node(), new ConfirmAnswer(A, 1, true)));
    }

    @Test
    void aFounderThatRestartsBeginsALaterAttempt() {
        // given a founder whose first attempt was interrupted
        Founding founder = new Founding(A, MEMBERS, new FoundingRecord(1, null, 0, null, 0), true, RaftSettings.DEFAULTS,
                random());
        founder.step(0, new FoundingInput.TimePassed());
        assertThat(founder.kept().attempt()).isEqualTo(2);

        // when a promise to the first one arrives late, then it is released, and counts for nothing
        assertThat(receive(founder, B, new AskAnswer(A, 1, PROMISED)).sendWhenDurable())
                .containsExactly(new Outgoing(B.node(), new Release(A, 1)));
        assertThat(founder.awaited()).containsExactly(B.node(), C.node());
    }

    @Test
    void givesUpAndTriesAgainAfterAPauseWhenItIsRefused() {
        // given a founder that b has promised
        Founding founder = blank(A);
        founder.step(0, new FoundingInput.TimePassed());
        receive(founder, B, new AskAnswer(A, 1, PROMISED));

        // when c is promised to another
        FoundingEffects refused = receive(founder, C, new AskAnswer(A, 1, PROMISED_TO_ANOTHER));

        // then it releases all, and begins the next attempt after a random pause
        assertThat(refused.sendWhenDurable()).containsExactly(new Outgoing(B.node(), new Release(A, 1)),
                new Outgoing(C.node(), new Release(A, 1)));
        assertThat(refused.wakeAtMillis()).isBetween(1000L, 1999L);
        assertThat(founder.refusals()).containsEntry(C.node(), PROMISED_TO_ANOTHER);
        assertThat(founder.step(refused.wakeAtMillis(), new FoundingInput.TimePassed()).sendWhenDurable())
                .containsExactly(new Outgoing(B.node(), new Ask(A, 2, MEMBERS)),
                        new Outgoing(C.node(), new Ask(A, 2, MEMBERS)));
    }

    @Test
    void givesUpWhenAPromiseIsNotConfirmed() {
        Founding founder = promised();
        assertThat(receive(founder, B, new ConfirmAnswer(A, 1, false)).sendWhenDurable())
                .contains(new Outgoing(B.node(), new Release(A, 1)));
    }

    @Test
    void givesUpWhenAnotherIncarnationAnswers() {
        // given a founder whom b has promised, when an empty disk with b's name confirms or promises
        ReplicaId newB = replica("b", 2);
        assertThat(receive(promised(), newB, new ConfirmAnswer(A, 1, true)).sendWhenDurable())
                .contains(new Outgoing(C.node(), new Release(A, 1)));

        Founding asking = blank(A);
        asking.step(0, new FoundingInput.TimePassed());
        receive(asking, B, new AskAnswer(A, 1, PROMISED));

        // then it gives up, for the promise of the old disk is lost
        assertThat(receive(asking, newB, new AskAnswer(A, 1, PROMISED)).sendWhenDurable())
                .contains(new Outgoing(C.node(), new Release(A, 1)));
    }

    @Test
    void joinsInsteadWhenAMemberHasData() {
        // given a founder, when a member says that it has data, or is seen to have
        Founding answered = blank(A);
        answered.step(0, new FoundingInput.TimePassed());
        FoundingEffects byAnswer = receive(answered, B, new AskAnswer(A, 1, NOT_BLANK));
        Founding connected = blank(A);
        connected.step(0, new FoundingInput.TimePassed());
        FoundingEffects byConnection = connected.step(1, new FoundingInput.Connected(B, true));

        // then it releases what it has and asks no more
        for (FoundingEffects effects : List.of(byAnswer, byConnection)) {
            assertThat(effects.sendWhenDurable()).contains(new Outgoing(C.node(), new Release(A, 1)));
            assertThat(effects.wakeAtMillis()).isEqualTo(Long.MAX_VALUE);
        }
        assertThat(blank(A).step(0, new FoundingInput.Connected(B, true)).sendWhenDurable()).isEmpty();
    }

    @Test
    void aMemberWithDataPromisesNothing() {
        // given a member with data, and one that was promised and has joined since
        Founding withData = new Founding(B, MEMBERS, FoundingRecord.NONE, false, RaftSettings.DEFAULTS, random());
        Founding joined = blank(B);
        receive(joined, A, new Ask(A, 1, MEMBERS));
        joined.step(1, new FoundingInput.Joined());

        // when a founder asks or wants it confirmed, then it learns that there is a cluster
        for (Founding member : List.of(withData, joined)) {
            assertThat(verdictOf(receive(member, A, new Ask(A, 1, MEMBERS)))).isEqualTo(NOT_BLANK);
            assertThat(receive(member, A, new Confirm(A, 1)).sendWhenDurable())
                    .containsExactly(new Outgoing(A.node(), new ConfirmAnswer(A, 1, false)));
        }
    }

    @Test
    void refusesAFounderThatListsOthers() {
        // given a member that lists a, b and c, when asked with another list, then it says so and promises nothing
        FoundingEffects effects = receive(blank(B), A, new Ask(A, 1, new TreeSet<>(List.of(A.node(), B.node()))));
        assertThat(verdictOf(effects)).isEqualTo(OTHER_MEMBERS);
        assertThat(effects.persist()).isNull();
    }

    @Test
    void heedsNobodyWhoSpeaksForAnother() {
        // given a member, when c asks in a's name, or somebody with its own name asks
        assertThat(receive(blank(B), C, new Ask(A, 1, MEMBERS)).sendWhenDurable()).isEmpty();
        assertThat(receive(blank(A), OTHER_A, new Ask(OTHER_A, 1, MEMBERS)).persist())
                .isEqualTo(new FoundingRecord(1, null, 0, null, 0));

        // and a founder, when somebody who is not listed promises, or an answer was for another, then nothing comes of it
        Founding founder = blank(A);
        founder.step(0, new FoundingInput.TimePassed());
        receive(founder, Replicas.D, new AskAnswer(A, 1, PROMISED));
        receive(founder, B, new AskAnswer(OTHER_A, 1, PROMISED));
        receive(founder, B, new ConfirmAnswer(OTHER_A, 1, true));
        assertThat(founder.awaited()).containsExactly(B.node(), C.node());
    }

    @Test
    void mustBeListedItself() {
        assertThatIllegalArgumentException().isThrownBy(() -> blank(Replicas.D))
                .withMessageContaining("do not name this node, d");
    }

    private static Founding promised() {
        Founding founder = blank(A);
        founder.step(0, new FoundingInput.TimePassed());
        receive(founder, B, new AskAnswer(A, 1, PROMISED));
        receive(founder, C, new AskAnswer(A, 1, PROMISED));
        return founder;
    }

    private static Founding blank(ReplicaId self) {
        return new Founding(self, MEMBERS, FoundingRecord.NONE, true, RaftSettings.DEFAULTS, random());
    }

    private static SplittableRandom random() {
        return new SplittableRandom(1);
    }

    private static FoundingEffects receive(Founding node, ReplicaId from, FoundingMessage message) {
        return node.step(1, new FoundingInput.Received(from, message));
    }

    private static FoundingMessage.Verdict verdictOf(FoundingEffects effects) {
        assertThat(effects.sendWhenDurable()).hasSize(1);
        return ((AskAnswer) effects.sendWhenDurable().get(0).message()).verdict();
    }
}
