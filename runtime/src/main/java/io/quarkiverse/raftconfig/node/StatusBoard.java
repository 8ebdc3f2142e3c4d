package io.quarkiverse.raftconfig.node;

import java.util.SortedMap;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.core.Membership;
import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.core.RaftCore;
import io.quarkiverse.raftconfig.core.ReplicaId;
import io.quarkiverse.raftconfig.core.Role;

/** Shows any thread what the loop knew last. Written on the loop whenever something may have changed. */
final class StatusBoard {
    private final NodeSettings settings;
    private volatile NodeStatus status;

    /** What the core does not know. */
    record Situation(Identity identity, SortedMap<NodeId, ReplicaId> connected, long lastApplied, long snapshotIndex,
            long revision, SortedMap<NodeId, String> problems, boolean takesPart, boolean hasState, boolean caughtUp,
            boolean stopping,
            @Nullable String degraded, @Nullable String waitingFor) {
    }

    StatusBoard(NodeSettings settings, RaftCore core, Situation first) {
        this.settings = settings;
        this.status = status(core, first);
    }

    /** From any thread. */
    NodeStatus status() {
        return status;
    }

    void write(RaftCore core, Situation now) {
        status = status(core, now);
    }

    private NodeStatus status(RaftCore core, Situation now) {
        Membership membership = core.membership();
        ReplicaId leader = now.takesPart ? core.leader() : null;
        Role role = now.takesPart || core.role() == Role.LEARNER ? core.role() : Role.FOLLOWER;
        return new NodeStatus(now.identity, role, core.term(), leader == null ? null : leader.node(), core.commitIndex(),
                now.lastApplied, core.lastLog().index(), now.snapshotIndex, now.revision, membership,
                core.membershipIndex(), core.committedMembership(), core.committedMembershipIndex(),
                core.isChangingMembership(), catchUp(core), place(membership, now.identity.replica()),
                reachableVoters(membership, now), peers(membership, now, core.matchIndexes()),
                now.hasState, now.caughtUp, now.stopping, now.degraded, now.waitingFor);
    }

    private static SortedMap<NodeId, NodeStatus.CatchUp> catchUp(RaftCore core) {
        SortedMap<NodeId, NodeStatus.CatchUp> all = new TreeMap<>();
        core.catchUp().forEach((replica, progress) -> all.put(replica.node(),
                new NodeStatus.CatchUp(progress.round(), progress.entriesBehind())));
        return all;
    }

    private static NodeStatus.Place place(Membership membership, ReplicaId self) {
        if (membership.isBlank()) {
            return NodeStatus.Place.BLANK;
        } else if (membership.isVoter(self)) {
            return NodeStatus.Place.VOTER;
        } else if (membership.learners().contains(self)) {
            return NodeStatus.Place.LEARNER;
        }
        boolean another = membership.replicas().stream().anyMatch(replica -> replica.node().equals(self.node()));
        return another ? NodeStatus.Place.REPLACED : NodeStatus.Place.REMOVED;
    }

    private static int reachableVoters(Membership membership, Situation now) {
        ReplicaId self = now.identity.replica();
        int reachable = 0;
        for (ReplicaId replica : membership.replicas()) {
            boolean isReachable = replica.equals(self) || replica.equals(now.connected.get(replica.node()));
            if (membership.isVoter(replica) && isReachable) {
                reachable++;
            }
        }
        return reachable;
    }

    /** All others that the membership names; before there is one, all that the settings name. */
    private SortedMap<NodeId, NodeStatus.Peer> peers(Membership membership, Situation now,
            SortedMap<ReplicaId, Long> matchIndexes) {
        SortedMap<NodeId, NodeStatus.Peer> peers = new TreeMap<>();
        if (membership.isBlank()) {
            for (NodeId node : settings.members().keySet()) {
                peers.put(node, peer(now, node, -1));
            }
        }
        for (ReplicaId replica : membership.replicas()) {
            peers.put(replica.node(), peer(now, replica.node(), matchIndexes.getOrDefault(replica, -1L)));
        }
        peers.remove(now.identity.nodeId());
        return peers;
    }

    private static NodeStatus.Peer peer(Situation now, NodeId node, long matchIndex) {
        ReplicaId shown = now.connected.get(node);
        return new NodeStatus.Peer(shown, shown != null, matchIndex, now.problems.get(node));
    }
}
