package io.quarkiverse.raftconfig.rest;

import java.util.function.Supplier;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.Response;

import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.log.RaftConfigLog;
import io.quarkiverse.raftconfig.node.NodeStatus;
import io.quarkiverse.raftconfig.node.RaftNode;
import io.smallrye.mutiny.Uni;

/** What all answers have in common: who gives them, and how a failure is told. */
@Singleton
public class Exchange {
    private final RaftNode node;

    @Inject
    public Exchange(RaftNode node) {
        this.node = node;
    }

    /** The answer that {@code call} makes, or the problem that it meets. Never fails. */
    Uni<Response> answer(Supplier<Uni<Response.ResponseBuilder>> call) {
        return Uni.createFrom().deferred(call::get).onFailure().recoverWithItem(Exchange::problemOf).map(this::signed);
    }

    Uni<Response> problem(Problem problem) {
        return Uni.createFrom().item(() -> told(problem));
    }

    Response told(Problem problem) {
        return signed(problem.response());
    }

    private static Response.ResponseBuilder problemOf(Throwable failure) {
        Problem problem = Problem.of(failure);
        if (problem.isUnexpected()) {
            RaftConfigLog.LOG.requestFailed(failure);
        }
        return problem.response();
    }

    private Response signed(Response.ResponseBuilder response) {
        NodeStatus status = node.status();
        NodeId leader = status.leader();
        return response
                .header("Raft-Config-Revision", node.state().revision())
                .header("Raft-Config-Node", status.identity().nodeId().value())
                .header("Raft-Config-Leader", leader == null ? "" : leader.value())
                .header("Cache-Control", "no-store")
                .build();
    }
}
