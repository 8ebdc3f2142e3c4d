package io.quarkiverse.raftconfig.core;

import static io.quarkiverse.raftconfig.core.Replicas.A;
import static io.quarkiverse.raftconfig.core.Replicas.B;
import static io.quarkiverse.raftconfig.core.Replicas.C;
import static io.quarkiverse.raftconfig.core.Replicas.D;
import static io.quarkiverse.raftconfig.core.Replicas.setOf;
import static io.quarkiverse.raftconfig.core.Replicas.voters;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.TreeMap;
import java.util.TreeSet;

import org.junit.jupiter.api.Test;

/**
 * Thesis §6.2: a leader that no majority answers any more stops leading, so that those who can elect one do (openraft #2080).
 */
class CheckQuorumTest {
    private static final HardState TERM_3 = new HardState(3, null);

    @Test
    void stepsDownWhenNoMajorityAnswersWithinAnElectionTimeout() {
        // given a leader whom b answers for the last time
        TestNode node = leader();
        node.pass(500);
        node.heartbeatAnswered(B, 1);

        // when less than T has passed since, then it leads; when T has, it does not
        node.pass(999);
        assertThat(node.core.role()).isEqualTo(Role.LEADER);
        Effects effects = node.pass(1);
        assertThat(node.core.role()).isEqualTo(Role.FOLLOWER);
        assertThat(node.core.leader()).isNull();
        assertThat(effects.send()).isEmpty();
        assertThat(effects.wakeAtMillis() - node.now).isBetween(1000L, 1999L);
    }

    @Test
    void anAnswerOfAnyKindCounts() {
        TestNode node = leader();
        for (int i = 0; i < 5; i++) {
            node.pass(900);
            node.matched(C, 2);
            assertThat(node.core.role()).isEqualTo(Role.LEADER);
        }
    }

    @Test
    void learnersDoNotKeepALeader() {
        Membership withLearner = new Membership(voters(A, B, C).voters(), new TreeSet<>(), setOf(D), new TreeMap<>());
        TestNode node = TestNode.withLog(A, withLearner, TERM_3, 1, 2);
        node.persisted(node.elect(B));
        node.pass(999);
        node.heartbeatAnswered(D, 1);
        node.pass(1);
        assertThat(node.core.role()).isEqualTo(Role.FOLLOWER);
    }

    @Test
    void ofAJointMembershipBothMajoritiesMustAnswer() {
        TestNode node = TestNode.withLog(A, Replicas.joint(setOf(A, B), setOf(A, C)), TERM_3, 1, 2);
        node.persisted(node.elect(B, C));
        node.pass(500);
        node.heartbeatAnswered(B, 1);
        node.pass(500);
        assertThat(node.core.role()).isEqualTo(Role.FOLLOWER);
    }

    @Test
    void aLeaderAloneNeedsNobodyAndSleeps() {
        TestNode node = TestNode.withLog(A, voters(A), TERM_3, 1, 2);
        node.step(new Input.Persisted(1, 4));
        Effects effects = node.step(new Input.Persisted(2, 4));
        assertThat(node.core.commitIndex()).isEqualTo(3);
        assertThat(effects.wakeAtMillis()).isEqualTo(Long.MAX_VALUE);
        node.pass(100_000);
        assertThat(node.core.role()).isEqualTo(Role.LEADER);
    }

    @Test
    void anIdleLeaderSendsHeartbeatsAndNothingElse() {
        TestNode node = leader();
        node.matched(B, 3);
        node.matched(C, 3);
        Effects effects = node.pass(100);
        assertThat(effects.send()).containsExactly(new Message.Heartbeat(A, B, 4, 1, 3), new Message.Heartbeat(A, C, 4, 1, 3));
        assertThat(effects.wakeAtMillis()).isEqualTo(node.now + 100);
        assertThat(node.heartbeatAnswered(B, 1).send()).isEmpty();
    }

    /** Its heartbeats would keep the others from electing one that can write (tarantool #9399, dqlite #589). */
    @Test
    void stepsDownWhenItsOwnDiskHangs() {
        // given a leader whose write does not become durable, though the others answer
        TestNode node = leader();
        node.propose("x");
        for (int i = 0; i < 9; i++) {
            node.pass(100);
            node.heartbeatAnswered(B, i + 1);
        }
        assertThat(node.core.role()).isEqualTo(Role.LEADER);
        node.pass(100);
        assertThat(node.core.role()).isEqualTo(Role.FOLLOWER);

        // and it does not ask to lead again while the disk hangs, but does afterwards
        for (int i = 0; i < 50; i++) {
            assertThat(node.pass(100).send()).isEmpty();
        }
        node.step(new Input.Persisted(3, 4));
        assertThat(node.pass(2000).send()).hasOnlyElementsOfType(Message.PreVote.class).hasSize(2);
    }

    private static TestNode leader() {
        TestNode node = TestNode.withLog(A, voters(A, B, C), TERM_3, 1, 2);
        node.persisted(node.elect(B));
        return node;
    }
}
