package io.quarkiverse.raftconfig.rest;

import java.util.Map;
import java.util.SortedSet;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;

import org.jspecify.annotations.Nullable;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import io.quarkiverse.raftconfig.core.ClusterId;
import io.quarkiverse.raftconfig.core.Membership;
import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.core.ReplicaId;
import io.quarkiverse.raftconfig.node.NodeStatus;
import io.quarkiverse.raftconfig.node.RaftNode;
import io.smallrye.mutiny.Uni;

/** How this node is: answered from what it knows, at once, whatever the cluster does. */
@Singleton
public class StatusReads {
    private final Exchange exchange;
    private final RaftNode node;

    @Inject
    public StatusReads(Exchange exchange, RaftNode node) {
        this.exchange = exchange;
        this.node = node;
    }

    Uni<Response> read(HttpHeaders headers) {
        return exchange.answer(() -> {
            MediaTypes.accepted(headers, MediaTypes.JSON);
            return Uni.createFrom()
                    .item(Response.ok(Json.bytes(view(node.status(), node.state().revision())), MediaTypes.JSON));
        });
    }

    private static ObjectNode view(NodeStatus status, long revision) {
        NodeId leader = status.leader();
        ClusterId cluster = status.identity().clusterId();
        ObjectNode view = Json.object()
                .put("nodeId", status.identity().nodeId().value())
                .put("clusterId", cluster == null ? null : cluster.toString())
                .put("storageId", status.identity().storageId().toString())
                .put("role", status.role().name())
                .put("term", status.term())
                .put("leader", leader == null ? null : leader.value())
                .put("commitIndex", status.commitIndex())
                .put("lastApplied", status.lastApplied())
                .put("lastLogIndex", status.lastLogIndex())
                .put("snapshotIndex", status.snapshotIndex())
                .put("revision", revision)
                .put("caughtUp", status.caughtUp())
                .put("reachableVoters", status.reachableVoters())
                .put("stopping", status.stopping())
                .put("degraded", status.degraded())
                .put("wayOut", wayOut(status))
                .put("place", status.place().name())
                .put("waitingFor", status.waitingFor());
        view.set("membership", membership(status.membership(), status.membershipIndex()));
        view.set("committedMembership", membership(status.committedMembership(), status.committedMembershipIndex()));
        view.put("changingMembership", status.changing());
        view.set("peers", peers(status));
        return view;
    }

    /** What an operator can do about a node that takes no part; null if it does. */
    private static @Nullable String wayOut(NodeStatus status) {
        if (status.degraded() != null) {
            return "mend what the reason names, then restart this process: its data stays. If the disk is lost, start it with an "
                    + "empty data directory and take it in anew with POST /members";
        }
        return switch (status.place()) {
            case BLANK, VOTER, LEARNER -> null;
            case REMOVED -> "the cluster goes on without this node: stop it, or take it in again with POST /members";
            case REPLACED ->
                "the cluster has another node of this name, with another data directory: stop this one, or start it "
                        + "with an empty data directory under a name of its own";
        };
    }

    private static ObjectNode membership(Membership membership, long index) {
        ObjectNode view = Json.object().put("index", index).put("joint", membership.isJoint());
        view.set("voters", replicas(membership.voters(), membership));
        view.set("oldVoters", replicas(membership.oldVoters(), membership));
        view.set("learners", replicas(membership.learners(), membership));
        return view;
    }

    private static ArrayNode replicas(SortedSet<ReplicaId> replicas, Membership membership) {
        ArrayNode list = Json.object().arrayNode();
        for (ReplicaId replica : replicas) {
            list.addObject().put("id", replica.node().value()).put("storageId", replica.storage().toString())
                    .put("address", membership.addresses().get(replica.node()));
        }
        return list;
    }

    /** Only a leader knows what the others hold. */
    private static ArrayNode peers(NodeStatus status) {
        ArrayNode list = Json.object().arrayNode();
        for (Map.Entry<NodeId, NodeStatus.Peer> entry : status.peers().entrySet()) {
            NodeStatus.Peer peer = entry.getValue();
            ReplicaId replica = peer.replica();
            ObjectNode view = list.addObject().put("id", entry.getKey().value())
                    .put("storageId", replica == null ? null : replica.storage().toString())
                    .put("connected", peer.connected())
                    .put("problem", peer.problem());
            MembershipViews.progress(view, peer.matchIndex(), status.lastLogIndex());
            MembershipViews.catchUp(view, status.catchUp().get(entry.getKey()));
        }
        return list;
    }
}
