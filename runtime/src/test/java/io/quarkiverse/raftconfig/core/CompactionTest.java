package io.quarkiverse.raftconfig.core;

import static io.quarkiverse.raftconfig.core.Replicas.A;
import static io.quarkiverse.raftconfig.core.Replicas.B;
import static io.quarkiverse.raftconfig.core.Replicas.C;
import static io.quarkiverse.raftconfig.core.Replicas.D;
import static io.quarkiverse.raftconfig.core.Replicas.setOf;
import static io.quarkiverse.raftconfig.core.Replicas.voters;
import static io.quarkiverse.raftconfig.core.TestNode.entry;
import static io.quarkiverse.raftconfig.core.TestNode.only;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;

import org.junit.jupiter.api.Test;

import io.quarkiverse.raftconfig.core.Message.AppendEntries;

/** §7: what a snapshot covers may go, but not the tail that a member still needs. */
class CompactionTest {
    @Test
    void theLeaderKeepsWhatAnyMemberLacks() {
        // given a leader with 10 committed entries, of which c holds 4
        TestNode node = leaderOfTen();
        node.matched(C, 4);

        // when it has a snapshot at 8, then it drops what c holds
        Effects effects = node.step(new Input.Snapshotted(node.core.snapshotPoint(8)));
        assertThat(effects.compactTo()).isNull();
        long before = node.core.logBytes();
        assertThat(node.matched(C, 6).compactTo()).isEqualTo(new Position(6, 2));
        assertThat(node.core.logBytes()).isPositive().isLessThan(before);

        // when c catches up, then up to the snapshot
        assertThat(node.matched(C, 11).compactTo()).isEqualTo(new Position(8, 2));
        assertThat(node.matched(C, 11).compactTo()).isNull();
    }

    @Test
    void learnersCountAsMembers() {
        Membership withLearner = new Membership(voters(A, B).voters(), new TreeSet<>(), setOf(D), new TreeMap<>());
        TestNode node = TestNode.withLog(A, withLearner, new HardState(3, null), 1, 2, 2, 2);
        node.persisted(node.elect(B));
        node.matched(B, 5);
        assertThat(node.step(new Input.Snapshotted(node.core.snapshotPoint(5))).compactTo()).isNull();
        assertThat(node.matched(D, 5).compactTo()).isEqualTo(new Position(5, 4));
    }

    @Test
    void followersLearnFromTheLeaderWhatAllHold() {
        // the leader says so
        TestNode leader = leaderOfTen();
        leader.matched(C, 5);
        assertThat(only(AppendEntries.class, leader.propose("x").send())).extracting(AppendEntries::heldByAll)
                .containsOnly(5L);

        // given a follower with a snapshot at 4, when all hold 3, then 3 go
        TestNode follower = TestNode.withLog(A, voters(A, B, C), new HardState(3, null), 1, 2, 2, 2, 3);
        follower.receive(append(5, 0));
        assertThat(follower.step(new Input.Snapshotted(follower.core.snapshotPoint(4))).compactTo()).isNull();
        assertThat(follower.receive(append(5, 3)).compactTo()).isEqualTo(new Position(3, 2));

        // when all hold more than the snapshot covers, then what it covers
        assertThat(follower.receive(append(5, 5)).compactTo()).isEqualTo(new Position(4, 2));
    }

    /** A few entries at a time are not worth it, unless they are half of what there is. */
    @Test
    void dropsInSlices() {
        long[] terms = new long[2001];
        java.util.Arrays.fill(terms, 1);
        TestNode node = TestNode.withLog(A, voters(A, B, C), new HardState(3, null), terms);
        node.receive(append(new Position(2001, 1), 2001, 0));
        node.step(new Input.Snapshotted(node.core.snapshotPoint(2000)));
        assertThat(node.receive(append(new Position(2001, 1), 2001, 499)).compactTo()).isNull();
        assertThat(node.receive(append(new Position(2001, 1), 2001, 500)).compactTo()).isEqualTo(new Position(500, 1));
    }

    @Test
    void goesOnFromACompactedLogAfterARestart() {
        SnapshotPoint snapshot = new SnapshotPoint(new Position(8, 2), voters(A, B, C), 1);
        TestNode node = TestNode.recovered(TestNode.SETTINGS, A, new Recovered(new HardState(3, null), snapshot,
                new Position(6, 2), List.of(entry(7, 2), entry(8, 2), entry(9, 3)), 8));
        assertThat(node.core.lastLog()).isEqualTo(new Position(9, 3));
        Effects elected = node.elect(B);
        assertThat(only(AppendEntries.class, elected.send())).extracting(AppendEntries::prevLog)
                .containsOnly(new Position(9, 3));

        // a peer that lacks a little gets the tail
        var rejection = new Message.AppendEntriesResponse(B, A, 4, false, 9, new Position(7, 2));
        assertThat(only(AppendEntries.class, node.receive(rejection).send())).extracting(AppendEntries::prevLog)
                .containsExactly(new Position(7, 2));
    }

    @Test
    void anOlderSnapshotChangesNothing() {
        TestNode node = leaderOfTen();
        SnapshotPoint older = node.core.snapshotPoint(4);
        node.step(new Input.Snapshotted(node.core.snapshotPoint(8)));
        node.matched(C, 11);
        assertThat(node.step(new Input.Snapshotted(older)).compactTo()).isNull();
    }

    @Test
    void refusesASnapshotThatIsNotOfThisLog() {
        TestNode node = leaderOfTen();
        for (Position last : List.of(new Position(8, 3), new Position(12, 4))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> node.step(new Input.Snapshotted(new SnapshotPoint(last, voters(A, B, C), 1))));
        }
    }

    @Test
    void refusesToStartFromWhatContradictsItself() {
        Membership three = voters(A, B, C);
        SnapshotPoint snapshot = new SnapshotPoint(new Position(8, 2), three, 1);
        HardState term3 = new HardState(3, null);
        for (Recovered wrong : List.of(
                new Recovered(term3, SnapshotPoint.NONE, new Position(6, 2), List.of(entry(7, 2)), 7),
                new Recovered(term3, snapshot, snapshot.last(), List.of(), 7),
                new Recovered(term3, snapshot, snapshot.last(), List.of(), 9),
                new Recovered(term3, snapshot, snapshot.last(), List.of(entry(9, 4)), 8),
                new Recovered(term3, snapshot, snapshot.last(), List.of(entry(10, 3)), 8))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new RaftCore(A, TestNode.SETTINGS, wrong, new SplittableRandom(1)));
        }
    }

    private static TestNode leaderOfTen() {
        TestNode node = TestNode.withLog(A, voters(A, B, C), new HardState(3, null), 1, 2, 2, 2, 2, 2, 2, 2, 2, 2);
        node.persisted(node.elect(B));
        node.matched(B, 11);
        assertThat(node.core.commitIndex()).isEqualTo(11);
        return node;
    }

    private static AppendEntries append(long leaderCommit, long heldByAll) {
        return append(new Position(5, 3), leaderCommit, heldByAll);
    }

    private static AppendEntries append(Position prevLog, long leaderCommit, long heldByAll) {
        return new AppendEntries(B, A, 3, prevLog, List.of(), leaderCommit, heldByAll);
    }
}
