package io.quarkiverse.raftconfig.core;

import static io.quarkiverse.raftconfig.core.Replicas.A;
import static io.quarkiverse.raftconfig.core.Replicas.B;
import static io.quarkiverse.raftconfig.core.Replicas.C;
import static io.quarkiverse.raftconfig.core.Replicas.D;
import static io.quarkiverse.raftconfig.core.Replicas.E;
import static io.quarkiverse.raftconfig.core.Replicas.replica;
import static io.quarkiverse.raftconfig.core.Replicas.voters;
import static io.quarkiverse.raftconfig.core.TestNode.written;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

import org.junit.jupiter.api.Test;

import io.quarkiverse.raftconfig.core.Message.Heartbeat;
import io.quarkiverse.raftconfig.core.Message.PreVoteResponse;
import io.quarkiverse.raftconfig.core.Message.RequestVote;
import io.quarkiverse.raftconfig.core.Message.RequestVoteResponse;

/** §5.1, §5.2 and §5.4.1: terms, votes, and who may win. */
class ElectionRulesTest {
    private static final Membership THREE = voters(A, B, C);
    private static final HardState TERM_4 = new HardState(4, null);

    @Test
    void grantsOneVotePerTermToTheFirstWhoAsks() {
        // given a follower in term 4
        TestNode node = TestNode.withLog(A, THREE, TERM_4, 1, 3);

        // when b and then c ask in term 5, both with a log as good as ours
        Effects toB = node.receive(new RequestVote(B, A, 5, new Position(2, 3)));
        Effects toC = node.receive(new RequestVote(C, A, 5, new Position(9, 4)));

        // then b's vote is to be persisted before it is told, and c gets none
        assertThat(written(toB).hardState()).isEqualTo(new HardState(5, B));
        assertThat(toB.send()).isEmpty();
        assertThat(toB.sendWhenDurable()).containsExactly(new RequestVoteResponse(A, B, 5, true));
        assertThat(toC.persist()).isNull();
        assertThat(toC.send()).containsExactly(new RequestVoteResponse(A, C, 5, false));
    }

    @Test
    void waitsAnewOnceItHasGivenItsVote() {
        // given a node that is about to campaign
        TestNode node = TestNode.withLog(A, THREE, TERM_4, 1, 3);
        node.now = node.step(new Input.TimePassed()).wakeAtMillis() - 1;

        // when b gets its vote, then b has an election timeout to win
        Effects effects = node.receive(new RequestVote(B, A, 5, new Position(2, 3)));
        assertThat(effects.wakeAtMillis() - node.now).isBetween(1000L, 1999L);
    }

    /** The term stays, but what is promised in it does not. */
    @Test
    void persistsAVoteInATermThatItKnowsAlreadyToo() {
        // given a follower in term 4 that has voted for nobody
        TestNode node = TestNode.withLog(A, THREE, TERM_4, 1, 3);

        // when b asks for its vote in term 4
        Effects effects = node.receive(new RequestVote(B, A, 4, new Position(2, 3)));

        // then the vote is to be persisted before it is told
        assertThat(written(effects).hardState()).isEqualTo(new HardState(4, B));
        assertThat(effects.sendWhenDurable()).containsExactly(new RequestVoteResponse(A, B, 4, true));
    }

    @Test
    void repeatsItsVoteForTheSameCandidate() {
        TestNode node = TestNode.withLog(A, THREE, new HardState(5, B), 1, 3);
        Effects effects = node.receive(new RequestVote(B, A, 5, new Position(2, 3)));
        assertThat(effects.persist()).isNull();
        assertThat(effects.sendWhenDurable()).containsExactly(new RequestVoteResponse(A, B, 5, true));
    }

    /** A vote that was durable binds after a restart too (sofa-jraft #1241). */
    @Test
    void remembersItsVoteAfterARestart() {
        TestNode node = TestNode.withLog(A, THREE, new HardState(5, B), 1, 3);
        assertThat(node.receive(new RequestVote(C, A, 5, new Position(9, 4))).send())
                .containsExactly(new RequestVoteResponse(A, C, 5, false));
    }

    /** Two incarnations of one name are two candidates: the new disk knows nothing of what the old one promised. */
    @Test
    void givesNoSecondVoteToAnotherIncarnationOfTheSameName() {
        TestNode node = TestNode.withLog(A, THREE, new HardState(5, B), 1, 3);
        assertThat(node.receive(new RequestVote(replica("b", 2), A, 5, new Position(9, 4))).sendWhenDurable()).isEmpty();
    }

    /** Compared by term first, then by index (openraft a48a3282). */
    @Test
    void votesOnlyForALogAtLeastAsUpToDate() {
        assertThat(grants(new Position(3, 3))).as("the same").isTrue();
        assertThat(grants(new Position(9, 3))).as("longer").isTrue();
        assertThat(grants(new Position(1, 4))).as("shorter, of a later term").isTrue();
        assertThat(grants(new Position(2, 3))).as("shorter").isFalse();
        assertThat(grants(new Position(9, 2))).as("longer, of an earlier term").isFalse();
        assertThat(grants(Position.ZERO)).as("empty").isFalse();
    }

    private static boolean grants(Position lastLog) {
        TestNode node = TestNode.withLog(A, THREE, TERM_4, 1, 3, 3);
        Effects effects = node.receive(new RequestVote(B, A, 5, lastLog));
        assertThat(node.core.term()).as("the term is adopted either way").isEqualTo(5);
        return !effects.sendWhenDurable().isEmpty();
    }

    @Test
    void tellsACandidateOfAnEarlierTermThePresentOne() {
        TestNode node = TestNode.withLog(A, THREE, TERM_4, 1, 3);
        assertThat(node.receive(new RequestVote(B, A, 3, new Position(2, 3))).send())
                .containsExactly(new RequestVoteResponse(A, B, 4, false));
    }

    /** Its membership does not list the candidate, which may be a voter of a newer one (Ratis-1912, sofa-jraft #940). */
    @Test
    void votesForACandidateThatItsMembershipDoesNotList() {
        TestNode blank = TestNode.recovered(TestNode.SETTINGS, D, Recovered.BLANK);
        assertThat(blank.receive(new RequestVote(A, D, 5, new Position(2, 3))).sendWhenDurable())
                .containsExactly(new RequestVoteResponse(D, A, 5, true));
        Membership withLearner = new Membership(THREE.voters(), new TreeSet<>(), Replicas.setOf(D), new TreeMap<>());
        TestNode learner = TestNode.withLog(D, withLearner, TERM_4, 1, 3);
        assertThat(learner.core.role()).isEqualTo(Role.LEARNER);
        assertThat(learner.receive(new RequestVote(E, D, 5, new Position(2, 3))).sendWhenDurable())
                .containsExactly(new RequestVoteResponse(D, E, 5, true));
    }

    @Test
    void campaignsWhenNoLeaderIsHeardWithinTheElectionTimeout() {
        // given a follower that has just started
        TestNode node = TestNode.withLog(A, THREE, TERM_4, 1, 3);

        // when less than T passes, then nothing happens
        assertThat(node.pass(999).send()).isEmpty();

        // when 2T have passed and a majority would vote, then it asks for votes behind its own
        node.pass(1001);
        assertThat(node.core.role()).isEqualTo(Role.CANDIDATE);
        assertThat(node.core.term()).isEqualTo(4);
        Effects effects = node.receive(new PreVoteResponse(B, A, 4, 5, true));
        assertThat(written(effects).hardState()).isEqualTo(new HardState(5, A));
        assertThat(effects.send()).isEmpty();
        assertThat(effects.sendWhenDurable()).containsExactly(new RequestVote(A, B, 5, new Position(2, 3)),
                new RequestVote(A, C, 5, new Position(2, 3)));
    }

    /** §5.2: those who tried at the same time would do so for ever. */
    @Test
    void drawsEachWaitAnewFromTToTwiceT() {
        // given a node that nobody answers
        TestNode node = TestNode.withLog(A, THREE, TERM_4, 1, 3);
        Effects effects = node.step(new Input.TimePassed());

        // when it tries again and again
        SortedSet<Long> waits = new TreeSet<>();
        for (int i = 0; i < 50; i++) {
            waits.add(effects.wakeAtMillis() - node.now);
            effects = node.wake(effects);
        }

        // then it waits for another time each time
        assertThat(waits).hasSizeGreaterThan(40).allMatch(wait -> wait >= 1000 && wait < 2000);
        assertThat(waits.last() - waits.first()).isGreaterThan(800);
    }

    @Test
    void leadsWithTheVotesOfAMajorityItsOwnIncluded() {
        TestNode node = candidateInTerm5();
        Effects effects = node.receive(new RequestVoteResponse(B, A, 5, true));
        assertThat(node.core.role()).isEqualTo(Role.LEADER);
        assertThat(node.core.leader()).isEqualTo(A);
        // §8: the first entry of its term is a no-op
        assertThat(written(effects).entries()).containsExactly(new Entry(new Position(3, 5), Payload.NoOp.INSTANCE));
    }

    @Test
    void countsNoRefusalNoStrangerNoOldTermAndNobodyTwice() {
        TestNode node = TestNode.withLog(A, voters(A, B, C, D, E), TERM_4, 1, 3);
        node.pass(2000);
        node.receive(new PreVoteResponse(B, A, 4, 5, true));
        node.persisted(node.receive(new PreVoteResponse(C, A, 4, 5, true)));

        node.receive(new RequestVoteResponse(B, A, 5, true));
        node.receive(new RequestVoteResponse(B, A, 5, true));
        node.receive(new RequestVoteResponse(C, A, 5, false));
        node.receive(new RequestVoteResponse(C, A, 4, true));
        node.receive(new RequestVoteResponse(replica("c", 2), A, 5, true));
        node.receive(new RequestVoteResponse(replica("stranger"), A, 5, true));
        assertThat(node.core.role()).isEqualTo(Role.CANDIDATE);

        node.receive(new RequestVoteResponse(D, A, 5, true));
        assertThat(node.core.role()).isEqualTo(Role.LEADER);
    }

    @Test
    void aSplitVoteIsTriedAgainInALaterTerm() {
        TestNode node = candidateInTerm5();
        node.receive(new RequestVoteResponse(B, A, 5, false));
        node.pass(2000);
        Effects effects = node.receive(new PreVoteResponse(B, A, 5, 6, true));
        assertThat(written(effects).hardState()).isEqualTo(new HardState(6, A));
    }

    @Test
    void aCandidateFollowsTheLeaderOfItsTerm() {
        TestNode node = candidateInTerm5();
        node.receive(new Heartbeat(B, A, 5, 1, 0));
        assertThat(node.core.role()).isEqualTo(Role.FOLLOWER);
        assertThat(node.core.leader()).isEqualTo(B);
        node.receive(new RequestVoteResponse(C, A, 5, true));
        assertThat(node.core.role()).isEqualTo(Role.FOLLOWER);
    }

    @Test
    void aCandidateVotesForAnotherOfALaterTerm() {
        // given a candidate of term 5, which hears no leader
        TestNode node = candidateInTerm5();

        // when c asks in term 6, then it gets the vote
        Effects effects = node.receive(new RequestVote(C, A, 6, new Position(2, 3)));
        assertThat(effects.sendWhenDurable()).containsExactly(new RequestVoteResponse(A, C, 6, true));
        assertThat(node.core.role()).isEqualTo(Role.FOLLOWER);
    }

    @Test
    void anyoneStepsDownForALaterTerm() {
        TestNode leader = TestNode.withLog(A, THREE, TERM_4, 1, 3);
        leader.elect(B);
        Effects effects = leader.receive(new Message.HeartbeatResponse(B, A, 9, 1));
        assertThat(leader.core.role()).isEqualTo(Role.FOLLOWER);
        assertThat(leader.core.leader()).isNull();
        assertThat(written(effects).hardState()).isEqualTo(new HardState(9, null));

        TestNode candidate = candidateInTerm5();
        candidate.receive(new RequestVoteResponse(B, A, 9, false));
        assertThat(candidate.core.role()).isEqualTo(Role.FOLLOWER);
    }

    /** (etcd TestSingleNodeCandidate) */
    @Test
    void aVoterAloneCampaignsAtOnceAndLeadsWhenItsVoteIsDurable() {
        TestNode node = TestNode.withLog(A, voters(A), TERM_4, 1, 3);
        assertThat(node.core.role()).isEqualTo(Role.CANDIDATE);
        node.step(new Input.Persisted(1, 5));
        assertThat(node.core.role()).isEqualTo(Role.LEADER);
    }

    /** With nobody to ask, everybody would have agreed (openraft 86e2ccd0, Ratis-1446). */
    @Test
    void aBlankNodeNeverCampaigns() {
        TestNode blank = TestNode.recovered(TestNode.SETTINGS, A, Recovered.BLANK);
        for (int i = 0; i < 1000; i++) {
            assertThat(blank.pass(1000).send()).isEmpty();
        }
        assertThat(blank.core.role()).isEqualTo(Role.FOLLOWER);
        assertThat(blank.pass(1).wakeAtMillis()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void aLearnerNeverCampaigns() {
        Membership withLearner = new Membership(THREE.voters(), new TreeSet<>(), Replicas.setOf(D), new TreeMap<>());
        TestNode learner = TestNode.withLog(D, withLearner, TERM_4, 1, 3);
        assertThat(learner.pass(100_000).send()).isEmpty();
        assertThat(learner.core.role()).isEqualTo(Role.LEARNER);
    }

    @Test
    void theFounderNeedNotWait() {
        TestNode founder = TestNode.recovered(TestNode.SETTINGS, A, Recovered.founded(THREE));
        assertThat(founder.core.role()).isEqualTo(Role.CANDIDATE);
    }

    @Test
    void ignoresWhatIsMeantForAnotherIncarnation() {
        TestNode node = TestNode.withLog(A, THREE, TERM_4, 1, 3);
        Effects effects = node.receive(new RequestVote(B, replica("a", 2), 9, new Position(9, 4)));
        assertThat(effects.sendWhenDurable()).isEmpty();
        assertThat(node.core.term()).isEqualTo(4);
    }

    /** Thesis §3.10: whom the leader wants to be succeeded by need not wait until nobody hears it; all else is as ever. */
    @Test
    void votesForTheLeadersSuccessorOnlyIfItsLogIsUpToDate() {
        for (boolean upToDate : List.of(true, false)) {
            // given a follower that hears the leader c
            TestNode node = TestNode.withLog(A, THREE, TERM_4, 1, 3);
            node.receive(new Heartbeat(C, A, 4, 1, 0));

            // when b asks for its vote because the leader wants it
            Effects effects = node.receive(new RequestVote(B, A, 5, new Position(upToDate ? 2 : 1, upToDate ? 3 : 1), true));

            // then it gets the vote if its log is as good as any candidate's must be
            var answer = new RequestVoteResponse(A, B, 5, upToDate);
            assertThat(upToDate ? effects.send() : effects.sendWhenDurable()).isEmpty();
            assertThat(upToDate ? effects.sendWhenDurable() : effects.send()).containsExactly(answer);
        }
    }

    private static TestNode candidateInTerm5() {
        TestNode node = TestNode.withLog(A, THREE, TERM_4, 1, 3);
        node.pass(2000);
        node.persisted(node.receive(new PreVoteResponse(B, A, 4, 5, true)));
        assertThat(node.core.term()).isEqualTo(5);
        return node;
    }
}
