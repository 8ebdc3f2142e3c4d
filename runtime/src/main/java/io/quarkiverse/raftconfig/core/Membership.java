package io.quarkiverse.raftconfig.core;

import java.util.Collections;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Who takes part (the paper's "cluster configuration", §6). It may be joint: then every decision needs a majority of
 * {@code voters} <em>and</em> a majority of {@code oldVoters}.
 *
 * @param voters the voters; of a joint membership, the new ones
 * @param oldVoters empty unless joint
 * @param learners replicas that receive the log and have no vote; disjoint from both halves
 * @param addresses where a node may be reached, {@code host:port}: a hint, never an identity; a node may be missing
 */
public record Membership(SortedSet<ReplicaId> voters, SortedSet<ReplicaId> oldVoters, SortedSet<ReplicaId> learners,
        SortedMap<NodeId, String> addresses) {

    /** Of a node that belongs to no cluster yet: nobody decides, so nothing is decided. */
    public static final Membership BLANK = new Membership(new TreeSet<>(), new TreeSet<>(), new TreeSet<>(), new TreeMap<>());

    /** Copies its arguments. */
    public Membership {
        voters = Collections.unmodifiableSortedSet(new TreeSet<>(voters));
        oldVoters = Collections.unmodifiableSortedSet(new TreeSet<>(oldVoters));
        learners = Collections.unmodifiableSortedSet(new TreeSet<>(learners));
        addresses = Collections.unmodifiableSortedMap(new TreeMap<>(addresses));
        for (ReplicaId learner : learners) {
            if (voters.contains(learner) || oldVoters.contains(learner)) {
                throw new IllegalArgumentException("both a voter and a learner: " + learner);
            }
        }
        if (voters.isEmpty() && !(oldVoters.isEmpty() && learners.isEmpty())) {
            throw new IllegalArgumentException("a membership needs a voter");
        }
    }

    /** A simple membership of voters only. */
    public static Membership of(SortedSet<ReplicaId> voters, SortedMap<NodeId, String> addresses) {
        return new Membership(voters, new TreeSet<>(), new TreeSet<>(), addresses);
    }

    public boolean isBlank() {
        return voters.isEmpty();
    }

    public boolean isJoint() {
        return !oldVoters.isEmpty();
    }

    /** True for a voter of either half. */
    public boolean isVoter(ReplicaId replica) {
        return voters.contains(replica) || oldVoters.contains(replica);
    }

    /** Voters of both halves and learners: all who receive the log. */
    public SortedSet<ReplicaId> replicas() {
        SortedSet<ReplicaId> all = new TreeSet<>(voters);
        all.addAll(oldVoters);
        all.addAll(learners);
        return Collections.unmodifiableSortedSet(all);
    }
}
