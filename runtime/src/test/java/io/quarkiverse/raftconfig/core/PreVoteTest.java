package io.quarkiverse.raftconfig.core;

import static io.quarkiverse.raftconfig.core.Replicas.A;
import static io.quarkiverse.raftconfig.core.Replicas.B;
import static io.quarkiverse.raftconfig.core.Replicas.C;
import static io.quarkiverse.raftconfig.core.Replicas.voters;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

import org.junit.jupiter.api.Test;

import io.quarkiverse.raftconfig.core.Message.Heartbeat;
import io.quarkiverse.raftconfig.core.Message.PreVote;
import io.quarkiverse.raftconfig.core.Message.PreVoteResponse;
import io.quarkiverse.raftconfig.core.Message.RequestVote;

/** Thesis §9.6 and §6: who can't win disturbs nobody, and who hears a leader hears no candidate. */
class PreVoteTest {
    private static final Membership THREE = voters(A, B, C);
    private static final HardState TERM_4 = new HardState(4, null);
    private static final Position AS_GOOD = new Position(2, 3);

    @Test
    void asksWithoutRaisingItsTerm() {
        TestNode node = follower();
        Effects effects = node.pass(2000);
        assertThat(effects.persist()).isNull();
        assertThat(effects.send()).containsExactly(new PreVote(A, B, 5, AS_GOOD), new PreVote(A, C, 5, AS_GOOD));
        assertThat(node.core.term()).isEqualTo(4);
    }

    @Test
    void promisesNothing() {
        TestNode node = follower();
        Effects toB = node.receive(new PreVote(B, A, 5, AS_GOOD));
        Effects toC = node.receive(new PreVote(C, A, 5, AS_GOOD));
        assertThat(toB.persist()).isNull();
        assertThat(toB.send()).containsExactly(new PreVoteResponse(A, B, 4, 5, true));
        assertThat(toC.send()).containsExactly(new PreVoteResponse(A, C, 4, 5, true));
    }

    @Test
    void refusesALogThatIsBehind() {
        assertThat(follower().receive(new PreVote(B, A, 5, new Position(1, 3))).send())
                .containsExactly(new PreVoteResponse(A, B, 4, 5, false));
    }

    /** A refusal carries the later term, and is adopted, or the pre-candidate would ask for ever (openraft #1796). */
    @Test
    void aPreCandidateThatLagsBehindAdoptsTheLaterTerm() {
        // given a node that is asked for a term that is over, then it says so
        assertThat(follower().receive(new PreVote(B, A, 4, new Position(9, 3))).send())
                .containsExactly(new PreVoteResponse(A, B, 4, 4, true));
        assertThat(follower().receive(new PreVote(B, A, 3, new Position(9, 3))).send())
                .containsExactly(new PreVoteResponse(A, B, 4, 3, false));

        // given a pre-candidate, when it hears so, then it asks again with that term
        TestNode node = follower();
        Effects asked = node.pass(2000);
        Effects refused = node.receive(new PreVoteResponse(B, A, 8, 5, false));
        assertThat(node.core.role()).isEqualTo(Role.FOLLOWER);
        assertThat(node.core.term()).isEqualTo(8);
        assertThat(refused.wakeAtMillis()).isEqualTo(asked.wakeAtMillis());
        node.persisted(refused);
        assertThat(node.wake(refused).send()).contains(new PreVote(A, B, 9, AS_GOOD));
    }

    @Test
    void countsAnswersToItsOwnQuestionOnly() {
        TestNode node = follower();
        node.pass(2000);
        node.receive(new PreVoteResponse(B, A, 4, 4, true));
        node.receive(new PreVoteResponse(B, A, 4, 5, false));
        assertThat(node.core.term()).isEqualTo(4);
        node.receive(new PreVoteResponse(B, A, 4, 5, true));
        assertThat(node.core.term()).isEqualTo(5);
    }

    /** §6: within the minimum election timeout of hearing from a leader. */
    @Test
    void whoHearsALeaderHearsNoCandidate() {
        // given a follower that hears b
        TestNode node = follower();
        node.receive(new Heartbeat(B, A, 4, 1, 0));

        // when c asks, then it is refused, and its later term ignored
        node.pass(999);
        assertThat(node.receive(new PreVote(C, A, 5, AS_GOOD)).send())
                .containsExactly(new PreVoteResponse(A, C, 4, 5, false));
        Effects ignored = node.receive(new RequestVote(C, A, 7, AS_GOOD));
        assertThat(ignored.send()).isEmpty();
        assertThat(ignored.sendWhenDurable()).isEmpty();
        assertThat(node.core.term()).isEqualTo(4);

        // when T has passed, then no longer
        node.pass(1);
        assertThat(node.receive(new PreVote(C, A, 5, AS_GOOD)).send())
                .containsExactly(new PreVoteResponse(A, C, 4, 5, true));
    }

    /** The leader that was restarted is not protected from itself (hashicorp/raft #74, #605). */
    @Test
    void theKnownLeaderMayCampaign() {
        TestNode node = follower();
        node.receive(new Heartbeat(B, A, 4, 1, 0));
        assertThat(node.receive(new PreVote(B, A, 5, AS_GOOD)).send())
                .containsExactly(new PreVoteResponse(A, B, 4, 5, true));
        assertThat(node.receive(new RequestVote(B, A, 5, AS_GOOD)).sendWhenDurable()).hasSize(1);
    }

    /** (etcd TestFreeStuckCandidateWithCheckQuorum, raft-rs #84) */
    @Test
    void aLeaderOfAnEarlierTermIsToldAndGivesWay() {
        // given a node with a later term than the leader's
        TestNode stuck = TestNode.withLog(A, THREE, new HardState(9, A), 1, 3);

        // when it hears the leader, then it answers with its term
        assertThat(stuck.receive(new Heartbeat(B, A, 4, 7, 0)).send())
                .containsExactly(new Message.HeartbeatResponse(A, B, 9, 0));
        assertThat(stuck.receive(new Message.AppendEntries(B, A, 4, AS_GOOD, List.of(), 0, 0)).send())
                .containsExactly(new Message.HeartbeatResponse(A, B, 9, 0));
        assertThat(stuck.receive(new Message.CommitAdvanced(B, A, 4, 1)).send()).isEmpty();

        // and the leader that is answered so steps down
        TestNode leader = follower();
        leader.elect(B);
        leader.receive(new Message.HeartbeatResponse(B, A, 9, 0));
        assertThat(leader.core.role()).isEqualTo(Role.FOLLOWER);
        assertThat(leader.core.term()).isEqualTo(9);
    }

    @Test
    void aLeaderRefusesPreVotesAndVotes() {
        TestNode leader = follower();
        leader.elect(B);
        assertThat(leader.receive(new PreVote(C, A, 6, new Position(9, 5))).send())
                .contains(new PreVoteResponse(A, C, 5, 6, false));
        leader.receive(new RequestVote(C, A, 6, new Position(9, 5)));
        assertThat(leader.core.role()).isEqualTo(Role.LEADER);
    }

    // A hint that the leader is gone.

    @Test
    void aHintThatTheLeaderIsGoneLetsItAskAndGrantSoon() {
        // given a follower of b
        TestNode node = follower();
        node.receive(new Heartbeat(B, A, 4, 1, 0));

        // when the connection to another breaks, then nothing changes
        assertThat(node.step(new Input.Unreachable(C)).wakeAtMillis()).isGreaterThanOrEqualTo(1000);

        // when that to the leader breaks, then it grants at once, and asks within half a heartbeat interval
        Effects hinted = node.step(new Input.Unreachable(B));
        assertThat(hinted.wakeAtMillis() - node.now).isBetween(0L, 49L);
        Effects asked = node.wake(hinted);
        assertThat(asked.send()).contains(new PreVote(A, C, 5, AS_GOOD));
        assertThat(node.receive(new PreVote(C, A, 5, AS_GOOD)).send())
                .containsExactly(new PreVoteResponse(A, C, 4, 5, true));
    }

    @Test
    void attemptsUnderAHintWaitTwiceAsLongEachTimeUpToTheNormalWait() {
        TestNode node = follower();
        node.receive(new Heartbeat(B, A, 4, 1, 0));
        Effects effects = node.step(new Input.Unreachable(B));
        for (long window = 50; window < 1000; window *= 2) {
            effects = node.wake(effects);
            assertThat(effects.wakeAtMillis() - node.now).isBetween(window, 2 * window - 1);
        }
        effects = node.wake(effects);
        assertThat(effects.wakeAtMillis() - node.now).isBetween(1000L, 1999L);
    }

    /** Not heartbeats alone: a leader that has much to say need not say that it is there. */
    @Test
    void whateverALeaderSaysShowsThatItIsThere() {
        List<Message> words = List.of(
                new Message.AppendEntries(B, A, 4, AS_GOOD, List.of(), 0, 0),
                new Message.AppendEntries(B, A, 4, new Position(9, 4), List.of(), 0, 0),
                new Message.CommitAdvanced(B, A, 4, 1));
        for (Message word : words) {
            // given a follower that is about to campaign
            TestNode node = follower();
            node.now = node.step(new Input.TimePassed()).wakeAtMillis() - 1;

            // when its leader says something, then it waits anew, and hears no candidate
            Effects heard = node.receive(word);
            assertThat(heard.wakeAtMillis() - node.now).as("%s", word).isBetween(1000L, 1999L);
            assertThat(node.receive(new PreVote(C, A, 5, AS_GOOD)).send()).as("%s", word)
                    .containsExactly(new PreVoteResponse(A, C, 4, 5, false));
        }
    }

    @Test
    void theHintIsForgottenWhenTheLeaderIsHeard() {
        TestNode node = follower();
        node.receive(new Heartbeat(B, A, 4, 1, 0));
        node.step(new Input.Unreachable(B));
        Effects heard = node.receive(new Heartbeat(B, A, 4, 2, 0));
        assertThat(heard.wakeAtMillis() - node.now).isBetween(1000L, 1999L);
        assertThat(node.receive(new PreVote(C, A, 5, AS_GOOD)).send())
                .containsExactly(new PreVoteResponse(A, C, 4, 5, false));
    }

    @Test
    void underAHintAnotherCandidateMayTryFirst() {
        TestNode node = follower();
        node.receive(new Heartbeat(B, A, 4, 1, 0));
        node.step(new Input.Unreachable(B));
        Effects granted = node.receive(new PreVote(C, A, 5, AS_GOOD));
        assertThat(granted.wakeAtMillis() - node.now).isBetween(50L, 99L);
    }

    private static TestNode follower() {
        return TestNode.withLog(A, THREE, TERM_4, 1, 3);
    }
}
