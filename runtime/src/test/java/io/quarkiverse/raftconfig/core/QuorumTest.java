package io.quarkiverse.raftconfig.core;

import static io.quarkiverse.raftconfig.core.Replicas.replica;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

import org.junit.jupiter.api.Test;

/** All small memberships, joint ones too, against the definition (hashicorp/raft 163a55f: the median of an even size). */
class QuorumTest {
    private static final int REPLICAS = 5;
    private static final int INDEXES = 3;

    @Test
    void aMajorityIsMoreThanHalfOfEachHalf() {
        for (Membership membership : allMemberships()) {
            for (int set = 0; set < 1 << REPLICAS; set++) {
                NavigableSet<ReplicaId> agreeing = subset(set);
                boolean expected = isMajority(membership.voters(), agreeing)
                        && (membership.oldVoters().isEmpty() || isMajority(membership.oldVoters(), agreeing));
                assertThat(Quorum.hasMajority(membership, agreeing::contains)).as("%s %s", membership, agreeing)
                        .isEqualTo(expected);
            }
        }
    }

    @Test
    void whatAMajorityHasReachedIsTheLargestNumberThatOneHas() {
        for (Membership membership : allMemberships()) {
            for (int code = 0; code < Math.pow(INDEXES, REPLICAS); code++) {
                SortedMap<ReplicaId, Long> reached = new TreeMap<>();
                int rest = code;
                for (int i = 0; i < REPLICAS; i++, rest /= INDEXES) {
                    reached.put(replica("n" + i), (long) (rest % INDEXES));
                }
                long expected = 0;
                for (long index = 1; index < INDEXES; index++) {
                    long atLeast = index;
                    if (Quorum.hasMajority(membership, voter -> reached.getOrDefault(voter, 0L) >= atLeast)) {
                        expected = index;
                    }
                }
                long actual = Quorum.reachedByMajority(membership, voter -> reached.getOrDefault(voter, 0L));
                if (actual != expected) {
                    throw new AssertionError(membership + " " + reached + ": " + actual + ", not " + expected);
                }
            }
        }
    }

    @Test
    void ofABlankMembershipNobodyDecides() {
        assertThat(Quorum.hasMajority(Membership.BLANK, voter -> true)).isFalse();
        assertThat(Quorum.reachedByMajority(Membership.BLANK, voter -> 9)).isZero();
    }

    @Test
    void learnersDecideNothing() {
        Membership membership = new Membership(subset(0b0011), new TreeSet<>(), subset(0b0100), new TreeMap<>());
        NavigableSet<ReplicaId> withLearner = subset(0b0101);
        assertThat(Quorum.hasMajority(membership, withLearner::contains)).as("one voter and the learner agree").isFalse();
        assertThat(Quorum.reachedByMajority(membership, replica -> withLearner.contains(replica) ? 9 : 0))
                .as("one voter and the learner hold it").isZero();
    }

    private static boolean isMajority(Set<ReplicaId> voters, Set<ReplicaId> agreeing) {
        NavigableSet<ReplicaId> both = new TreeSet<>(voters);
        both.retainAll(agreeing);
        return 2 * both.size() > voters.size();
    }

    private static List<Membership> allMemberships() {
        List<Membership> all = new ArrayList<>();
        for (int voters = 1; voters < 1 << REPLICAS; voters++) {
            for (int oldVoters = 0; oldVoters < 1 << REPLICAS; oldVoters++) {
                all.add(Replicas.joint(subset(oldVoters), subset(voters)));
            }
        }
        return all;
    }

    private static NavigableSet<ReplicaId> subset(int bits) {
        NavigableSet<ReplicaId> subset = new TreeSet<>();
        for (int i = 0; i < REPLICAS; i++) {
            if ((bits & 1 << i) != 0) {
                subset.add(replica("n" + i));
            }
        }
        return subset;
    }
}
