package io.quarkiverse.raftconfig.core;

import static io.quarkiverse.raftconfig.core.Replicas.A;
import static io.quarkiverse.raftconfig.core.Replicas.B;
import static io.quarkiverse.raftconfig.core.Replicas.C;
import static io.quarkiverse.raftconfig.core.Replicas.D;
import static io.quarkiverse.raftconfig.core.Replicas.setOf;
import static io.quarkiverse.raftconfig.core.Replicas.voters;
import static io.quarkiverse.raftconfig.core.TestNode.only;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.TreeMap;
import java.util.TreeSet;

import org.junit.jupiter.api.Test;

import io.quarkiverse.raftconfig.core.Answer.ReadIndex;
import io.quarkiverse.raftconfig.core.Answer.Refusal;
import io.quarkiverse.raftconfig.core.Answer.Refused;
import io.quarkiverse.raftconfig.core.Message.Heartbeat;

/** §8, thesis §6.4: a read knows that this node led after it came, and everything committed until then. */
class LinearizableReadTest {
    private static final HardState TERM_3 = new HardState(3, null);

    @Test
    void isAnsweredOnceAMajorityHasConfirmedTheLeadership() {
        TestNode node = leader();
        Effects asked = node.step(new Input.Read(7));
        assertThat(asked.answers()).isEmpty();
        assertThat(asked.send()).containsExactly(new Heartbeat(A, B, 4, 1, 3), new Heartbeat(A, C, 4, 1, 3));
        assertThat(node.heartbeatAnswered(C, 1).answers()).containsExactly(new ReadIndex(7, 3));
        assertThat(node.heartbeatAnswered(B, 1).answers()).isEmpty();
    }

    @Test
    void isRefusedByOthersThanTheLeader() {
        TestNode follower = TestNode.withLog(A, voters(A, B, C), TERM_3, 1, 2);
        assertThat(follower.step(new Input.Read(7)).answers()).containsExactly(new Refused(7, Refusal.NOT_LEADER));
    }

    /** Until then the leader may not know all that is committed (etcd #7331). */
    @Test
    void waitsForTheFirstCommitOfTheLeadersTerm() {
        // given a leader that has committed nothing of its term
        TestNode node = TestNode.withLog(A, voters(A, B, C), TERM_3, 1, 2);
        node.persisted(node.elect(B));
        assertThat(node.step(new Input.Read(7)).send()).isEmpty();

        // when a round of heartbeats is answered, then that confirms nothing yet
        node.pass(100);
        assertThat(node.heartbeatAnswered(B, 1).answers()).isEmpty();

        // when its no-op is committed, then a round begins
        Effects committed = node.matched(B, 3);
        assertThat(only(Heartbeat.class, committed.send())).extracting(Heartbeat::round).containsExactly(2L, 2L);
        assertThat(node.heartbeatAnswered(B, 2).answers()).containsExactly(new ReadIndex(7, 3));
    }

    /** Answers to an earlier round prove nothing about a later read (etcd #20418). */
    @Test
    void everyConfirmationHasARoundOfItsOwn() {
        // given a read that is confirmed, and one that came after its heartbeats were sent
        TestNode node = leader();
        node.step(new Input.Read(7));
        assertThat(node.step(new Input.Read(8)).send()).isEmpty();
        assertThat(node.step(new Input.Read(9)).send()).isEmpty();

        // when the first round is answered, then the others share the next one
        Effects first = node.heartbeatAnswered(B, 1);
        assertThat(first.answers()).containsExactly(new ReadIndex(7, 3));
        assertThat(only(Heartbeat.class, first.send())).extracting(Heartbeat::round).containsExactly(2L, 2L);

        // when the late answer to the first round comes, then it confirms nothing
        assertThat(node.heartbeatAnswered(C, 1).answers()).isEmpty();
        assertThat(node.heartbeatAnswered(C, 2).answers()).containsExactly(new ReadIndex(8, 3), new ReadIndex(9, 3));
    }

    /**
     * Rounds are numbered anew in every term: the answer must not confirm the round of that number in this one (seed 2024253).
     */
    @Test
    void aHeartbeatOfAnEarlierLeadershipConfirmsNothing() {
        // given a node that leads for the second time and has been asked for a read, and a follower of that term
        TestNode leader = leader();
        leader.step(new Input.Read(7));
        TestNode follower = TestNode.withLog(B, voters(A, B, C), new HardState(4, A), 1, 2);

        // when a heartbeat of its first leadership, which had more rounds, comes late
        Effects answer = follower.receive(new Heartbeat(A, B, 3, 235, 0));

        // then the answer does not confirm the read
        assertThat(leader.receive(answer.send().get(0)).answers()).isEmpty();
        assertThat(leader.heartbeatAnswered(B, 1).answers()).containsExactly(new ReadIndex(7, 3));
    }

    @Test
    void aLostRoundIsMadeGoodByTheNextHeartbeat() {
        TestNode node = leader();
        node.step(new Input.Read(7));
        node.step(new Input.Read(8));
        Effects heartbeats = node.pass(100);
        assertThat(only(Heartbeat.class, heartbeats.send())).extracting(Heartbeat::round).containsExactly(2L, 2L);
        assertThat(node.heartbeatAnswered(B, 2).answers()).containsExactly(new ReadIndex(7, 3), new ReadIndex(8, 3));
    }

    /** A leader that was deposed, or cut off, must not answer from what it had (d-engine #381). */
    @Test
    void isRefusedWhenTheLeadershipEnds() {
        TestNode deposed = leader();
        deposed.step(new Input.Read(7));
        deposed.step(new Input.Read(8));
        assertThat(deposed.heartbeatAnswered(B, 0).answers()).isEmpty();
        assertThat(deposed.receive(new Heartbeat(B, A, 6, 1, 0)).answers())
                .containsExactly(new Refused(7, Refusal.NOT_LEADER), new Refused(8, Refusal.NOT_LEADER));
        assertThat(deposed.heartbeatAnswered(C, 1).answers()).isEmpty();

        TestNode cutOff = leader();
        cutOff.step(new Input.Read(7));
        assertThat(cutOff.pass(1000).answers()).containsExactly(new Refused(7, Refusal.NOT_LEADER));
    }

    @Test
    void aVoterAloneAnswersAtOnce() {
        Membership withLearner = new Membership(voters(A).voters(), new TreeSet<>(), setOf(D), new TreeMap<>());
        for (Membership membership : new Membership[] { voters(A), withLearner }) {
            TestNode node = TestNode.withLog(A, membership, TERM_3, 1, 2);
            node.step(new Input.Persisted(1, 4));
            assertThat(node.step(new Input.Read(6)).answers()).as("before its first commit").isEmpty();
            assertThat(node.step(new Input.Persisted(2, 4)).answers()).containsExactly(new ReadIndex(6, 3));
            Effects effects = node.step(new Input.Read(7));
            assertThat(effects.answers()).containsExactly(new ReadIndex(7, 3));
            assertThat(effects.send()).isEmpty();
            Effects later = node.stepLater(100_000, new Input.Read(8));
            assertThat(later.answers()).as("when a heartbeat would be due, too").containsExactly(new ReadIndex(8, 3));
        }
    }

    @Test
    void ofAJointMembershipBothMajoritiesConfirm() {
        TestNode node = TestNode.withLog(A, Replicas.joint(setOf(A, B), setOf(A, C)), TERM_3, 1, 2);
        node.persisted(node.elect(B, C));
        node.matched(B, 3);
        node.matched(C, 3);
        node.step(new Input.Read(7));
        assertThat(node.heartbeatAnswered(B, 1).answers()).isEmpty();
        assertThat(node.heartbeatAnswered(C, 1).answers()).containsExactly(new ReadIndex(7, 3));
    }

    private static TestNode leader() {
        TestNode node = TestNode.withLog(A, voters(A, B, C), TERM_3, 1, 2);
        node.persisted(node.elect(B));
        node.matched(B, 3);
        node.matched(C, 3);
        return node;
    }
}
