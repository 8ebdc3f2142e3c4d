package io.quarkiverse.raftconfig.core;

import static io.quarkiverse.raftconfig.core.Replicas.A;
import static io.quarkiverse.raftconfig.core.Replicas.B;
import static io.quarkiverse.raftconfig.core.Replicas.C;
import static io.quarkiverse.raftconfig.core.Replicas.D;
import static io.quarkiverse.raftconfig.core.Replicas.E;
import static io.quarkiverse.raftconfig.core.Replicas.joint;
import static io.quarkiverse.raftconfig.core.Replicas.setOf;
import static io.quarkiverse.raftconfig.core.Replicas.voters;
import static io.quarkiverse.raftconfig.core.TestNode.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;

import org.junit.jupiter.api.Test;

import io.quarkiverse.raftconfig.core.Message.AppendEntries;

/** §6: the latest membership in the log is in force, committed or not. */
class MembershipInLogTest {
    private static final Membership OLD = voters(A, B, C);
    private static final Membership JOINT = joint(setOf(A, B, C), setOf(C, D, E));
    private static final HardState TERM_3 = new HardState(3, null);

    @Test
    void isInForceFromTheMomentItIsAppended() {
        TestNode blank = TestNode.recovered(TestNode.SETTINGS, A, Recovered.BLANK);
        assertThat(blank.core.membership()).isEqualTo(Membership.BLANK);
        assertThat(blank.core.membershipIndex()).isZero();
        blank.receive(new AppendEntries(B, A, 1, Position.ZERO, List.of(change(1, 1, OLD)), 0, 0));
        assertThat(blank.core.membership()).isEqualTo(OLD);
        assertThat(blank.core.membershipIndex()).isEqualTo(1);
        assertThat(blank.pass(2000).send()).as("it is a voter now").hasOnlyElementsOfType(Message.PreVote.class);
    }

    /** The entry that is replaced takes its membership with it (many implementations have had to mend this). */
    @Test
    void isRolledBackWhenItsEntryGivesWay() {
        TestNode node = TestNode.withLog(A, OLD, TERM_3, 1);
        node.receive(new AppendEntries(B, A, 3, new Position(1, 1), List.of(change(2, 3, JOINT)), 0, 0));
        assertThat(node.core.membership()).isEqualTo(JOINT);
        node.receive(new AppendEntries(C, A, 4, new Position(1, 1), List.of(entry(2, 4)), 0, 0));
        assertThat(node.core.membership()).isEqualTo(OLD);
        assertThat(node.core.membershipIndex()).isEqualTo(1);
    }

    /** With its old half (etcd e515a67). */
    @Test
    void isReadFromTheLogAndTheSnapshotAtBoot() {
        SnapshotPoint snapshot = new SnapshotPoint(new Position(10, 3), JOINT, 7);
        TestNode fromSnapshot = TestNode.recovered(TestNode.SETTINGS, A,
                new Recovered(TERM_3, snapshot, new Position(5, 2), List.of(entry(6, 2), change(7, 3, JOINT), entry(8, 3),
                        entry(9, 3), entry(10, 3)), 10));
        assertThat(fromSnapshot.core.membership()).isEqualTo(JOINT);
        assertThat(fromSnapshot.core.membershipIndex()).isEqualTo(7);

        TestNode fromLog = TestNode.recovered(TestNode.SETTINGS, A,
                new Recovered(TERM_3, snapshot, snapshot.last(), List.of(change(11, 3, OLD)), 10));
        assertThat(fromLog.core.membership()).isEqualTo(OLD);
    }

    /** The one in force at the snapshot, not the latest (openraft 447dc11c). */
    @Test
    void aSnapshotNamesTheMembershipAtItsIndex() {
        TestNode node = TestNode.withLog(A, OLD, TERM_3, 1, 2);
        node.receive(new AppendEntries(B, A, 3, new Position(2, 2), List.of(change(3, 3, JOINT), entry(4, 3)), 3, 0));
        assertThat(node.core.snapshotPoint(2)).isEqualTo(new SnapshotPoint(new Position(2, 2), OLD, 1));
        assertThat(node.core.snapshotPoint(3)).isEqualTo(new SnapshotPoint(new Position(3, 3), JOINT, 3));
        assertThatIllegalArgumentException().isThrownBy(() -> node.core.snapshotPoint(4))
                .withMessageContaining("no snapshot can be taken at 4");

        // when a snapshot is taken, then what was before it is forgotten
        node.step(new Input.Snapshotted(node.core.snapshotPoint(3)));
        assertThatIllegalArgumentException().isThrownBy(() -> node.core.snapshotPoint(2))
                .withMessageContaining("is forgotten");
    }

    @Test
    void ofAJointMembershipBothHalvesElect() {
        TestNode node = TestNode.withLog(C, JOINT, TERM_3, 1, 2);
        Effects asked = node.pass(2000);
        assertThat(asked.send()).extracting(Message::to).containsExactly(A, B, D, E);
        node.receive(new Message.PreVoteResponse(A, C, 3, 4, true));
        node.receive(new Message.PreVoteResponse(B, C, 3, 4, true));
        assertThat(node.core.term()).as("the old half alone").isEqualTo(3);
        node.persisted(node.receive(new Message.PreVoteResponse(D, C, 3, 4, true)));
        node.receive(new Message.RequestVoteResponse(D, C, 4, true));
        node.receive(new Message.RequestVoteResponse(E, C, 4, true));
        assertThat(node.core.role()).as("the new half alone").isEqualTo(Role.CANDIDATE);
        node.receive(new Message.RequestVoteResponse(A, C, 4, true));
        assertThat(node.core.role()).isEqualTo(Role.LEADER);
    }

    @Test
    void ofAJointMembershipBothHalvesCommit() {
        TestNode node = TestNode.withLog(C, JOINT, TERM_3, 1, 2);
        node.persisted(node.elect(A, B, D, E));
        node.matched(A, 3);
        node.matched(B, 3);
        assertThat(node.core.commitIndex()).isZero();
        node.matched(E, 3);
        assertThat(node.core.commitIndex()).isEqualTo(3);
    }

    private static Entry change(long index, long term, Membership membership) {
        return new Entry(new Position(index, term), new Payload.MembershipChange(membership));
    }
}
