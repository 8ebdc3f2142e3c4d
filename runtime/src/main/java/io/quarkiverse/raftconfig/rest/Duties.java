package io.quarkiverse.raftconfig.rest;

import java.time.Duration;
import java.util.Set;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.validation.Validator;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.core.ReplicaId;
import io.quarkiverse.raftconfig.node.NodeStatus;
import io.quarkiverse.raftconfig.node.RaftNode;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;

/** What an operator may ask of one node: to lead, and to take a snapshot now. The body names that node. */
@Singleton
public class Duties {
    private static final Set<String> PARAMETERS = Set.of("timeout");

    private final Exchange exchange;
    private final RaftNode node;
    private final Validator validator;

    @Inject
    public Duties(Exchange exchange, RaftNode node, Validator validator) {
        this.exchange = exchange;
        this.node = node;
        this.validator = validator;
    }

    /** {@code {"to": "b"}}, to whichever node. Done when the leader has ceased to lead because of it. */
    Uni<Response> transferLeadership(UriInfo uri, HttpHeaders headers, byte @Nullable [] sent) {
        return exchange.answer(() -> {
            Order order = order(uri, headers, sent, "to");
            refuseUnlessVoter(order.node);
            return Uni.createFrom().completionStage(() -> node.transferLeadership(order.node, order.timeout.toMillis()))
                    .emitOn(Infrastructure.getDefaultWorkerPool())
                    .map(done -> Response.ok(Json.bytes(Json.object().put("to", order.node.value())), MediaTypes.JSON));
        });
    }

    /** {@code {"nodeId": "b"}}, to that node. */
    Uni<Response> takeSnapshot(UriInfo uri, HttpHeaders headers, byte @Nullable [] sent) {
        return exchange.answer(() -> {
            Order order = order(uri, headers, sent, "nodeId");
            NodeId self = node.status().identity().nodeId();
            if (!self.equals(order.node)) {
                throw Problem.conflict("This is node " + self + ", and each node takes its own snapshots: ask "
                        + order.node + " itself");
            }
            return Uni.createFrom().completionStage(() -> node.takeSnapshot(order.timeout.toMillis()))
                    .emitOn(Infrastructure.getDefaultWorkerPool())
                    .map(last -> Response.ok(Json.bytes(Json.object().put("nodeId", self.value())
                            .put("snapshotIndex", last.index()).put("snapshotTerm", last.term())), MediaTypes.JSON));
        });
    }

    private record Order(NodeId node, Duration timeout) {
    }

    private Order order(UriInfo uri, HttpHeaders headers, byte @Nullable [] sent, String field) {
        byte[] bytes = Members.body(headers, sent);
        Checks checks = new Checks(validator);
        NodeNameBody body = NodeNameBody.read(bytes, field, checks);
        Query query = new Query(uri, PARAMETERS, checks);
        // The same constraints; no If-Match counts here.
        ChangeRequest request = checks.valid(new ChangeRequest(query.get("timeout"), null));
        Duration timeout = Durations.timeout(request.timeout(), checks);
        checks.done();
        return new Order(new NodeId(body.node()), timeout);
    }

    private void refuseUnlessVoter(NodeId to) {
        NodeStatus now = node.status();
        boolean member = false;
        for (ReplicaId replica : now.membership().replicas()) {
            if (replica.node().equals(to)) {
                member = true;
                if (now.membership().voters().contains(replica)) {
                    return;
                }
            }
        }
        throw member ? Problem.conflict(to + " has no vote, and can't lead: make it a voter first")
                : Problem.notFound("There is no member " + to);
    }
}
