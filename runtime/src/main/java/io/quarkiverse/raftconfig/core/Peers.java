package io.quarkiverse.raftconfig.core;

import java.util.Collections;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;

import org.jspecify.annotations.Nullable;

/**
 * Those to whom a leader sends its log, each with its {@link Progress}: the replicas of the latest membership and of those
 * before it, back to the latest that is committed (§6). One that is in none of them any more has left, and is sent the log for
 * an election timeout more, so that it learns of that.
 */
final class Peers {
    private final RaftState node;
    private final SortedMap<ReplicaId, Progress> progress = new TreeMap<>();
    /** Of those that have left, until when. */
    private final SortedMap<ReplicaId, Long> leaving = new TreeMap<>();
    private long latestFollowed = RaftLog.ABSENT;
    private long committedFollowed = RaftLog.ABSENT;

    Peers(RaftState node) {
        this.node = node;
        follow();
    }

    /** To be called when there may be another membership, or another one committed. Whoever stays keeps its progress. */
    void follow() {
        long latest = node.memberships.latestIndex();
        long committed = node.committedMembershipIndex();
        if (latest != latestFollowed || committed != committedFollowed) {
            latestFollowed = latest;
            committedFollowed = committed;
            follow(node.memberships.replicasFrom(committed));
        }
        leaving.forEach((replica, until) -> {
            if (node.now() >= until) {
                progress.remove(replica);
            }
        });
        leaving.keySet().retainAll(progress.keySet());
    }

    private void follow(SortedSet<ReplicaId> members) {
        leaving.keySet().removeAll(members);
        for (ReplicaId replica : progress.keySet()) {
            if (!members.contains(replica)) {
                leaving.putIfAbsent(replica, node.now() + node.settings.electionTimeoutMillis());
            }
        }
        for (ReplicaId replica : members) {
            if (!replica.equals(node.self)) {
                progress.computeIfAbsent(replica,
                        added -> new Progress(node.settings, node.log.last().index() + 1, node.now()));
            }
        }
    }

    boolean isEmpty() {
        return progress.isEmpty();
    }

    SortedMap<ReplicaId, Progress> progress() {
        return Collections.unmodifiableSortedMap(progress);
    }

    SortedSet<ReplicaId> replicas() {
        return new TreeSet<>(progress.keySet());
    }

    /** Null if {@code replica} is sent nothing. */
    @Nullable
    Progress find(ReplicaId replica) {
        return progress.get(replica);
    }

    /** @throws IllegalStateException if {@code replica} is sent nothing, though a membership names it */
    Progress of(ReplicaId replica) {
        Progress found = progress.get(replica);
        if (found == null) {
            throw new IllegalStateException("no progress is kept of the member " + replica);
        }
        return found;
    }

    /** What each of them is known to hold; {@link Long#MAX_VALUE} if there are none. */
    long matchedByAll() {
        long matched = Long.MAX_VALUE;
        for (Progress each : progress.values()) {
            matched = Math.min(matched, each.matchIndex());
        }
        return matched;
    }

    /** The last index of the oldest snapshot that is being sent to one of them; {@link Long#MAX_VALUE} for none. */
    long sendingFrom() {
        long index = Long.MAX_VALUE;
        for (Progress each : progress.values()) {
            index = Math.min(index, each.sendingFrom());
        }
        return index;
    }

    void forEach(BiConsumer<ReplicaId, Progress> action) {
        progress.forEach(action);
    }
}
