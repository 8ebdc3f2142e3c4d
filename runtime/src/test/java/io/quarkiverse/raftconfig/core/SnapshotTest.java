package io.quarkiverse.raftconfig.core;

import static io.quarkiverse.raftconfig.core.Replicas.A;
import static io.quarkiverse.raftconfig.core.Replicas.B;
import static io.quarkiverse.raftconfig.core.Replicas.C;
import static io.quarkiverse.raftconfig.core.Replicas.D;
import static io.quarkiverse.raftconfig.core.Replicas.voters;
import static io.quarkiverse.raftconfig.core.TestNode.entry;
import static io.quarkiverse.raftconfig.core.TestNode.only;
import static io.quarkiverse.raftconfig.core.TestNode.to;
import static io.quarkiverse.raftconfig.core.TestNode.written;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;

import io.quarkiverse.raftconfig.core.Effects.SendSnapshot;
import io.quarkiverse.raftconfig.core.Message.AppendEntries;
import io.quarkiverse.raftconfig.core.Message.AppendEntriesResponse;

/** §7: a peer that lacks more than the log holds is caught up by a snapshot. */
class SnapshotTest {
    private static final Membership THREE = voters(A, B, C);
    /** Of the leader whose log starts behind entry 6. */
    private static final SnapshotPoint AT_8 = new SnapshotPoint(new Position(8, 2), THREE, 1);
    private static final SnapshotPoint AT_20 = new SnapshotPoint(new Position(20, 4), voters(A, B, D), 15);

    // The leader.

    @Test
    void sendsASnapshotToWhomItsLogDoesNotReach() {
        // given a leader whose log starts behind 6, with a snapshot at 8
        TestNode leader = compactedLeader();

        // when a follower says that its log ends at 2
        Effects effects = leader.receive(rejection(B, 9, new Position(2, 2)));

        // then it is to get the snapshot, and no entries, for none would match
        assertThat(effects.sendSnapshots()).containsExactly(new SendSnapshot(B, AT_8));
        assertThat(only(AppendEntries.class, effects.send())).isEmpty();
    }

    @Test
    void sendsOneToAPeerWhoseLogIsAnotherAtTheBase() {
        // given a follower with entries of another leader where this log starts, of an earlier term
        TestNode leader = compactedLeader();
        Effects effects = leader.receive(rejection(B, 9, new Position(7, 1)));

        // then what is left in the log would never match, and is not tried for ever
        assertThat(effects.sendSnapshots()).containsExactly(new SendSnapshot(B, AT_8));
    }

    @Test
    void triesTheLogAsFarAsItReaches() {
        // given a follower that may agree with this log at its base, when it says so, then the base is tried
        TestNode leader = compactedLeader();
        Effects effects = leader.receive(rejection(B, 9, new Position(6, 2)));
        assertThat(effects.sendSnapshots()).isEmpty();
        assertThat(only(AppendEntries.class, effects.send())).extracting(AppendEntries::prevLog)
                .containsExactly(new Position(6, 2));
    }

    @Test
    void anIdleClusterCatchesUpABlankPeer() {
        // given a leader with nothing to say, whose first message to a blank peer was lost
        TestNode leader = compactedLeader();
        leader.matched(C, 10);

        // when the peer only answers a heartbeat, and then the question that follows
        Effects asked = leader.heartbeatAnswered(B, 1);
        assertThat(only(AppendEntries.class, to(B, asked.send()))).hasSize(1);
        Effects effects = leader.receive(rejection(B, 9, Position.ZERO));

        // then it gets the snapshot
        assertThat(effects.sendSnapshots()).containsExactly(new SendSnapshot(B, AT_8));
    }

    @Test
    void sendsNothingElseUntilTheSnapshotHasArrived() {
        // given a snapshot under way to b
        TestNode leader = sendingToB();

        // when entries are proposed, heartbeats answered, a late rejection comes, the connection breaks
        List<Effects> effects = List.of(leader.propose("x"), leader.heartbeatAnswered(B, 1),
                leader.receive(rejection(B, 6, new Position(2, 2))), leader.step(new Input.Unreachable(B)), leader.pass(100));

        // then b gets heartbeats and no second snapshot
        for (Effects each : effects) {
            assertThat(only(AppendEntries.class, to(B, each.send()))).isEmpty();
            assertThat(each.sendSnapshots()).isEmpty();
        }
        assertThat(only(Message.Heartbeat.class, to(B, effects.get(4).send()))).hasSize(1);
    }

    @Test
    void goesOnBehindTheSnapshotThatWasDelivered() {
        // given a snapshot under way to b, when it is delivered
        TestNode leader = sendingToB();
        Effects effects = leader.step(new Input.SnapshotSent(B, AT_8, true, false));

        // then the log goes on behind it
        assertThat(only(AppendEntries.class, to(B, effects.send()))).singleElement()
                .satisfies(append -> assertThat(append.prevLog()).isEqualTo(AT_8.last()));

        // and b counts for what it has acknowledged, and nothing else
        assertThat(leader.core.matchIndexes()).containsEntry(B, 0L);
        leader.matched(B, 10);
        assertThat(leader.core.matchIndexes()).containsEntry(B, 10L);
    }

    @Test
    void goesOnWhenThePeerSaysItselfThatItHasTheSnapshot() {
        // given a snapshot under way to b, when b acknowledges it before the sender does
        TestNode leader = sendingToB();
        Effects effects = leader.matched(B, 8);

        // then the log goes on behind it, and the sender's news change nothing
        assertThat(only(AppendEntries.class, to(B, effects.send()))).singleElement()
                .satisfies(append -> assertThat(append.prevLog()).isEqualTo(AT_8.last()));
        assertThat(leader.step(new Input.SnapshotSent(B, AT_8, false, false)).send()).isEmpty();
    }

    @Test
    void sendsAFailedSnapshotAgainOnceThePeerIsHeard() {
        // given a snapshot for b that could not be delivered
        TestNode leader = sendingToB();
        assertThat(leader.step(new Input.SnapshotSent(B, AT_8, false, false)).sendSnapshots()).isEmpty();

        // then whatever else happens, it waits until b is heard
        assertThat(leader.propose("x").sendSnapshots()).isEmpty();
        assertThat(leader.pass(100).sendSnapshots()).isEmpty();
        assertThat(leader.heartbeatAnswered(B, 1).sendSnapshots()).containsExactly(new SendSnapshot(B, AT_8));
    }

    @Test
    void aPeerThatFallsBehindWhileItIsReplicatedToGetsASnapshot() {
        // given a leader whose snapshot leaves behind what b has not acknowledged, with as much under way to b as may be
        TestNode leader = leaderOfTen(new RaftSettings(1000, 100, 1, 2, 1 << 20, 1 << 20, 0));
        leader.matched(B, 4);
        leader.matched(C, 11);

        // when b's answers are lost, then what has to find out about them is not sent from before the log
        Effects compacted = leader.step(new Input.Snapshotted(leader.core.snapshotPoint(10), 1));
        assertThat(compacted.compactTo()).isEqualTo(new Position(10, 2));
        Effects effects = leader.heartbeatAnswered(B, 1);
        assertThat(effects.sendSnapshots()).extracting(SendSnapshot::to).containsExactly(B);
        assertThat(to(B, effects.send())).isEmpty();
    }

    // Compaction.

    @Test
    void theTailIsAsLongAsItMayBe() {
        // given a leader of eleven entries, of which b holds none, and a tail of three
        TestNode leader = leaderOfTen(tail(3));
        leader.matched(C, 11);

        // when it has a large snapshot at 10, then three entries before stay
        assertThat(leader.step(new Input.Snapshotted(leader.core.snapshotPoint(10), 1 << 20)).compactTo())
                .isEqualTo(new Position(7, 2));
    }

    @Test
    void theTailIsNoMoreBytesThanTheSnapshot() {
        // given the same with room for many entries, of which one message can hold none
        TestNode leader = leaderOfTen(new RaftSettings(1000, 100, 1, 4, 256 << 10, 1 << 20, 1000));
        leader.matched(C, 11);

        // when the snapshot is as large as two entries, then two stay, for more would be more to send
        assertThat(leader
                .step(new Input.Snapshotted(leader.core.snapshotPoint(10), entry(9, 2).sizeBytes() + entry(10, 2).sizeBytes()))
                .compactTo()).isEqualTo(new Position(8, 2));
    }

    @Test
    void whatFollowsASnapshotThatIsBeingSentStays() {
        // given a snapshot at 8 under way to b, and no tail
        TestNode leader = sendingToB();
        leader.propose("x", "y", "z");
        leader.persisted(leader.propose("x"));
        leader.matched(C, 14);

        // when the log is covered further by the next, then what b will need is still there when it has arrived
        Effects effects = leader.step(new Input.Snapshotted(leader.core.snapshotPoint(14), 1));
        assertThat(effects.compactTo()).isNull();
        assertThat(leader.step(new Input.SnapshotSent(B, AT_8, true, false)).sendSnapshots()).isEmpty();
    }

    // The follower.

    @Test
    void aSnapshotTakesThePlaceOfALogThatDoesNotLeadToIt() {
        // given a follower with three entries, of which one is committed
        TestNode follower = follower();

        // when the leader's snapshot at 20 is there
        Effects effects = follower.step(new Input.SnapshotReceived(B, 5, AT_20));

        // then it is to be installed with the new term, in one write, and nothing is to be applied
        Write write = written(effects);
        assertThat(write.install()).isEqualTo(AT_20);
        assertThat(write.hardState()).isEqualTo(new HardState(5, null));
        assertThat(write.entries()).isEmpty();
        assertThat(write.commitIndex()).isEqualTo(20);
        assertThat(effects.apply()).isEmpty();

        // and is acknowledged when it is durable
        assertThat(effects.send()).isEmpty();
        assertThat(effects.sendWhenDurable()).containsExactly(match(5, 20));

        // and the log, the commit index and the membership are the snapshot's
        assertThat(follower.core.lastLog()).isEqualTo(AT_20.last());
        assertThat(follower.core.commitIndex()).isEqualTo(20);
        assertThat(follower.core.membership()).isEqualTo(AT_20.membership());
        assertThat(follower.core.membershipIndex()).isEqualTo(15);
        assertThat(follower.core.logBytes()).isZero();
        assertThat(follower.core.snapshotPoint(20)).isEqualTo(AT_20);
    }

    @Test
    void theLogGoesOnBehindTheSnapshot() {
        // given a snapshot that was installed
        TestNode follower = follower();
        follower.step(new Input.SnapshotReceived(B, 5, AT_20));

        // when entries follow, also some that it covers
        Effects effects = follower.receive(new AppendEntries(B, A, 5, new Position(18, 4),
                List.of(entry(19, 4), entry(20, 4), entry(21, 5)), 21, 0));

        // then what is new is appended and applied
        assertThat(written(effects).entries()).containsExactly(entry(21, 5));
        assertThat(effects.apply()).containsExactly(entry(21, 5));
        assertThat(effects.sendWhenDurable()).containsExactly(match(5, 21));
    }

    @Test
    void anOldSnapshotChangesNothingButIsAcknowledged() {
        // given a follower that has committed three entries
        TestNode follower = follower();
        follower.receive(new AppendEntries(B, A, 5, new Position(3, 3), List.of(entry(4, 5)), 3, 0));

        // when a snapshot comes that covers no more than that
        SnapshotPoint old = new SnapshotPoint(new Position(2, 2), THREE, 1);
        Effects effects = follower.step(new Input.SnapshotReceived(B, 5, old));

        // then nothing is lost, and the leader learns that it need not be sent again
        assertThat(effects.persist()).isNull();
        assertThat(effects.sendWhenDurable()).containsExactly(match(5, 2));
        assertThat(follower.core.lastLog()).isEqualTo(new Position(4, 5));
        assertThat(follower.core.commitIndex()).isEqualTo(3);
    }

    @Test
    void aLogThatHoldsTheLastEntryOfTheSnapshotIsKept() {
        // given a follower with entries 1 to 3, when a snapshot comes that ends at the second
        TestNode follower = follower();
        Effects effects = follower.step(new Input.SnapshotReceived(B, 5, new SnapshotPoint(new Position(2, 2), THREE, 1)));

        // then the log is the leader's up to there, and may be beyond: it is committed, applied, and kept
        assertThat(written(effects).install()).isNull();
        assertThat(effects.apply()).extracting(Entry::index).containsExactly(1L, 2L);
        assertThat(effects.sendWhenDurable()).containsExactly(match(5, 2));
        assertThat(follower.core.lastLog()).isEqualTo(new Position(3, 3));
    }

    @Test
    void aTailOfAnotherLeaderGivesWay() {
        // given a follower whose second entry is of another term than the snapshot's last
        TestNode follower = follower();
        SnapshotPoint other = new SnapshotPoint(new Position(2, 3), THREE, 1);
        Effects effects = follower.step(new Input.SnapshotReceived(B, 5, other));

        // then nothing of its log is kept
        assertThat(written(effects).install()).isEqualTo(other);
        assertThat(follower.core.lastLog()).isEqualTo(new Position(2, 3));
    }

    @Test
    void anUncommittedMembershipGivesWayToo() {
        // given a follower with a membership in its log that no majority holds
        TestNode follower = follower();
        var change = new Entry(new Position(4, 3), new Payload.MembershipChange(voters(A, C)));
        follower.receive(new AppendEntries(C, A, 3, new Position(3, 3), List.of(change), 0, 0));
        assertThat(follower.core.membership()).isEqualTo(voters(A, C));

        // when a snapshot takes the place of the log, then its membership is in force
        follower.step(new Input.SnapshotReceived(B, 5, AT_20));
        assertThat(follower.core.membership()).isEqualTo(AT_20.membership());
    }

    @Test
    void aSnapshotOfAnEarlierLeaderIsLeftAside() {
        // given a follower in term 3, when a snapshot of a leader of term 2 is there, then nothing follows
        TestNode follower = follower();
        Effects effects = follower.step(new Input.SnapshotReceived(B, 2, AT_8));
        assertThat(effects.persist()).isNull();
        assertThat(effects.send()).isEmpty();
        assertThat(effects.sendWhenDurable()).isEmpty();
    }

    @Test
    void aCandidateFollowsTheLeaderWhoseSnapshotItGets() {
        TestNode candidate = follower();
        candidate.pass(2000);
        candidate.step(new Input.SnapshotReceived(B, 3, AT_8));
        assertThat(candidate.core.role()).isEqualTo(Role.FOLLOWER);
        assertThat(candidate.core.leader()).isEqualTo(B);
        assertThat(candidate.core.commitIndex()).isEqualTo(8);
    }

    @Test
    void aSnapshotOfALaterTermThanItsLeaderIsNone() {
        // no leader has entries of terms to come
        TestNode follower = follower();
        assertThatIllegalStateException().isThrownBy(() -> follower.step(new Input.SnapshotReceived(B, 3, AT_20)));
    }

    @Test
    void aBlankNodeBeginsWithASnapshot() {
        TestNode blank = TestNode.recovered(TestNode.SETTINGS, A, Recovered.BLANK);
        Effects effects = blank.step(new Input.SnapshotReceived(B, 5, AT_20));
        assertThat(written(effects).install()).isEqualTo(AT_20);
        assertThat(blank.core.membership()).isEqualTo(AT_20.membership());

        // and after a restart it may campaign, as a voter of that membership
        TestNode again = TestNode.recovered(TestNode.SETTINGS, A,
                new Recovered(new HardState(5, null), AT_20, AT_20.last(), List.of(), 20));
        assertThat(again.elect(B)).isNotNull();
    }

    private static RaftSettings tail(int entries) {
        return new RaftSettings(1000, 100, 64 << 10, 4, 256 << 10, 1 << 20, entries);
    }

    private static TestNode compactedLeader() {
        TestNode node = TestNode.recovered(tail(0), A, new Recovered(new HardState(3, null), AT_8, new Position(6, 2),
                List.of(entry(7, 2), entry(8, 2), entry(9, 3)), 8));
        node.persisted(node.elect(B));
        return node;
    }

    private static TestNode sendingToB() {
        TestNode leader = compactedLeader();
        assertThat(leader.receive(rejection(B, 9, new Position(2, 2))).sendSnapshots()).hasSize(1);
        return leader;
    }

    /** With eleven entries, its own first one among them, all durable there. */
    private static TestNode leaderOfTen(RaftSettings settings) {
        List<Entry> log = new ArrayList<>(TestNode.log(THREE, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2));
        TestNode node = TestNode.recovered(settings, A,
                new Recovered(new HardState(3, null), SnapshotPoint.NONE, Position.ZERO, log, 0));
        node.persisted(node.elect(B));
        return node;
    }

    /** In term 3, with entries of the terms 1, 2 and 3. */
    private static TestNode follower() {
        return TestNode.withLog(A, THREE, new HardState(3, null), 1, 2, 3);
    }

    private static AppendEntriesResponse rejection(ReplicaId from, long prevIndex, Position hint) {
        return new AppendEntriesResponse(from, A, 4, false, prevIndex, hint);
    }

    private static AppendEntriesResponse match(long term, long index) {
        return new AppendEntriesResponse(A, B, term, true, index, Position.ZERO);
    }
}
