package io.quarkiverse.raftconfig.core;

import static io.quarkiverse.raftconfig.core.Replicas.A;
import static io.quarkiverse.raftconfig.core.Replicas.B;
import static io.quarkiverse.raftconfig.core.Replicas.C;
import static io.quarkiverse.raftconfig.core.Replicas.D;
import static io.quarkiverse.raftconfig.core.Replicas.E;
import static io.quarkiverse.raftconfig.core.Replicas.joint;
import static io.quarkiverse.raftconfig.core.Replicas.replica;
import static io.quarkiverse.raftconfig.core.Replicas.setOf;
import static io.quarkiverse.raftconfig.core.Replicas.voters;
import static io.quarkiverse.raftconfig.core.Replicas.withLearners;
import static io.quarkiverse.raftconfig.core.TestNode.entry;
import static io.quarkiverse.raftconfig.core.TestNode.memberships;
import static io.quarkiverse.raftconfig.core.TestNode.only;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

import org.junit.jupiter.api.Test;

/** §6: any set of voters to any other, through a joint membership, one change at a time. */
class JointMembershipTest {
    private static final HardState TERM_3 = new HardState(3, null);

    @Test
    void aChangeOfVotersGoesThroughTheJointMembership() {
        // given a leader of a, b and c, and a learner d that holds all
        TestNode node = leader(withLearners(voters(A, B, C), D));
        node.matched(D, 3);

        // when d is to take the place of c, then the joint membership is appended, and in force
        Effects asked = node.changeMembership(voters(A, B, D));
        assertThat(memberships(asked)).containsExactly(joint(setOf(A, B, C), setOf(A, B, D)));
        assertThat(asked.answers()).isEmpty();
        assertThat(node.core.membership().isJoint()).isTrue();
        assertThat(node.core.isChangingMembership()).isTrue();

        // when majorities of both hold it, then the new one follows
        node.persisted(asked);
        Effects committed = node.matched(B, 4);
        assertThat(memberships(committed)).containsExactly(voters(A, B, D));
        assertThat(committed.answers()).isEmpty();
        assertThat(node.core.committedMembership().isJoint()).isTrue();

        // when a majority of the new one holds that, then it is done
        node.persisted(committed);
        Effects done = node.matched(D, 5);
        assertThat(done.answers()).containsExactly(new Answer.MembershipChanged(1, 5));
        assertThat(node.core.committedMembership()).isEqualTo(voters(A, B, D));
        assertThat(node.core.committedMembershipIndex()).isEqualTo(5);
        assertThat(node.core.isChangingMembership()).isFalse();
    }

    @Test
    void theJointMembershipIsCommittedByBothMajorities() {
        TestNode node = leader(withLearners(voters(A, B, C), D));
        node.matched(D, 3);
        node.persisted(node.changeMembership(voters(C, D)));

        // a majority of the old voters is not enough, nor is one of the new
        node.matched(B, 4);
        assertThat(node.core.commitIndex()).isEqualTo(3);
        TestNode other = leader(withLearners(voters(A, B, C), D));
        other.matched(D, 3);
        other.changeMembership(voters(C, D));
        other.matched(C, 4);
        other.matched(D, 4);
        assertThat(other.core.commitIndex()).isEqualTo(3);

        // both are
        node.matched(C, 4);
        assertThat(node.core.commitIndex()).isEqualTo(3);
        node.matched(D, 4);
        assertThat(node.core.commitIndex()).isEqualTo(4);
    }

    @Test
    void oneEntryIsEnoughWhereNoVoterChanges() {
        TestNode node = leader(withLearners(voters(A, B, C), D));
        SortedMap<NodeId, String> addresses = new TreeMap<>();
        addresses.put(B.node(), "b:1");
        Membership target = new Membership(setOf(A, B, C), new TreeSet<>(), new TreeSet<>(), addresses);
        Effects asked = node.changeMembership(target);
        assertThat(memberships(asked)).containsExactly(target);
        node.persisted(asked);
        assertThat(node.matched(B, 4).answers()).containsExactly(new Answer.MembershipChanged(1, 4));
    }

    @Test
    void whatIsSoAlreadyNeedsNoEntry() {
        TestNode node = leader(voters(A, B, C));
        Effects asked = node.changeMembership(voters(A, B, C));
        assertThat(asked.persist()).isNull();
        assertThat(asked.answers()).containsExactly(new Answer.MembershipChanged(1, 1));
    }

    /** An old voter that is to be a learner has its vote until the membership is not joint any more. */
    @Test
    void aVoterCanBecomeALearner() {
        TestNode node = leader(voters(A, B, C));
        Effects asked = node.changeMembership(withLearners(voters(A, B), C));
        Membership joint = new Membership(setOf(A, B), setOf(A, B, C), setOf(C), new TreeMap<>());
        assertThat(memberships(asked)).containsExactly(joint);
        node.persisted(asked);
        assertThat(memberships(node.matched(B, 4))).containsExactly(withLearners(voters(A, B), C));
        assertThat(TestNode.withLog(C, joint, TERM_3, 1).core.role()).isEqualTo(Role.FOLLOWER);
    }

    @Test
    void keepsTheAddressesOfThoseWhoStayAndTakesThoseOfThoseWhoCome() {
        SortedMap<NodeId, String> old = new TreeMap<>();
        List.of(A, B, C).forEach(replica -> old.put(replica.node(), replica.node() + ":old"));
        SortedMap<NodeId, String> next = new TreeMap<>();
        List.of(A, D).forEach(replica -> next.put(replica.node(), replica.node() + ":new"));
        Membership joint = Membership.of(setOf(A, B, C), old).jointWith(Membership.of(setOf(A, D), next));
        assertThat(joint.addresses().values()).containsExactly("a:new", "b:old", "c:old", "d:new");
        assertThat(joint.withoutOldVoters()).isEqualTo(Membership.of(setOf(A, D), next));
    }

    /** Two at once are two leaders' majorities that need not meet (pitfall 19). */
    @Test
    void refusesASecondChangeUntilTheFirstIsOver() {
        TestNode node = leader(withLearners(voters(A, B, C), D));
        node.matched(D, 3);
        Effects joint = node.changeMembership(voters(A, B, D));
        assertRefused(node.changeMembership(voters(A)), Answer.Refusal.CHANGE_IN_PROGRESS);
        node.persisted(joint);
        Effects settled = node.matched(B, 4);
        assertThat(memberships(settled)).hasSize(1);
        assertRefused(node.changeMembership(voters(A)), Answer.Refusal.CHANGE_IN_PROGRESS);
        node.persisted(settled);
        node.matched(B, 5);
        assertThat(memberships(node.changeMembership(voters(A)))).hasSize(1);
    }

    /**
     * Or an earlier leader's change, that this one has not seen, may be committed as well (pitfall 19; raft-dev, July 2015).
     */
    @Test
    void refusesAChangeBeforeAnEntryOfItsTermIsCommitted() {
        TestNode node = TestNode.withLog(A, voters(A, B, C), TERM_3, 1, 2);
        node.persisted(node.elect(B));
        assertRefused(node.changeMembership(voters(A, B)), Answer.Refusal.NOT_READY);
        node.matched(B, 3);
        assertThat(memberships(node.changeMembership(voters(A, B)))).hasSize(1);
    }

    /** C_old,new could not be committed then, and nothing after it. */
    @Test
    void refusesVotersOfWhomNoMajorityIsHeard() {
        // given a leader of five, of whom two have not answered for an election timeout
        TestNode node = TestNode.withLog(A, voters(A, B, C, D, E), TERM_3, 1, 2);
        node.persisted(node.elect(B, C));
        long half = TestNode.SETTINGS.electionTimeoutMillis() / 2;
        for (int i = 0; i < 3; i++) {
            node.pass(half);
            node.matched(B, 3);
            node.matched(C, 3);
        }

        // when these are to be the majority, then that is refused, and nothing is appended
        assertRefused(node.changeMembership(voters(A, D, E)), Answer.Refusal.NOT_HEARD);

        // when they are not, then it is begun
        assertThat(memberships(node.changeMembership(voters(A, B, D)))).hasSize(1);
    }

    @Test
    void refusesATargetThatWasComputedFromAnotherMembership() {
        TestNode node = leader(voters(A, B, C));
        Effects effects = node.step(new Input.ChangeMembership(1, 2, voters(A, B)));
        assertRefused(effects, Answer.Refusal.MEMBERSHIP_MISMATCH);
    }

    @Test
    void onlyTheLeaderChangesTheMembership() {
        TestNode follower = TestNode.withLog(A, voters(A, B, C), TERM_3, 1, 2);
        assertRefused(follower.changeMembership(voters(A, B)), Answer.Refusal.NOT_LEADER);
    }

    @Test
    void refusesAChangeWhenTheLogIsFull() {
        RaftSettings settings = new RaftSettings(1000, 100, 64 << 10, 4, 256 << 10, 1100);
        TestNode node = TestNode.with(settings, A, voters(A, B, C), TERM_3, 1, 2);
        node.persisted(node.elect(B));
        node.matched(B, 3);
        node.step(new Input.Propose(List.of(new Input.Proposal(9, TestNode.bytes("x".repeat(1100))))));
        assertThat(node.core.lastLog().index()).isEqualTo(3);
        assertThat(memberships(node.changeMembership(voters(A, B)))).hasSize(1);
        TestNode full = TestNode.with(new RaftSettings(1000, 100, 64 << 10, 4, 256 << 10, 800), A, voters(A, B, C), TERM_3, 1,
                2);
        full.persisted(full.elect(B));
        full.matched(B, 3);
        assertRefused(full.changeMembership(voters(A, B)), Answer.Refusal.LOG_FULL);
    }

    @Test
    void aTargetIsSimpleAndNamesOneReplicaANode() {
        for (Membership wrong : List.of(Membership.BLANK, joint(setOf(A), setOf(B)), voters(A, replica("a", 2)),
                withLearners(voters(A, B), replica("a", 2)))) {
            assertThatIllegalArgumentException().isThrownBy(() -> new Input.ChangeMembership(1, 1, wrong))
                    .withMessageContaining("no membership to change to");
        }
    }

    @Test
    void aChangeThatTheLeadershipDoesNotOutliveIsUnknown() {
        TestNode node = leader(voters(A, B, C));
        node.changeMembership(voters(A, B));
        Effects deposed = node.receive(new Message.Heartbeat(C, A, 5, 1, 0));
        assertThat(deposed.answers()).containsExactly(new Answer.MembershipUnknown(1));
    }

    /** Once, though both the commit of its no-op and later ones could be a reason (pitfall 20; etcd #12136, #12582). */
    @Test
    void aNewLeaderFinishesACommittedJointMembershipOnce() {
        // given a leader that has found a committed joint membership in its log
        Membership joint = joint(setOf(A, B, C), setOf(A, B, D));
        TestNode node = TestNode.recovered(TestNode.SETTINGS, A,
                new Recovered(TERM_3, SnapshotPoint.NONE, Position.ZERO, TestNode.log(joint, 1, 2), 2));
        Effects elected = node.elect(B);
        assertThat(memberships(elected)).isEmpty();
        node.persisted(elected);

        // when its no-op is committed, then the new membership follows
        Effects committed = node.matched(B, 3);
        assertThat(memberships(committed)).containsExactly(voters(A, B, D));

        // and never again
        assertThat(memberships(node.matched(D, 3))).isEmpty();
        assertThat(memberships(node.persisted(committed))).isEmpty();
        assertThat(memberships(node.matched(B, 4))).isEmpty();
        assertThat(memberships(node.pass(100))).isEmpty();
        assertThat(node.core.committedMembership()).isEqualTo(voters(A, B, D));
    }

    @Test
    void aNewLeaderFinishesAJointMembershipThatItsNoOpCommits() {
        TestNode node = TestNode.withLog(A, joint(setOf(A, B, C), setOf(A, B, D)), TERM_3, 1, 2);
        node.persisted(node.elect(B));
        assertThat(node.core.commitIndex()).isZero();
        assertThat(memberships(node.matched(B, 3))).containsExactly(voters(A, B, D));
    }

    /** It leads and does not count itself, hands over, and is quiet then (pitfall 25). */
    @Test
    void aLeaderThatIsLeftOutLeadsUntilTheNewMembershipIsCommitted() {
        // given a leader that removes itself, and has committed the joint membership
        TestNode node = leader(voters(A, B, C));
        node.persisted(node.changeMembership(voters(B, C)));
        node.matched(B, 4);
        Effects settled = node.matched(C, 4);
        assertThat(memberships(settled)).containsExactly(voters(B, C));

        // when it and one of two hold the new one, then that is not a majority
        node.persisted(settled);
        node.propose("x");
        node.matched(C, 6);
        assertThat(node.core.commitIndex()).isEqualTo(4);
        assertThat(node.core.role()).isEqualTo(Role.LEADER);

        // when both of the others do, then it tells so, and takes nothing new
        Effects changed = node.matched(B, 5);
        assertThat(changed.answers()).contains(new Answer.MembershipChanged(1, 5));
        assertThat(only(Message.CommitAdvanced.class, changed.send())).hasSize(2);
        assertThat(node.propose("y").answers()).extracting("reason").containsExactly(Answer.Refusal.TRANSFERRING);
        assertThat(node.core.role()).isEqualTo(Role.LEADER);

        // when what it had taken is committed, then whoever asked for that can be told, and another is asked to take over
        Effects done = node.matched(B, 6);
        assertThat(done.apply()).extracting(Entry::index).containsExactly(6L);
        assertThat(only(Message.TimeoutNow.class, done.send())).hasSize(1);
        assertThat(node.core.role()).isEqualTo(Role.FOLLOWER);

        // and never campaigns again
        assertThat(done.wakeAtMillis()).isEqualTo(Long.MAX_VALUE);
        assertThat(node.pass(10_000).send()).isEmpty();
    }

    /** Whoever is asked must be able to win, or nobody leads for an election timeout. */
    @Test
    void aLeaderThatIsLeftOutHandsOverToWhomHoldsMost() {
        // given a leader whose removal is committed by c and d, b being behind
        TestNode node = TestNode.withLog(A, voters(A, B, C, D), TERM_3, 1, 2);
        node.persisted(node.elect(B, C));
        node.matched(B, 3);
        node.matched(C, 3);
        node.persisted(node.changeMembership(voters(B, C, D)));
        node.matched(C, 4);
        node.persisted(node.matched(D, 4));
        node.matched(C, 5);

        // when it goes, then it asks one of these two
        Effects done = node.matched(D, 5);
        assertThat(only(Message.TimeoutNow.class, done.send())).containsExactly(new Message.TimeoutNow(A, C, 4));
    }

    /**
     * Old voters a and b, new ones b and c, and a alone holds C_new: nobody else can win, for a's log is ahead of b's (thesis
     * §4.2.2).
     */
    @Test
    void whoAloneHoldsTheNewMembershipCampaignsThoughItIsLeftOut() {
        // given a, with both entries, of which it does not know whether they are committed
        TestNode node = TestNode.recovered(TestNode.SETTINGS, A,
                new Recovered(TERM_3, SnapshotPoint.NONE, Position.ZERO, List.of(change(1, voters(A, B)),
                        change(2, joint(setOf(A, B), setOf(B, C))), change(3, voters(B, C))), 1));

        // when it hears no leader, then it is elected by b and c, and by them alone
        Effects effects = node.elect(B, C);
        assertThat(node.core.role()).isEqualTo(Role.LEADER);

        // when they hold its no-op, then it is done, and goes
        node.persisted(effects);
        node.matched(B, 4);
        assertThat(node.core.role()).isEqualTo(Role.LEADER);
        Effects done = node.matched(C, 4);
        assertThat(node.core.committedMembership()).isEqualTo(voters(B, C));
        assertThat(only(Message.TimeoutNow.class, done.send())).hasSize(1);
        assertThat(node.core.role()).isEqualTo(Role.FOLLOWER);
    }

    @Test
    void whoKnowsThatItIsLeftOutIsQuiet() {
        TestNode node = TestNode.recovered(TestNode.SETTINGS, A, new Recovered(TERM_3, SnapshotPoint.NONE, Position.ZERO,
                List.of(change(1, joint(setOf(A, B), setOf(B, C))), change(2, voters(B, C))), 2));
        assertThat(node.pass(10_000).send()).isEmpty();
        node.receive(new Message.TimeoutNow(B, A, 3));
        assertThat(node.core.term()).isEqualTo(3);
    }

    /** It may be a voter by an entry that it does not have yet (pitfall 24; etcd #10998, RATIS-1912, JRaft #940). */
    @Test
    void aLearnerAndABlankNodeVoteWhenAsked() {
        TestNode learner = TestNode.withLog(D, withLearners(voters(A, B, C), D), TERM_3, 1, 2);
        TestNode blank = TestNode.recovered(TestNode.SETTINGS, D, Recovered.BLANK);
        for (TestNode node : List.of(learner, blank)) {
            Effects effects = node.receive(new Message.RequestVote(A, D, 4, new Position(3, 3)));
            assertThat(effects.sendWhenDurable()).containsExactly(new Message.RequestVoteResponse(D, A, 4, true));
        }
    }

    /** Who was removed is told so for a while: it would campaign for ever otherwise. */
    @Test
    void whoeverIsRemovedIsToldForAnElectionTimeout() {
        TestNode node = leader(voters(A, B, C));
        node.matched(C, 3);
        node.persisted(node.changeMembership(voters(A, B)));
        Effects settled = node.matched(B, 4);
        assertThat(TestNode.to(C, settled.send())).extracting(Object::getClass).contains(Message.AppendEntries.class);
        node.persisted(settled);
        node.matched(C, 5);

        // when the new membership is committed, then c is told
        Effects done = node.matched(B, 5);
        assertThat(node.core.committedMembership()).isEqualTo(voters(A, B));
        assertThat(TestNode.to(C, done.send())).containsExactly(new Message.CommitAdvanced(A, C, 4, 5));
        assertThat(TestNode.to(C, node.pass(100).send())).hasSize(1);
        node.heartbeatAnswered(B, 1);

        // and after an election timeout no more
        node.pass(899);
        node.heartbeatAnswered(B, 2);
        assertThat(TestNode.to(C, node.pass(100).send())).isEmpty();
        assertThat(TestNode.to(B, node.pass(100).send())).isNotEmpty();
        assertThat(node.core.matchIndexes()).containsOnlyKeys(A, B);
    }

    /** Of two incarnations of a node only the one that the membership names counts (pitfall 40). */
    @Test
    void aVoteCountsOnlyFromTheIncarnationThatIsAMember() {
        ReplicaId wiped = replica("b", 2);
        TestNode node = TestNode.withLog(A, voters(A, B, C), TERM_3, 1, 2);
        node.pass(2000);
        node.receive(new Message.PreVoteResponse(wiped, A, 3, 4, true));
        assertThat(node.core.term()).isEqualTo(3);
        node.persisted(node.receive(new Message.PreVoteResponse(B, A, 3, 4, true)));
        node.receive(new Message.RequestVoteResponse(wiped, A, 4, true));
        assertThat(node.core.role()).isEqualTo(Role.CANDIDATE);
    }

    @Test
    void aLostDiskIsReplacedInOneJointChange() {
        // given a leader of a, b and c, where b comes back with an empty disk
        ReplicaId wiped = replica("b", 2);
        TestNode node = leader(voters(A, B, C));
        node.matched(C, 3);

        // when the new incarnation is to take the place of the old, then it is a learner first, beside it
        Effects asked = node.changeMembership(voters(A, wiped, C));
        assertThat(memberships(asked)).containsExactly(withLearners(voters(A, B, C), wiped));
        node.persisted(asked);
        node.matched(C, 4);
        Effects joint = node.matched(wiped, 4);
        assertThat(memberships(joint)).containsExactly(joint(setOf(A, B, C), setOf(A, wiped, C)));
    }

    private static void assertRefused(Effects effects, Answer.Refusal reason) {
        assertThat(effects.answers()).containsExactly(new Answer.Refused(1, reason));
        assertThat(effects.persist()).isNull();
    }

    /** One whose log ends at 3 and is committed; b holds that, too. */
    private static TestNode leader(Membership membership) {
        TestNode node = TestNode.withLog(A, membership, TERM_3, 1, 2);
        node.persisted(node.elect(B));
        node.matched(B, 3);
        assertThat(node.core.commitIndex()).isEqualTo(3);
        return node;
    }

    private static Entry change(long index, Membership membership) {
        return new Entry(entry(index, 1).position(), new Payload.MembershipChange(membership));
    }
}
