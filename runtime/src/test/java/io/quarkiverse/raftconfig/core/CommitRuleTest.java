package io.quarkiverse.raftconfig.core;

import static io.quarkiverse.raftconfig.core.Replicas.A;
import static io.quarkiverse.raftconfig.core.Replicas.B;
import static io.quarkiverse.raftconfig.core.Replicas.C;
import static io.quarkiverse.raftconfig.core.Replicas.D;
import static io.quarkiverse.raftconfig.core.Replicas.E;
import static io.quarkiverse.raftconfig.core.Replicas.replica;
import static io.quarkiverse.raftconfig.core.Replicas.voters;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;

import org.junit.jupiter.api.Test;

import io.quarkiverse.raftconfig.core.Message.AppendEntriesResponse;
import io.quarkiverse.raftconfig.core.Message.CommitAdvanced;

/** §5.4.2: a leader commits by counting only what is of its own term. */
class CommitRuleTest {
    /** Figure 8, (c): entry 2 of term 2 is on a majority, and yet not committed; (e): entry 3 of term 4 commits both. */
    @Test
    void figure8() {
        // given s1 of figure 8, leader of term 4 with entry 2 of term 2
        TestNode node = TestNode.withLog(A, voters(A, B, C, D, E), new HardState(3, null), 1, 2);
        Effects elected = node.elect(B, C);
        assertThat(node.core.term()).isEqualTo(4);
        node.persisted(elected);

        // when a majority holds entry 2, then it is not committed
        node.matched(B, 2);
        node.matched(C, 2);
        assertThat(node.core.commitIndex()).isZero();
        assertThat(node.core.ownTermCommitted()).isFalse();

        // when a majority holds entry 3, which is of term 4, then both are
        node.matched(B, 3);
        assertThat(node.core.commitIndex()).isZero();
        Effects effects = node.matched(C, 3);
        assertThat(node.core.commitIndex()).isEqualTo(3);
        assertThat(node.core.ownTermCommitted()).isTrue();
        assertThat(effects.apply()).extracting(Entry::index).containsExactly(1L, 2L, 3L);
    }

    @Test
    void tellsTheFollowersAtOnceWhatTheyHold() {
        TestNode node = TestNode.withLog(A, voters(A, B, C), new HardState(3, null), 1, 2);
        node.persisted(node.elect(B));

        // when b's answer commits entry 3, then b is told at once; c is not known to hold anything
        assertThat(node.matched(B, 3).send()).containsExactly(new CommitAdvanced(A, B, 4, 3));

        // when c's answer comes, then c is told too, and a repeated answer tells nobody
        assertThat(node.matched(C, 3).send()).containsExactly(new CommitAdvanced(A, C, 4, 3));
        assertThat(node.matched(C, 3).send()).isEmpty();
    }

    @Test
    void tellsNobodyTwice() {
        // given a leader with a commit index that b does not know
        TestNode node = TestNode.withLog(A, voters(A, B, C), new HardState(3, null), 1, 2);
        node.persisted(node.elect(B));
        node.matched(C, 3);

        // when an AppendEntries tells b, then no other message does
        assertThat(node.matched(B, 2).send()).hasOnlyElementsOfTypes(Message.AppendEntries.class);
        assertThat(node.matched(B, 3).send()).isEmpty();

        // when a heartbeat is due just when there is something to tell, then that tells it
        node.propose("x");
        node.matched(B, 4);
        Effects effects = node.stepLater(100, new Input.Received(new AppendEntriesResponse(C, A, 4, true, 4, Position.ZERO)));
        assertThat(effects.send()).containsExactly(new Message.Heartbeat(A, B, 4, 1, 4), new Message.Heartbeat(A, C, 4, 1, 4));
    }

    @Test
    void aFollowerCommitsAndAppliesWhatItIsTold() {
        TestNode node = TestNode.withLog(A, voters(A, B, C), new HardState(3, null), 1, 2, 3);
        assertThat(node.receive(new CommitAdvanced(B, A, 3, 2)).apply()).extracting(Entry::index).containsExactly(1L, 2L);
        assertThat(node.core.leader()).isEqualTo(B);
        assertThat(node.receive(new Message.Heartbeat(B, A, 3, 1, 3)).apply()).extracting(Entry::index).containsExactly(3L);
        assertThat(node.core.ownTermCommitted()).isTrue();

        // an earlier commit index, arriving late, takes nothing back
        node.receive(new CommitAdvanced(B, A, 3, 1));
        assertThat(node.core.commitIndex()).isEqualTo(3);
    }

    @Test
    void nothingBeyondTheEndOfTheLogIsCommitted() {
        TestNode node = TestNode.withLog(A, voters(A, B, C), new HardState(3, null), 1, 2);
        assertThatIllegalStateException().isThrownBy(() -> node.receive(new CommitAdvanced(B, A, 3, 9)))
                .withMessageContaining("beyond the end of the log");
    }

    @Test
    void learnersStrangersAndOtherIncarnationsDoNotCount() {
        Membership withLearner = new Membership(voters(A, B, C).voters(), new TreeSet<>(), Replicas.setOf(D), new TreeMap<>());
        TestNode node = TestNode.withLog(A, withLearner, new HardState(3, null), 1, 2);
        node.persisted(node.elect(B));
        node.matched(D, 3);
        node.matched(E, 3);
        node.matched(replica("b", 2), 3);
        assertThat(node.core.commitIndex()).isZero();
        assertThat(node.core.matchIndexes()).containsOnlyKeys(A, B, C, D).containsEntry(A, 3L).containsEntry(D, 3L);
    }

    /** (Ratis-2154) */
    @Test
    void acknowledgementsOfAnEarlierTermDoNotCount() {
        TestNode node = TestNode.withLog(A, voters(A, B, C), new HardState(3, null), 1, 2);
        node.persisted(node.elect(B));
        node.receive(new AppendEntriesResponse(B, A, 3, true, 3, Position.ZERO));
        assertThat(node.core.commitIndex()).isZero();
    }

    /** Commit and applied are two numbers: what does not fit into one step comes with the next (etcd-io/raft 8ecce32). */
    @Test
    void appliesInPagesAndForgetsNothing() {
        // given a follower with eight large entries, all committed at boot
        RaftSettings settings = TestNode.SETTINGS;
        List<Entry> log = new ArrayList<>(TestNode.log(voters(A, B, C), 1));
        for (int i = 2; i <= 9; i++) {
            log.add(new Entry(new Position(i, 1), new Payload.Command(Bytes.wrap(new byte[400 << 10]))));
        }
        RaftCore core = new RaftCore(A, settings, new Recovered(new HardState(2, null), SnapshotPoint.NONE, Position.ZERO,
                log, 9), new SplittableRandom(1));

        // when it starts, then the first step gives what fits into a megabyte, and asks to be woken at once
        int applied = 0;
        Effects effects;
        do {
            effects = core.step(5, new Input.TimePassed());
            assertThat(effects.apply()).hasSizeBetween(1, 3);
            assertThat(effects.apply().get(0).index()).isEqualTo(applied + 1);
            applied += effects.apply().size();
        } while (effects.wakeAtMillis() == 5);
        assertThat(applied).isEqualTo(9);
    }

    @Test
    void aClaimToHoldMoreThanTheLogHasIsABrokenInvariant() {
        TestNode node = TestNode.withLog(A, voters(A, B, C), new HardState(3, null), 1, 2);
        node.persisted(node.elect(B));
        assertThatIllegalStateException().isThrownBy(() -> node.matched(B, 9)).withMessageContaining("claims to hold entry 9");
    }

    @Test
    void proposalsAreAnsweredWithTheirPlaceOrRefused() {
        TestNode node = TestNode.withLog(A, voters(A, B, C), new HardState(3, null), 1, 2);
        assertThat(node.propose("x").answers()).containsExactly(new Answer.Refused(1, Answer.Refusal.NOT_LEADER));
        node.elect(B);
        assertThat(node.propose("x", "y").answers()).containsExactly(new Answer.Appended(1, new Position(4, 4)),
                new Answer.Appended(2, new Position(5, 4)));
    }

    /** Counted anew with every change, so that nothing leaks (etcd-io/raft a370b6f). */
    @Test
    void aFullLogRefusesWhatDoesNotFit() {
        TestNode node = TestNode.withLog(A, voters(A, B, C), new HardState(3, null), 1, 2);
        node.elect(B);
        String large = "x".repeat(600 << 10);
        assertThat(node.propose(large).answers()).hasOnlyElementsOfType(Answer.Appended.class);
        assertThat(node.propose(large, "small").answers()).containsExactly(
                new Answer.Refused(1, Answer.Refusal.LOG_FULL), new Answer.Appended(2, new Position(5, 4)));

        // when another leader's entries replace them, then there is room again
        long before = node.core.logBytes();
        node.receive(new Message.AppendEntries(B, A, 6, new Position(2, 2), List.of(TestNode.entry(3, 6)), 0, 0));
        assertThat(node.core.logBytes()).isLessThan(before - (600 << 10));
    }
}
