package io.quarkiverse.raftconfig.core;

import java.util.Arrays;
import java.util.SortedSet;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;

/** What a majority is, and what it has reached: all the arithmetic of §5 and §6, and no state. */
final class Quorum {
    private Quorum() {
    }

    /**
     * Whether {@code agrees} holds for a majority of the voters and, of a joint membership, for a majority of the old
     * voters too (§6). Never for a blank membership.
     */
    static boolean hasMajority(Membership membership, Predicate<ReplicaId> agrees) {
        return isMajorityOf(membership.voters(), agrees)
                && (!membership.isJoint() || isMajorityOf(membership.oldVoters(), agrees));
    }

    /**
     * The largest number that a majority has reached, of each half of a joint membership; 0 for a blank one.
     * <p>
     * Given match indexes it is the index a majority has stored, which a leader may commit only if the entry there is of
     * its own term (§5.4.2). Given the rounds of heartbeats answered it is the round that proves the leadership; given
     * the times of the last answers, the time at which it was last certain.
     */
    static long reachedByMajority(Membership membership, ToLongFunction<ReplicaId> reached) {
        if (membership.isBlank()) {
            return 0;
        }
        long byNew = reachedByMajorityOf(membership.voters(), reached);
        return membership.isJoint() ? Math.min(byNew, reachedByMajorityOf(membership.oldVoters(), reached)) : byNew;
    }

    private static boolean isMajorityOf(SortedSet<ReplicaId> voters, Predicate<ReplicaId> agrees) {
        int count = 0;
        for (ReplicaId voter : voters) {
            if (agrees.test(voter)) {
                count++;
            }
        }
        return count > voters.size() / 2;
    }

    private static long reachedByMajorityOf(SortedSet<ReplicaId> voters, ToLongFunction<ReplicaId> reached) {
        long[] ascending = new long[voters.size()];
        int i = 0;
        for (ReplicaId voter : voters) {
            ascending[i++] = reached.applyAsLong(voter);
        }
        Arrays.sort(ascending);
        // Of 2k+1 voters k may lag behind it, of 2k voters k-1: the rest is a majority.
        return ascending[(ascending.length - 1) / 2];
    }
}
