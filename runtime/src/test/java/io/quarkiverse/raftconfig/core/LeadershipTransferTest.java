package io.quarkiverse.raftconfig.core;

import static io.quarkiverse.raftconfig.core.Replicas.A;
import static io.quarkiverse.raftconfig.core.Replicas.B;
import static io.quarkiverse.raftconfig.core.Replicas.C;
import static io.quarkiverse.raftconfig.core.Replicas.D;
import static io.quarkiverse.raftconfig.core.Replicas.setOf;
import static io.quarkiverse.raftconfig.core.Replicas.voters;
import static io.quarkiverse.raftconfig.core.Replicas.withLearners;
import static io.quarkiverse.raftconfig.core.TestNode.only;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Thesis §3.10: a leader hands over to a voter that holds its whole log, and does so within an election timeout or not at all.
 */
class LeadershipTransferTest {
    private static final HardState TERM_3 = new HardState(3, null);
    private static final RaftSettings SETTINGS = TestNode.SETTINGS;

    @Test
    void asksATargetThatHoldsTheLogAtOnce() {
        TestNode node = leader();
        Effects asked = transfer(node, B);
        assertThat(asked.send()).containsExactly(new Message.TimeoutNow(A, B, 4));
        assertThat(asked.answers()).isEmpty();
    }

    @Test
    void bringsATargetThatLagsUpToDateFirst() {
        // given a target that lacks an entry
        TestNode node = leader();
        node.propose("x");
        node.matched(C, 4);

        // when it is to lead, then it is not asked before it holds that
        assertThat(only(Message.TimeoutNow.class, transfer(node, B).send())).isEmpty();
        assertThat(only(Message.TimeoutNow.class, node.matched(B, 4).send())).hasSize(1);
    }

    @Test
    void withoutATargetItIsWhoHoldsMost() {
        TestNode node = leader();
        node.propose("x");
        node.matched(C, 4);
        assertThat(transfer(node, null).send()).containsExactly(new Message.TimeoutNow(A, C, 4));
    }

    /** Pitfall 46 (hashicorp #413): they would be lost, or keep the target from ever holding all. */
    @Test
    void refusesProposalsAndChangesMeanwhile() {
        TestNode node = leader();
        transfer(node, B);
        assertRefused(node.propose("x"), Answer.Refusal.TRANSFERRING);
        assertRefused(node.changeMembership(voters(A, B)), Answer.Refusal.TRANSFERRING);
        assertRefused(node.step(new Input.Transfer(1, C)), Answer.Refusal.TRANSFERRING);
        assertThat(node.core.lastLog().index()).isEqualTo(3);
    }

    @Test
    void isOverWhenALaterTermIsSeen() {
        TestNode node = leader();
        transfer(node, B);
        Effects effects = node.receive(new Message.RequestVote(B, A, 5, new Position(3, 4), true));
        assertThat(effects.answers()).containsExactly(new Answer.Transferred(7));
        assertThat(effects.sendWhenDurable()).containsExactly(new Message.RequestVoteResponse(A, B, 5, true));
        assertThat(node.core.role()).isEqualTo(Role.FOLLOWER);
    }

    /** Pitfall 46 (hashicorp 1.6.1): nothing is blocked for ever. */
    @Test
    void isGivenUpAfterAnElectionTimeout() {
        // given a transfer to a target that is asked and asked, and does not answer
        TestNode node = leader();
        transfer(node, B);
        for (int i = 0; i < 9; i++) {
            Effects effects = node.pass(100);
            assertThat(only(Message.TimeoutNow.class, effects.send())).as("a question may be lost").hasSize(1);
            assertThat(effects.answers()).isEmpty();
            node.heartbeatAnswered(C, i + 1);
        }

        // when T is over, then it has failed, and the leader goes on
        assertThat(node.step(new Input.TimePassed()).wakeAtMillis()).isEqualTo(node.now + 100);
        Effects over = node.pass(100);
        assertRefused(over, 7, Answer.Refusal.TRANSFER_FAILED);
        assertThat(node.core.role()).isEqualTo(Role.LEADER);
        assertThat(node.propose("x").answers()).hasOnlyElementsOfType(Answer.Appended.class);
    }

    @Test
    void hasFailedWhenTheLeadershipEndsWithoutALaterTerm() {
        // given a leader that nobody answers for 900 ms, when it is to hand over
        TestNode node = leader();
        node.pass(900);
        transfer(node, B);

        // and steps down, then nobody is known to have taken over
        assertRefused(node.pass(100), 7, Answer.Refusal.TRANSFER_FAILED);
        assertThat(node.core.role()).isEqualTo(Role.FOLLOWER);
    }

    @Test
    void refusesATargetThatIsNoOtherVoter() {
        TestNode node = TestNode.withLog(A, withLearners(voters(A, B, C), D), TERM_3, 1, 2);
        node.persisted(node.elect(B));
        for (ReplicaId nobody : setOf(A, D, Replicas.E)) {
            assertRefused(transfer(node, nobody), 7, Answer.Refusal.TRANSFER_FAILED);
        }
        TestNode alone = TestNode.withLog(A, voters(A), TERM_3, 1, 2);
        alone.step(new Input.Persisted(1, 4));
        assertRefused(transfer(alone, null), 7, Answer.Refusal.TRANSFER_FAILED);
        TestNode follower = TestNode.withLog(A, voters(A, B, C), TERM_3, 1, 2);
        assertRefused(transfer(follower, B), 7, Answer.Refusal.NOT_LEADER);
    }

    @Test
    void theTargetCampaignsWithoutAskingWhetherItWouldWin() {
        // given a follower that hears a leader
        TestNode node = TestNode.withLog(B, voters(A, B, C), TERM_3, 1, 2);
        node.receive(new Message.Heartbeat(A, B, 3, 1, 0));

        // when that wants it to lead, then it says so to those whom it asks
        Effects effects = node.receive(new Message.TimeoutNow(A, B, 3));
        assertThat(effects.send()).isEmpty();
        assertThat(effects.sendWhenDurable()).containsExactly(
                new Message.RequestVote(B, A, 4, new Position(2, 2), true),
                new Message.RequestVote(B, C, 4, new Position(2, 2), true));

        // and if it does not win, then it asks like everybody else
        assertThat(node.wake(effects).send()).hasOnlyElementsOfType(Message.PreVote.class);
    }

    @Test
    void aLateQuestionIsVoid() {
        TestNode node = TestNode.withLog(B, voters(A, B, C), TERM_3, 1, 2);
        node.receive(new Message.TimeoutNow(A, B, 2));
        assertThat(node.core.term()).isEqualTo(3);
    }

    @Test
    void aLearnerIsNoTarget() {
        TestNode node = TestNode.withLog(D, withLearners(voters(A, B, C), D), TERM_3, 1, 2);
        node.receive(new Message.TimeoutNow(A, D, 3));
        assertThat(node.core.term()).isEqualTo(3);
    }

    /** Its vote for itself would wait for the disk, and the cluster for it. */
    @Test
    void aTargetWhoseDiskHangsDoesNotCampaign() {
        TestNode node = TestNode.withLog(B, voters(A, B, C), TERM_3, 1, 2);
        node.receive(new Message.Heartbeat(A, B, 4, 1, 0));
        node.now += 1000;
        node.receive(new Message.Heartbeat(A, B, 4, 2, 0));
        node.receive(new Message.TimeoutNow(A, B, 4));
        assertThat(node.core.term()).isEqualTo(4);
    }

    /** §6 protects a leader from others, not from its own wish. */
    @Test
    void whoHearsTheLeaderVotesForItsSuccessor() {
        TestNode node = TestNode.withLog(C, voters(A, B, C), TERM_3, 1, 2);
        node.receive(new Message.Heartbeat(A, C, 3, 1, 0));
        var unasked = new Message.RequestVote(B, C, 4, new Position(2, 2), false);
        var wanted = new Message.RequestVote(B, C, 4, new Position(2, 2), true);
        assertThat(node.receive(unasked).sendWhenDurable()).isEmpty();
        assertThat(node.core.term()).isEqualTo(3);
        assertThat(node.receive(wanted).sendWhenDurable()).containsExactly(new Message.RequestVoteResponse(C, B, 4, true));
    }

    @Test
    void nobodyVotesForASuccessorThatLacksSomething() {
        TestNode node = TestNode.withLog(C, voters(A, B, C), TERM_3, 1, 2);
        node.receive(new Message.Heartbeat(A, C, 3, 1, 0));
        Effects effects = node.receive(new Message.RequestVote(B, C, 4, new Position(1, 1), true));
        assertThat(effects.send()).containsExactly(new Message.RequestVoteResponse(C, B, 4, false));
        assertThat(effects.sendWhenDurable()).isEmpty();
    }

    /** What may have become of the target. */
    enum Target {
        WELL,
        LAGS,
        DEAD
    }

    @ParameterizedTest
    @EnumSource
    void aClusterHandsOverOrGoesOn(Target target) {
        // given a cluster of three
        TestCluster cluster = TestCluster.founded(1, SETTINGS, voters(A, B, C), setOf(A, B, C));
        cluster.runUntil(2000);
        TestCluster.Node leader = Objects.requireNonNull(cluster.leader());
        ReplicaId to = leader.self.equals(B) ? C : B;
        if (target == Target.LAGS) {
            cluster.cut(leader.self, to);
            for (int i = 0; i < 5; i++) {
                cluster.propose(leader);
            }
            cluster.runUntil(cluster.now + 150);
            cluster.heal();
        } else if (target == Target.DEAD) {
            cluster.node(to).crash();
        }

        // when the leadership is to be transferred
        long asked = cluster.now;
        cluster.transfer(leader, to);
        cluster.propose(leader);
        assertThat(cluster.counters).containsKey("refused TRANSFERRING");

        // then the target leads in less than an election timeout; one that is dead does not, and the leader goes on
        while (!cluster.counters.containsKey("transferred") && !cluster.counters.containsKey("refused TRANSFER_FAILED")) {
            cluster.runOne();
        }
        assertThat(cluster.now - asked).isLessThanOrEqualTo(SETTINGS.electionTimeoutMillis());
        cluster.runUntil(cluster.now + 200);
        assertThat(cluster.leader()).isEqualTo(target == Target.DEAD ? leader : cluster.node(to));
        assertThat(cluster.leaderOfTerm).hasSize(target == Target.DEAD ? 1 : 2);
        long before = cluster.commitIndexMax;
        cluster.propose(Objects.requireNonNull(cluster.leader()));
        cluster.runUntil(cluster.now + 200);
        assertThat(cluster.commitIndexMax).isGreaterThan(before);
    }

    private static Effects transfer(TestNode node, @Nullable ReplicaId to) {
        return node.step(new Input.Transfer(7, to));
    }

    private static void assertRefused(Effects effects, Answer.Refusal reason) {
        assertRefused(effects, 1, reason);
    }

    private static void assertRefused(Effects effects, long ticket, Answer.Refusal reason) {
        assertThat(effects.answers()).containsExactly(new Answer.Refused(ticket, reason));
    }

    /** One of three, in term 4, whose log of 3 entries all hold. */
    private static TestNode leader() {
        TestNode node = TestNode.withLog(A, voters(A, B, C), TERM_3, 1, 2);
        node.persisted(node.elect(B));
        node.matched(B, 3);
        node.matched(C, 3);
        return node;
    }
}
