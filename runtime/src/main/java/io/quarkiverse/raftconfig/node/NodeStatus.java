package io.quarkiverse.raftconfig.node;

import java.util.SortedMap;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.core.Membership;
import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.core.ReplicaId;
import io.quarkiverse.raftconfig.core.Role;

/**
 * A node at one moment, for health, metrics and {@code GET /status}. Immutable.
 *
 * @param leader null if none is known
 * @param snapshotIndex the last index covered by the newest durable snapshot; 0 for none
 * @param reachableVoters voters that this node is connected with, itself included
 * @param peers what this node knows of each other member, by node id
 * @param committedMembership the latest that is known to be committed
 * @param changing whether the membership is not at rest: the latest is joint, or not known to be committed, or new voters
 *        catch up
 * @param catchUp on a leader, how far those are that are to become voters by the change under way
 * @param place what this node is by the latest membership
 * @param hasState whether the first state is there: the node belongs to a cluster and has applied its first membership
 * @param caughtUp whether a leader was heard of since the start, an entry of the current term was seen committed, and all
 *        that was in the log at boot is applied
 * @param stopping whether the orderly stop has begun
 * @param degraded why this node takes no part any more; null while it does
 * @param waitingFor what a node that has no state yet waits for; null if it has
 */
public record NodeStatus(Identity identity, Role role, long term, @Nullable NodeId leader, long commitIndex,
        long lastApplied, long lastLogIndex, long snapshotIndex, long revision, Membership membership,
        long membershipIndex, Membership committedMembership, long committedMembershipIndex, boolean changing,
        SortedMap<NodeId, CatchUp> catchUp, Place place, int reachableVoters, SortedMap<NodeId, Peer> peers, boolean hasState,
        boolean caughtUp,
        boolean stopping, @Nullable String degraded, @Nullable String waitingFor) {
    /**
     * @param replica as it has shown itself last; null if the peer has never shown its incarnation
     * @param matchIndex what the leader knows it to hold; -1 on others than the leader
     * @param problem why this node can't work with it, and what to do, in words for people; null if all is well
     */
    public record Peer(@Nullable ReplicaId replica, boolean connected, long matchIndex, @Nullable String problem) {
    }

    /**
     * @param round of catching up, from 1
     * @param entriesBehind what it is not known to hold of the leader's log
     */
    public record CatchUp(int round, long entriesBehind) {
    }

    /** What a node is to its cluster. */
    public enum Place {
        /** It belongs to no cluster. */
        BLANK,
        VOTER,
        LEARNER,
        /** The cluster goes on without it. */
        REMOVED,
        /** The cluster has another node of this name, with another data directory. */
        REPLACED
    }
}
