package io.quarkiverse.raftconfig.rest;

import java.util.Map;
import java.util.SortedSet;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;

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
                .put("waitingFor", status.waitingFor());
        view.set("membership", membership(status));
        view.set("peers", peers(status));
        return view;
    }

    private static ObjectNode membership(NodeStatus status) {
        Membership membership = status.membership();
        ObjectNode view = Json.object().put("index", status.membershipIndex()).put("joint", membership.isJoint());
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
                    .put("connected", peer.connected());
            if (peer.matchIndex() < 0) {
                view.putNull("matchIndex").putNull("lag");
            } else {
                view.put("matchIndex", peer.matchIndex()).put("lag", Math.max(0, status.lastLogIndex() - peer.matchIndex()));
            }
        }
        return list;
    }
}
