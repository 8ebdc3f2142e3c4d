package io.quarkiverse.raftconfig.core;

import static io.quarkiverse.raftconfig.core.Replicas.A;
import static io.quarkiverse.raftconfig.core.Replicas.B;
import static io.quarkiverse.raftconfig.core.Replicas.C;
import static io.quarkiverse.raftconfig.core.Replicas.D;
import static io.quarkiverse.raftconfig.core.Replicas.E;
import static io.quarkiverse.raftconfig.core.Replicas.joint;
import static io.quarkiverse.raftconfig.core.Replicas.setOf;
import static io.quarkiverse.raftconfig.core.Replicas.voters;
import static io.quarkiverse.raftconfig.core.Replicas.withLearners;
import static io.quarkiverse.raftconfig.core.TestNode.memberships;
import static io.quarkiverse.raftconfig.core.TestNode.only;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;

/** §6, thesis §4.2.1: who is to become a voter is brought up to date first, or it would hold up every commit. */
class CatchUpTest {
    private static final Membership THREE = voters(A, B, C);
    private static final Membership FOUR = voters(A, B, C, D);
    private static final SnapshotPoint AT_8 = new SnapshotPoint(new Position(8, 2), THREE, 1);

    @Test
    void aNewVoterIsALearnerUntilItHoldsTheLog() {
        // given a leader of three, when d is to be a voter, too, then it is a learner
        TestNode node = leader();
        Effects asked = node.changeMembership(FOUR);
        assertThat(memberships(asked)).containsExactly(withLearners(THREE, D));
        assertThat(TestNode.to(D, asked.send())).hasOnlyElementsOfType(Message.AppendEntries.class).hasSize(1);
        node.persisted(asked);
        assertThat(node.matched(D, 3).persist()).isNull();

        // when that is committed, then d still lacks it
        assertThat(memberships(node.matched(B, 4))).isEmpty();
        assertThat(node.core.catchUp()).containsOnlyKeys(D).containsEntry(D, new CatchUpProgress(1, 1));
        assertThat(node.core.isChangingMembership()).isTrue();

        // when it holds it, then it is to be a voter
        Effects caughtUp = node.matched(D, 4);
        assertThat(memberships(caughtUp)).containsExactly(joint(setOf(A, B, C), setOf(A, B, C, D)));
    }

    /** What knows of the membership must be committed before the next is appended. */
    @Test
    void waitsForTheCommitOfTheLearners() {
        TestNode node = leader();
        node.changeMembership(FOUR);
        assertThat(memberships(node.matched(D, 4))).isEmpty();
        assertThat(memberships(node.matched(B, 4))).isEmpty();
        assertThat(memberships(node.matched(C, 4))).hasSize(1);
    }

    @Test
    void aRoundThatTakesAnElectionTimeoutIsNotTheLast() {
        // given a learner that is behind, and a log that grows
        TestNode node = catchingUp();
        node.propose("x", "y");
        assertThat(node.core.catchUp()).containsEntry(D, new CatchUpProgress(1, 7));

        // when it holds what was there at the beginning, but only after T, then it has to do it again with what came since
        letPass(node, 1000);
        assertThat(memberships(node.matched(D, 5))).isEmpty();
        assertThat(node.core.catchUp()).containsEntry(D, new CatchUpProgress(2, 2));

        // when that takes less than T, then it is close enough
        letPass(node, 900);
        assertThat(memberships(node.matched(D, 7))).hasSize(1);
    }

    @Test
    void tenRoundsAreEnough() {
        // given a learner that never comes close
        TestNode node = catchingUp();
        for (int round = 1; round < CatchUp.ROUNDS_MAX; round++) {
            assertThat(node.core.catchUp().get(D)).extracting(CatchUpProgress::round).isEqualTo(round);
            long last = node.core.lastLog().index();
            node.propose("x");
            letPass(node, 1000);
            assertThat(node.matched(D, last).answers()).isEmpty();
        }

        // when it needs T for the tenth round, too, then it goes again
        letPass(node, 1000);
        long last = node.core.lastLog().index();
        Effects givenUp = node.matched(D, last);
        assertThat(memberships(givenUp)).containsExactly(THREE);
        assertThat(givenUp.answers()).isEmpty();

        // and when that is committed, then the change is refused, and another may begin
        node.persisted(givenUp);
        assertThat(node.matched(B, last + 1).answers())
                .containsExactly(new Answer.Refused(1, Answer.Refusal.NOT_CAUGHT_UP));
        assertThat(node.core.isChangingMembership()).isFalse();
        assertThat(node.core.catchUp()).isEmpty();
        assertThat(memberships(node.changeMembership(FOUR))).hasSize(1);
    }

    @Test
    void whoIsSilentIsNotWaitedFor() {
        TestNode node = catchingUp();
        letPass(node, 2900);
        assertThat(node.core.membership()).isEqualTo(withLearners(THREE, D));
        letPass(node, 200);
        assertThat(node.core.membership()).isEqualTo(THREE);
    }

    /** Its disk hangs, or what is sent to it is lost: that it answers heartbeats brings nobody further. */
    @Test
    void whoAnswersButTakesUpNothingIsNotWaitedFor() {
        // given a learner that holds what it held when the change began, and only answers heartbeats
        TestNode node = catchingUp();
        letPassWhileAnswering(node, 9900, B, D);
        assertThat(node.core.membership()).isEqualTo(withLearners(THREE, D));

        // when ten election timeouts have passed, then it goes again, and the change is refused
        List<Answer> answers = letPassWhileAnswering(node, 300, B, D);
        assertThat(node.core.membership()).isEqualTo(THREE);
        assertThat(answers).containsExactly(new Answer.Refused(1, Answer.Refusal.NOT_CAUGHT_UP));

        // and another change may begin
        assertThat(node.core.isChangingMembership()).isFalse();
        assertThat(memberships(node.changeMembership(withLearners(THREE, D)))).hasSize(1);
    }

    @Test
    void whoTakesUpTheLogSlowlyIsWaitedForAsLongAsItAdvances() {
        // given a learner that takes up one entry in nine election timeouts
        TestNode node = catchingUp();
        node.persisted(node.propose("x", "y"));
        node.matched(B, 7);
        for (long held = 1; held < 4; held++) {
            letPassWhileAnswering(node, 9000, B, D);
            assertThat(memberships(node.matched(D, held))).isEmpty();
        }

        // then its first round goes on
        assertThat(node.core.catchUp()).containsEntry(D, new CatchUpProgress(1, 4));

        // and when it stops in a later one, then it has the same time
        letPassWhileAnswering(node, 9000, B, D);
        node.matched(D, 4);
        assertThat(node.core.catchUp()).containsEntry(D, new CatchUpProgress(2, 3));
        letPassWhileAnswering(node, 9900, B, D);
        assertThat(node.core.membership()).isEqualTo(withLearners(THREE, D));
        letPassWhileAnswering(node, 300, B, D);
        assertThat(node.core.membership()).isEqualTo(THREE);
    }

    /** It holds nothing of a snapshot before it has all of it. */
    @Test
    void whoIsBeingSentASnapshotIsWaitedFor() {
        // given a learner to which a snapshot is being sent, for long
        TestNode node = sendingASnapshotToD();
        letPassWhileAnswering(node, 60_000, B, D);
        assertThat(node.core.membership()).isEqualTo(withLearners(THREE, D));

        // when it has it, and what follows
        node.step(new Input.SnapshotSent(D, AT_8, true, false));
        letPassWhileAnswering(node, 1000, B, D);
        Effects caughtUp = node.matched(D, node.core.lastLog().index());

        // then the next round is short, and the last
        assertThat(node.core.catchUp()).containsEntry(D, new CatchUpProgress(2, 0));
        assertThat(memberships(caughtUp)).isEmpty();
        assertThat(memberships(node.pass(10))).hasSize(1);
    }

    @Test
    void whoDoesNotTakeASnapshotIsNotWaitedFor() {
        // given a learner that can't be given the snapshot, time and again
        TestNode node = sendingASnapshotToD();
        for (int lost = 1; lost < CatchUp.SNAPSHOTS_LOST_MAX; lost++) {
            letPassWhileAnswering(node, 4000, B, D);
            node.step(new Input.SnapshotSent(D, AT_8, false, false));
            assertThat(node.core.membership()).isEqualTo(withLearners(THREE, D));
            letPassWhileAnswering(node, 200, B, D);
        }

        // when the last try fails, too, then it goes again
        letPassWhileAnswering(node, 4000, B, D);
        node.step(new Input.SnapshotSent(D, AT_8, false, false));
        assertThat(node.core.membership()).isEqualTo(THREE);
        assertThat(letPassWhileAnswering(node, 100, B, D))
                .containsExactly(new Answer.Refused(1, Answer.Refusal.NOT_CAUGHT_UP));
    }

    /** Connections that break now and then make it slow, and no more than that. */
    @Test
    void aSnapshotThatComesInPartsIsWaitedFor() {
        TestNode node = sendingASnapshotToD();
        for (int part = 0; part < 3 * CatchUp.SNAPSHOTS_LOST_MAX; part++) {
            letPassWhileAnswering(node, 4000, B, D);
            node.step(new Input.SnapshotSent(D, AT_8, false, true));
            letPassWhileAnswering(node, 200, B, D);
        }
        assertThat(node.core.membership()).isEqualTo(withLearners(THREE, D));
    }

    @Test
    void whoHasCaughtUpIsWatchedUntilTheOthersHave() {
        // given two new voters, of whom one has caught up, and the other takes long
        TestNode node = TestNode.withLog(A, withLearners(THREE, D, E), new HardState(3, null), 1, 2);
        node.persisted(node.elect(B));
        node.matched(B, 3);
        node.matched(D, 3);
        node.changeMembership(voters(A, B, C, D, E));

        // when the first answers and does not take up what comes
        node.persisted(node.propose("x", "y"));
        node.matched(B, 5);
        letPassWhileAnswering(node, 9000, B, D, E);
        node.matched(E, 1);
        assertThat(node.core.isChangingMembership()).isTrue();

        // then it would be a voter that holds up everything, and becomes none
        letPassWhileAnswering(node, 2000, B, D, E);
        assertThat(node.core.isChangingMembership()).isFalse();
        assertThat(node.core.membership()).isEqualTo(withLearners(THREE, D, E));
    }

    /** Nobody has asked for its removal. */
    @Test
    void aLearnerThatWasThereBeforeStaysOne() {
        TestNode node = TestNode.withLog(A, withLearners(THREE, D), new HardState(3, null), 1, 2);
        node.persisted(node.elect(B));
        node.matched(B, 3);
        assertThat(node.changeMembership(FOUR).persist()).isNull();
        letPass(node, 2900);
        node.now += 100;
        Effects givenUp = node.heartbeatAnswered(B, 30);
        assertThat(givenUp.answers()).containsExactly(new Answer.Refused(1, Answer.Refusal.NOT_CAUGHT_UP));
        assertThat(givenUp.persist()).isNull();
        assertThat(node.core.membership()).isEqualTo(withLearners(THREE, D));
    }

    @Test
    void whoIsToStayALearnerIsNotWaitedFor() {
        TestNode node = leader();
        Effects asked = node.changeMembership(withLearners(THREE, D));
        node.persisted(asked);
        assertThat(node.matched(B, 4).answers()).containsExactly(new Answer.MembershipChanged(1, 4));
    }

    @Test
    void allNewVotersMustBeClose() {
        TestNode node = leader();
        node.persisted(node.changeMembership(voters(A, D, Replicas.E)));
        node.matched(B, 4);
        assertThat(memberships(node.matched(D, 4))).isEmpty();
        assertThat(memberships(node.matched(Replicas.E, 4))).containsExactly(joint(setOf(A, B, C), setOf(A, D, Replicas.E)));
    }

    /** A blank node gets the log from its beginning. */
    @Test
    void aLearnerIsSentWhatItLacks() {
        TestNode node = catchingUp();
        Effects rejected = node.receive(new Message.AppendEntriesResponse(D, A, 4, false, 4, Position.ZERO));
        assertThat(only(Message.AppendEntries.class, rejected.send())).singleElement()
                .satisfies(append -> assertThat(append.prevLog()).isEqualTo(Position.ZERO))
                .satisfies(append -> assertThat(append.lastIndex()).isEqualTo(5));
    }

    /** A leader of three, whose log ends at 5 and is committed; d is a learner that holds nothing. */
    private static TestNode catchingUp() {
        TestNode node = leader();
        node.persisted(node.changeMembership(FOUR));
        node.matched(B, 4);
        node.persisted(node.propose("w"));
        node.matched(B, 5);
        return node;
    }

    private static TestNode leader() {
        TestNode node = TestNode.withLog(A, THREE, new HardState(3, null), 1, 2);
        node.persisted(node.elect(B));
        node.matched(B, 3);
        return node;
    }

    /** A leader of three whose log starts behind 6, with a snapshot at 8 under way to d, which is to be a voter. */
    private static TestNode sendingASnapshotToD() {
        RaftSettings noTail = new RaftSettings(1000, 100, 64 << 10, 4, 256 << 10, 1 << 20, 0);
        TestNode node = TestNode.recovered(noTail, A, new Recovered(new HardState(3, null), AT_8, new Position(6, 2),
                List.of(TestNode.entry(7, 2), TestNode.entry(8, 2), TestNode.entry(9, 3)), 8));
        node.persisted(node.elect(B));
        node.matched(B, 10);
        node.persisted(node.changeMembership(FOUR));
        node.matched(B, 11);
        assertThat(node.receive(new Message.AppendEntriesResponse(D, A, 4, false, 11, Position.ZERO)).sendSnapshots())
                .hasSize(1);
        return node;
    }

    private static void letPass(TestNode node, long millis) {
        letPassWhileAnswering(node, millis, B);
    }

    /**
     * While some answer heartbeats, b among them so that a goes on leading, and b's disk and its own write.
     *
     * @return what was answered meanwhile
     */
    private static List<Answer> letPassWhileAnswering(TestNode node, long millis, ReplicaId... answering) {
        List<Answer> answers = new ArrayList<>();
        for (long left = millis; left > 0; left -= 100) {
            for (Message.Heartbeat heartbeat : only(Message.Heartbeat.class, node.pass(100).send())) {
                if (List.of(answering).contains(heartbeat.to())) {
                    answers.addAll(node.heartbeatAnswered(heartbeat.to(), heartbeat.round()).answers());
                }
            }
            answers.addAll(node.step(new Input.Persisted(1000, 4)).answers());
            answers.addAll(node.matched(B, node.core.lastLog().index()).answers());
        }
        return answers;
    }
}
