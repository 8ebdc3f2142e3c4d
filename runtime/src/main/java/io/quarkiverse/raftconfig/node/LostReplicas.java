package io.quarkiverse.raftconfig.node;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

import io.quarkiverse.raftconfig.core.Membership;
import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.core.ReplicaId;
import io.quarkiverse.raftconfig.log.RaftConfigLog;

/**
 * Members whose place another replica would take: a node of the same name is connected that has an empty data directory. It
 * has no vote, and what it says counts for nothing, for it has forgotten what its predecessor had promised. Lives on the
 * loop.
 */
final class LostReplicas {
    private static final int PAUSE_MILLIS = 20;

    private final ReplicaId self;
    private final Loop loop;
    private final PeerTransport transport;
    private final Allegiance allegiance;

    /** Of each member, when it was connected last; from the first look on. */
    private final Map<ReplicaId, Long> seenAtMillis = new TreeMap<>();
    private long lookedAtMillis = -PAUSE_MILLIS;
    private final Map<NodeId, ReplicaId> told = new TreeMap<>();

    LostReplicas(ReplicaId self, Loop loop, PeerTransport transport, Allegiance allegiance) {
        this.self = self;
        this.loop = loop;
        this.transport = transport;
        this.allegiance = allegiance;
    }

    /** To be called with every step. */
    void lookNowAndThen(Membership membership) {
        if (loop.nowMillis() >= lookedAtMillis + PAUSE_MILLIS) {
            look(membership);
        }
    }

    /** To be called whenever a peer connects. */
    void look(Membership membership) {
        lookedAtMillis = loop.nowMillis();
        SortedMap<NodeId, ReplicaId> connected = transport.connected();
        seenAtMillis.keySet().retainAll(membership.replicas());
        for (ReplicaId member : membership.replicas()) {
            if (member.equals(connected.get(member.node()))) {
                seenAtMillis.put(member, loop.nowMillis());
            } else {
                seenAtMillis.putIfAbsent(member, loop.nowMillis());
            }
        }
        SortedMap<NodeId, ReplicaId> successors = successors(membership, connected);
        told.keySet().retainAll(successors.keySet());
        successors.forEach((node, successor) -> {
            if (!successor.equals(told.put(node, successor))) {
                RaftConfigLog.LOG.memberIsBlank(self.node().value(), node.value());
            }
        });
    }

    /** The replicas that would take the place of members, by node id. */
    SortedMap<NodeId, ReplicaId> successors(Membership membership) {
        return successors(membership, transport.connected());
    }

    private SortedMap<NodeId, ReplicaId> successors(Membership membership, SortedMap<NodeId, ReplicaId> connected) {
        SortedMap<NodeId, ReplicaId> successors = new TreeMap<>();
        connected.forEach((node, replica) -> {
            boolean named = membership.replicas().stream().anyMatch(member -> member.node().equals(node));
            if (named && allegiance.isBlank(node) && !membership.replicas().contains(replica)) {
                successors.put(node, replica);
            }
        });
        return successors;
    }

    /** For how long {@code member} has not been seen. */
    long unseenMillis(ReplicaId member) {
        return loop.nowMillis() - seenAtMillis.getOrDefault(member, loop.nowMillis());
    }

    /** What is wrong with each peer that this node can't work with. */
    SortedMap<NodeId, String> problems(Membership membership, SortedMap<NodeId, ReplicaId> connected) {
        SortedMap<NodeId, String> problems = new TreeMap<>(transport.notConnected());
        successors(membership, connected).keySet()
                .forEach(node -> problems.put(node, "it has come back with an empty data directory and "
                        + "so has no vote: put its data directory back, or have it replaced by asking for the members as they are, or "
                        + "by quarkus.raft-config.replace-lost-after"));
        return problems;
    }
}
