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
 * @param learners replicas that receive the log and have no vote; disjoint from {@code voters}. One that is an old voter has
 *        that vote until the membership is not joint any more
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
            if (voters.contains(learner)) {
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

    /** C_old,new: this simple membership and {@code target}, which is to take its place (§6). */
    Membership jointWith(Membership target) {
        SortedMap<NodeId, String> allAddresses = new TreeMap<>(addresses);
        allAddresses.putAll(target.addresses);
        return new Membership(target.voters, voters, target.learners, allAddresses);
    }

    /** C_new: what follows C_old,new. It keeps the addresses of its own replicas. */
    Membership withoutOldVoters() {
        SortedMap<NodeId, String> ownAddresses = new TreeMap<>();
        Membership settled = new Membership(voters, new TreeSet<>(), learners, ownAddresses);
        for (ReplicaId replica : settled.replicas()) {
            String address = addresses.get(replica.node());
            if (address != null) {
                ownAddresses.put(replica.node(), address);
            }
        }
        return new Membership(voters, new TreeSet<>(), learners, ownAddresses);
    }

    /**
     * This membership and {@code more} learners, whose addresses are among {@code allAddresses} if they are known. They take
     * the places of learners of the same nodes: those are lost.
     */
    Membership withLearners(SortedSet<ReplicaId> more, SortedMap<NodeId, String> allAddresses) {
        SortedSet<ReplicaId> allLearners = new TreeSet<>(learners);
        more.forEach(learner -> allLearners.removeIf(lost -> lost.node().equals(learner.node())));
        allLearners.addAll(more);
        SortedMap<NodeId, String> withTheirs = new TreeMap<>(addresses);
        for (ReplicaId learner : more) {
            String address = allAddresses.get(learner.node());
            if (address != null) {
                withTheirs.put(learner.node(), address);
            }
        }
        return new Membership(voters, oldVoters, allLearners, withTheirs);
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
