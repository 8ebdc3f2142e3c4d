package io.quarkiverse.raftconfig.core;

import java.util.Map;
import java.util.NavigableMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The memberships in the log, by the index of their entry. The latest is in force, committed or not (§6), so an entry that
 * gives way to another leader's takes its membership with it, and the one before is in force again.
 */
final class MembershipHistory {
    private final NavigableMap<Long, Membership> byIndex = new TreeMap<>();

    /** @param index of the entry that brought {@code oldest}; 0 if blank */
    MembershipHistory(long index, Membership oldest) {
        byIndex.put(index, oldest);
    }

    Membership latest() {
        return byIndex.lastEntry().getValue();
    }

    /** The index of the entry that brought {@link #latest}; 0 if blank. */
    long latestIndex() {
        return byIndex.lastKey();
    }

    /** The membership in force at {@code index}, and the index of its entry. */
    Map.Entry<Long, Membership> at(long index) {
        Map.Entry<Long, Membership> found = byIndex.floorEntry(index);
        if (found == null) {
            throw new IllegalArgumentException(
                    "the membership at " + index + " is forgotten, the oldest is of " + byIndex.firstKey());
        }
        return found;
    }

    /** All who receive the log by a membership in force at {@code index} or after. */
    SortedSet<ReplicaId> replicasFrom(long index) {
        SortedSet<ReplicaId> all = new TreeSet<>();
        byIndex.tailMap(at(index).getKey(), true).values().forEach(membership -> all.addAll(membership.replicas()));
        return all;
    }

    /** Whether {@code replica} is a voter of a membership in force at {@code index} or after. */
    boolean isVoterFrom(long index, ReplicaId replica) {
        return byIndex.tailMap(at(index).getKey(), true).values().stream()
                .anyMatch(membership -> membership.isVoter(replica));
    }

    void appended(long index, Membership membership) {
        byIndex.put(index, membership);
    }

    /** The log lost its entry at {@code index} and all after it. */
    void truncatedFrom(long index) {
        byIndex.tailMap(index, true).clear();
    }

    /** A snapshot has taken the place of the whole log: nothing but its own membership is known. */
    void installed(SnapshotPoint point) {
        byIndex.clear();
        byIndex.put(point.membershipIndex(), point.membership());
    }

    /** A snapshot covers the log up to {@code index}: nobody will ask for what was in force before. */
    void snapshotTaken(long index) {
        byIndex.headMap(at(index).getKey(), false).clear();
    }
}
