package io.quarkiverse.raftconfig.core;

import static io.quarkiverse.raftconfig.core.Replicas.A;
import static io.quarkiverse.raftconfig.core.Replicas.B;
import static io.quarkiverse.raftconfig.core.Replicas.C;
import static io.quarkiverse.raftconfig.core.Replicas.D;
import static io.quarkiverse.raftconfig.core.Replicas.joint;
import static io.quarkiverse.raftconfig.core.Replicas.setOf;
import static io.quarkiverse.raftconfig.core.Replicas.voters;
import static io.quarkiverse.raftconfig.core.Replicas.withLearners;
import static io.quarkiverse.raftconfig.core.TestNode.memberships;
import static io.quarkiverse.raftconfig.core.TestNode.only;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** §6, thesis §4.2.1: who is to become a voter is brought up to date first, or it would hold up every commit. */
class CatchUpTest {
    private static final Membership THREE = voters(A, B, C);
    private static final Membership FOUR = voters(A, B, C, D);

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

    /** While b answers, so that a goes on leading, and the disk writes. */
    private static void letPass(TestNode node, long millis) {
        for (long left = millis; left > 0; left -= 100) {
            Effects effects = node.pass(100);
            only(Message.Heartbeat.class, effects.send()).stream().filter(heartbeat -> heartbeat.to().equals(B))
                    .forEach(heartbeat -> node.heartbeatAnswered(B, heartbeat.round()));
            node.step(new Input.Persisted(1000, 4));
            node.matched(B, node.core.lastLog().index());
        }
    }
}
