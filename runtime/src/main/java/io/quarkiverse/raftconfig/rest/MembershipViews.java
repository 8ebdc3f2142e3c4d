package io.quarkiverse.raftconfig.rest;

import org.jspecify.annotations.Nullable;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import io.quarkiverse.raftconfig.core.Membership;
import io.quarkiverse.raftconfig.core.ReplicaId;
import io.quarkiverse.raftconfig.node.NodeStatus;

/** What a client is shown of the members. */
final class MembershipViews {
    private MembershipViews() {
    }

    /** The latest membership, member by member with what is known of each, and the one that is committed. */
    static ObjectNode whole(NodeStatus status) {
        ObjectNode view = membership(status.membership(), status.membershipIndex(), status);
        view.put("changing", status.changing());
        view.set("committed", membership(status.committedMembership(), status.committedMembershipIndex(), null));
        return view;
    }

    /** @param status for what is known of each member; null to leave that out */
    static ObjectNode membership(Membership membership, long index, @Nullable NodeStatus status) {
        ObjectNode view = Json.object().put("index", index).put("joint", membership.isJoint());
        ArrayNode list = view.putArray("members");
        for (ReplicaId replica : membership.replicas()) {
            ObjectNode member = list.addObject().put("id", replica.node().value())
                    .put("storageId", replica.storage().toString())
                    .put("address", membership.addresses().get(replica.node()))
                    .put("voter", membership.voters().contains(replica));
            if (membership.isJoint()) {
                member.put("oldVoter", membership.oldVoters().contains(replica));
            }
            if (status != null) {
                known(member, replica, status);
            }
        }
        return view;
    }

    /** What only a leader knows is null on others; so is what is known of another incarnation. */
    private static void known(ObjectNode member, ReplicaId replica, NodeStatus status) {
        NodeStatus.Peer peer = status.peers().get(replica.node());
        if (replica.equals(status.identity().replica())) {
            boolean leads = replica.node().equals(status.leader());
            member.put("connected", true);
            progress(member, leads ? status.lastLogIndex() : -1, status.lastLogIndex());
        } else {
            boolean connected = peer != null && peer.connected() && replica.equals(peer.replica());
            member.put("connected", connected);
            progress(member, peer == null ? -1 : peer.matchIndex(), status.lastLogIndex());
        }
        catchUp(member, status.catchUp().get(replica.node()));
    }

    static void progress(ObjectNode view, long matchIndex, long lastLogIndex) {
        if (matchIndex < 0) {
            view.putNull("matchIndex").putNull("lag");
        } else {
            view.put("matchIndex", matchIndex).put("lag", Math.max(0, lastLogIndex - matchIndex));
        }
    }

    static void catchUp(ObjectNode view, NodeStatus.@Nullable CatchUp catchUp) {
        if (catchUp == null) {
            view.putNull("catchUp");
        } else {
            view.putObject("catchUp").put("round", catchUp.round()).put("entriesBehind", catchUp.entriesBehind());
        }
    }
}
