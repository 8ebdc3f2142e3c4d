package io.quarkiverse.raftconfig.core;

import static io.quarkiverse.raftconfig.core.Replicas.A;
import static io.quarkiverse.raftconfig.core.Replicas.B;
import static io.quarkiverse.raftconfig.core.Replicas.C;
import static io.quarkiverse.raftconfig.core.Replicas.D;
import static io.quarkiverse.raftconfig.core.Replicas.E;
import static io.quarkiverse.raftconfig.core.Replicas.F;
import static io.quarkiverse.raftconfig.core.Replicas.joint;
import static io.quarkiverse.raftconfig.core.Replicas.replica;
import static io.quarkiverse.raftconfig.core.Replicas.setOf;
import static io.quarkiverse.raftconfig.core.Replicas.voters;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whole clusters that change their members, in the situations in which others were lost. */
class MembershipScenesTest {
    private static final long T = TestNode.SETTINGS.electionTimeoutMillis();
    private static final int EVENTS_MAX = 2000;

    /** @param restarts whether the leader that is killed comes back: where nobody is a majority without it */
    record Change(Membership from, Membership to, boolean restarts) {
        @Override
        public String toString() {
            return names(from) + " -> " + names(to);
        }
    }

    static List<Change> changes() {
        return List.of(new Change(voters(A), voters(A, B), true), new Change(voters(A, B), voters(A), true),
                new Change(voters(A, B), voters(B), true), new Change(voters(A, B, C), voters(D, E, F), false),
                new Change(voters(A, B, C), voters(A, D, E), false),
                new Change(voters(A, B, C), voters(A, B, C, D, E, F), false));
    }

    /** Pitfalls 20, 24 and 25 (RATIS-1912, JRaft #940): after any event of a change, whatever its leader has done by then. */
    @ParameterizedTest
    @MethodSource("changes")
    void survivesTheLossOfTheLeaderAtEachStepOfAChange(Change change) {
        SortedSet<String> stepsSeen = new TreeSet<>();
        boolean over = false;
        for (int events = 0; !over; events++) {
            // given a cluster, and so many events after a change was asked for
            TestCluster cluster = cluster(change.from);
            long before = cluster.counters.getOrDefault("membership changed", 0);
            TestCluster.Node leader = leaderOf(cluster);
            cluster.changeMembership(leader, change.to);
            for (int i = 0; i < events; i++) {
                cluster.runOne();
            }
            over = cluster.counters.getOrDefault("membership changed", 0) > before;
            stepsSeen.add(over ? "over" : step(leader, change));

            // when the leader is killed
            leader.crash();
            if (change.restarts) {
                cluster.at(cluster.now + T, leader::start);
            }
            cluster.runUntil(cluster.now + 20 * T);

            // then there is another, and nothing is half done; and if the change is not done, it can be asked for again
            TestCluster.Node next = leaderOf(cluster);
            assertThat(next.core().isChangingMembership()).isFalse();
            assertThat(next.core().membership().voters()).as("after %d events", events)
                    .isIn(change.from.voters(), change.to.voters());
            if (!next.core().membership().voters().equals(change.to.voters())) {
                cluster.changeMembership(next, change.to);
                cluster.runUntil(cluster.now + 20 * T);
            }
            assertThat(leaderOf(cluster).core().membership()).as("after %d events", events).isEqualTo(change.to);
            assertAllCommitWhatIsProposed(cluster);
            assertThat(events).isLessThan(EVENTS_MAX);
        }
        assertThat(stepsSeen).contains("joint appended", "new appended", "over");
    }

    private static String names(Membership membership) {
        return membership.voters().stream().map(Words::name).collect(Collectors.joining(" "));
    }

    private static String step(TestCluster.Node leader, Change change) {
        RaftCore core = leader.core();
        if (core.role() != Role.LEADER) {
            return "deposed";
        }
        String state = core.membershipIndex() == core.committedMembershipIndex() ? " committed" : " appended";
        if (core.membership().isJoint()) {
            return "joint" + state;
        } else if (core.membership().voters().equals(change.to.voters())) {
            return "new" + state;
        }
        return core.membership().equals(change.from) ? "old" + state : "learners" + state;
    }

    /** Pitfall 22: the entry gives way, and with it the membership. */
    @Test
    void aJointMembershipThatOnlyADeposedLeaderHoldsIsRolledBack() {
        // given a leader that nobody hears any more
        TestCluster cluster = cluster(voters(A, B, C));
        TestCluster.Node deposed = leaderOf(cluster);
        cutOff(cluster, deposed.self);

        // when it is asked for a change, then it appends a joint membership, and its leadership ends
        cluster.changeMembership(deposed, voters(deposed.self));
        assertThat(deposed.core().membership().isJoint()).isTrue();
        cluster.runUntil(cluster.now + 3 * T);
        assertThat(cluster.counters).containsEntry("membership unknown", 1);
        assertThat(deposed.core().role()).isNotEqualTo(Role.LEADER);
        assertThat(deposed.core().membership().isJoint()).isTrue();

        // when it is heard again, then the others' log takes the place of its own, and the old majority decides
        cluster.propose(leaderOf(cluster));
        cluster.heal();
        cluster.runUntil(cluster.now + 3 * T);
        assertThat(deposed.core().membership()).isEqualTo(voters(A, B, C));
        assertThat(cluster.counters).containsEntry("membership rolled back", 1);
        assertAllCommitWhatIsProposed(cluster);
    }

    /** Pitfall 19 (Ongaro 2015): two leaders, a change of each; at most one of them is committed. */
    @Test
    void twoLeadersDoNotBothChangeTheMembership() {
        TestCluster cluster = cluster(voters(A, B, C, D));
        TestCluster.Node first = leaderOf(cluster);
        cutOff(cluster, first.self);
        cluster.changeMembership(first, voters(first.self, B));
        cluster.runUntil(cluster.now + 4 * T);
        TestCluster.Node second = leaderOf(cluster);
        assertThat(second.self).isNotEqualTo(first.self);
        SortedSet<ReplicaId> others = new TreeSet<>(setOf(A, B, C, D));
        others.remove(first.self);
        cluster.changeMembership(second, Membership.of(others, new TreeMap<>()));
        cluster.runUntil(cluster.now + 4 * T);
        cluster.heal();
        cluster.runUntil(cluster.now + 4 * T);
        assertThat(leaderOf(cluster).core().committedMembership().voters()).isEqualTo(others);
        assertThat(first.core().role()).isNotEqualTo(Role.LEADER);
    }

    /** Pitfall 20 and 21 (etcd #12136, e515a67; openraft 6c0ccaf3): all are restarted while the membership is joint. */
    @Test
    void aJointMembershipOutlivesARestartOfAll() {
        // given a cluster whose joint membership is committed, when all are killed
        TestCluster cluster = cluster(voters(A, B, C));
        TestCluster.Node leader = leaderOf(cluster);
        cluster.changeMembership(leader, voters(C, D, E));
        while (!leader.core().committedMembership().isJoint()) {
            cluster.runOne();
        }
        cluster.nodes.values().forEach(TestCluster.Node::crash);
        cluster.nodes.values().forEach(TestCluster.Node::start);

        // then whoever leads finishes the change
        cluster.runUntil(cluster.now + 10 * T);
        assertThat(leaderOf(cluster).core().membership()).isEqualTo(voters(C, D, E));
        assertAllCommitWhatIsProposed(cluster);
    }

    /** Pitfall 26: it never hears that it was removed, so it asks and asks. */
    @Test
    void aRemovedNodeDoesNotDisturb() {
        // given a cluster that has removed a node which was cut off
        TestCluster cluster = cluster(voters(A, B, C));
        TestCluster.Node leader = leaderOf(cluster);
        ReplicaId removed = leader.self.equals(C) ? B : C;
        SortedSet<ReplicaId> others = new TreeSet<>(setOf(A, B, C));
        others.remove(removed);
        cutOff(cluster, removed);
        cluster.changeMembership(leader, Membership.of(others, new TreeMap<>()));
        cluster.runUntil(cluster.now + 5 * T);
        assertThat(leader.core().committedMembership().voters()).isEqualTo(others);
        long term = leader.core().term();

        // when it is back, then it asks to lead, and nobody minds
        cluster.heal();
        cluster.runUntil(cluster.now + 20 * T);
        assertThat(cluster.node(removed).core().membership()).isEqualTo(voters(A, B, C));
        assertThat(cluster.node(removed).core().role()).isEqualTo(Role.CANDIDATE);
        assertThat(leader.core().role()).isEqualTo(Role.LEADER);
        assertThat(leader.core().term()).isEqualTo(term);
        assertThat(cluster.node(removed).core().term()).isLessThanOrEqualTo(term);
    }

    /** Pitfall 26, where it can be told: then it does not even ask. */
    @Test
    void aRemovedNodeThatIsToldIsQuiet() {
        TestCluster cluster = cluster(voters(A, B, C));
        TestCluster.Node leader = leaderOf(cluster);
        cluster.changeMembership(leader, voters(leader.self));
        cluster.runUntil(cluster.now + 10 * T);
        for (ReplicaId removed : setOf(A, B, C)) {
            assertThat(cluster.node(removed).core().committedMembership()).isEqualTo(voters(leader.self));
            assertThat(cluster.node(removed).core().role())
                    .isEqualTo(removed.equals(leader.self) ? Role.LEADER : Role.FOLLOWER);
        }
    }

    /** Pitfall 25: nobody waits for an election timeout when a leader removes itself. */
    @Test
    void aLeaderThatRemovesItselfHandsOver() {
        TestCluster cluster = cluster(voters(A, B, C));
        TestCluster.Node leader = leaderOf(cluster);
        SortedSet<ReplicaId> others = new TreeSet<>(setOf(A, B, C));
        others.remove(leader.self);
        cluster.changeMembership(leader, Membership.of(others, new TreeMap<>()));
        long asked = cluster.now;
        while (leader.core().role() == Role.LEADER || cluster.leader() == null) {
            cluster.runOne();
        }
        assertThat(cluster.now - asked).isLessThan(T / 2);
        assertThat(others).contains(leaderOf(cluster).self);
        assertThat(cluster.counters).containsEntry("membership changed", 1);
        assertAllCommitWhatIsProposed(cluster);
    }

    /** Thesis §4.2.2: of old {x, y} and new {y, z} only x has heard of C_new, and the others have no later log. */
    @Test
    void theOldLeaderBringsTheNewMembershipToThoseItLeavesItTo() {
        // given the joint membership on x, y and z, and the new one on x alone, when nobody leads
        Membership old = voters(A, B);
        Membership joint = joint(setOf(A, B), setOf(B, C));
        SortedMap<ReplicaId, Recovered> logs = new TreeMap<>();
        logs.put(A, recovered(2, change(1, 1, old), change(2, 2, joint), change(3, 2, voters(B, C))));
        logs.put(B, recovered(2, change(1, 1, old), change(2, 2, joint)));
        logs.put(C, recovered(2, change(1, 1, old), change(2, 2, joint)));
        TestCluster cluster = TestCluster.recovered(1, TestNode.SETTINGS, logs);

        // then the new members get it, and go on without x
        cluster.runUntil(20 * T);
        assertThat(leaderOf(cluster).core().committedMembership()).isEqualTo(voters(B, C));
        assertThat(setOf(B, C)).contains(leaderOf(cluster).self);
        assertThat(cluster.node(A).core().role()).isEqualTo(Role.FOLLOWER);
    }

    /**
     * Pitfall 29 (openraft #1796): three of six hold the joint membership in an old term, the others nothing of it in a newer
     * one.
     */
    @Test
    void aLongLogInAnOldTermAndAShortOneInANewTermDoNotBlockEachOther() {
        Membership old = voters(A, B, C);
        Membership joint = joint(setOf(A, B, C), setOf(A, B, C, D, E, F));
        SortedMap<ReplicaId, Recovered> logs = new TreeMap<>();
        for (ReplicaId replica : setOf(A, D, E)) {
            logs.put(replica, recovered(3, change(1, 1, old), change(2, 3, joint)));
        }
        for (ReplicaId replica : setOf(B, C, F)) {
            logs.put(replica, recovered(7, change(1, 1, old)));
        }
        TestCluster cluster = TestCluster.recovered(1, TestNode.SETTINGS, logs);
        cluster.runUntil(20 * T);
        assertThat(leaderOf(cluster).core().isChangingMembership()).isFalse();
        assertAllCommitWhatIsProposed(cluster);
    }

    /**
     * Pitfall 40, the six steps of Vanlightly: s1 is unreachable and is replaced by s4; s2 loses its disk and is replaced by
     * s5; s2
     * comes back blank, and s1, which still knows the first membership, asks it for its vote.
     */
    @Test
    void aWipedNodeUnderItsOldNameDoesNotHelpAnOldMemberToLead() {
        // given the founder s3, and s1 that is unreachable
        ReplicaId s1 = replica("s1");
        ReplicaId s2 = replica("s2");
        ReplicaId s3 = replica("s3");
        ReplicaId s4 = replica("s4");
        ReplicaId s5 = replica("s5");
        TestCluster cluster = TestCluster.founded(1, TestNode.SETTINGS, voters(s1, s2, s3), s3, setOf(s1, s2, s3, s4, s5));
        cluster.runUntil(2 * T);
        cutOff(cluster, s1);
        TestCluster.Node leader = leaderOf(cluster);
        assertThat(leader.self).isEqualTo(s3);

        // when s4 takes its place, and then s5 that of s2, whose disk has failed
        cluster.changeMembership(leader, voters(s2, s3, s4));
        cluster.runUntil(cluster.now + 5 * T);
        cluster.node(s2).crash();
        cluster.changeMembership(leader, voters(s3, s4, s5));
        cluster.runUntil(cluster.now + 5 * T);
        assertThat(leader.core().committedMembership()).isEqualTo(voters(s3, s4, s5));

        // and s2 comes back with an empty disk, to where only s1 is, which is reachable again
        ReplicaId wiped = replica("s2", 2);
        cluster.add(wiped);
        for (ReplicaId member : setOf(s3, s4, s5)) {
            for (ReplicaId other : setOf(s1, wiped)) {
                cluster.cut(member, other);
                cluster.cut(other, member);
            }
        }
        cluster.connect(s1, wiped);
        cluster.runUntil(cluster.now + 20 * T);

        // then s1 asks for a vote of the s2 that it knows, which is gone for ever, and nobody but s3 leads
        assertThat(cluster.node(s1).core().membership()).isEqualTo(voters(s1, s2, s3));
        assertThat(cluster.node(s1).core().role()).isEqualTo(Role.CANDIDATE);
        assertThat(cluster.node(wiped).core().membership()).isEqualTo(Membership.BLANK);
        assertThat(leaderOf(cluster).self).isEqualTo(s3);
        assertThat(cluster.leaderOfTerm.values()).doesNotContain(s1, wiped);
    }

    /** Pitfall 40: all three lose their disks, one after the other, each replaced in one change. */
    @Test
    void everyDiskCanBeReplaced() {
        TestCluster cluster = cluster(voters(A, B, C));
        SortedSet<ReplicaId> members = new TreeSet<>(setOf(A, B, C));
        for (ReplicaId lost : setOf(A, B, C)) {
            cluster.node(lost).crash();
            cluster.runUntil(cluster.now + 5 * T);
            ReplicaId next = new ReplicaId(lost.node(), new StorageId(0, 2));
            cluster.add(next);
            members.remove(lost);
            members.add(next);
            cluster.changeMembership(leaderOf(cluster), Membership.of(members, new TreeMap<>()));
            cluster.runUntil(cluster.now + 5 * T);
            assertThat(leaderOf(cluster).core().committedMembership().voters()).isEqualTo(members);
        }
        assertAllCommitWhatIsProposed(cluster);
    }

    /** a to f; a has founded it, and leads or has led. */
    private static TestCluster cluster(Membership membership) {
        TestCluster cluster = TestCluster.founded(1, TestNode.SETTINGS, membership, setOf(A, B, C, D, E, F));
        cluster.runUntil(2 * T);
        cluster.propose(leaderOf(cluster));
        cluster.runUntil(3 * T);
        assertThat(leaderOf(cluster).core().ownTermCommitted()).isTrue();
        return cluster;
    }

    private static TestCluster.Node leaderOf(TestCluster cluster) {
        TestCluster.Node leader = cluster.leader();
        if (leader == null) {
            throw new AssertionError("nobody leads");
        }
        return leader;
    }

    private static void cutOff(TestCluster cluster, ReplicaId replica) {
        for (ReplicaId other : cluster.nodes.keySet()) {
            cluster.cut(replica, other);
            cluster.cut(other, replica);
        }
    }

    private static void assertAllCommitWhatIsProposed(TestCluster cluster) {
        TestCluster.Node leader = leaderOf(cluster);
        cluster.propose(leader);
        cluster.runUntil(cluster.now + 3 * T);
        long last = leader.core().lastLog().index();
        List<Long> committed = new ArrayList<>();
        for (ReplicaId member : leader.core().membership().replicas()) {
            TestCluster.Node node = cluster.node(member);
            if (node.core != null) {
                committed.add(node.core().commitIndex());
            }
        }
        assertThat(committed).containsOnly(last);
    }

    private static Recovered recovered(long term, Entry... entries) {
        return new Recovered(new HardState(term, null), SnapshotPoint.NONE, Position.ZERO, List.of(entries), 1);
    }

    private static Entry change(long index, long term, Membership membership) {
        return new Entry(new Position(index, term), new Payload.MembershipChange(membership));
    }
}
