package io.quarkiverse.raftconfig.health;

import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.node.NodeStatus;

/** The fields that all three checks show. */
final class HealthData {
    private HealthData() {
    }

    /** @param reason why the check is down; null if it is up */
    static HealthCheckResponse response(NodeStatus status, @Nullable String reason) {
        NodeId leader = status.leader();
        HealthCheckResponseBuilder response = HealthCheckResponse.named("raft-config")
                .status(reason == null)
                .withData("nodeId", status.identity().nodeId().value())
                .withData("role", status.role().name())
                .withData("leader", leader == null ? "" : leader.value())
                .withData("term", status.term())
                .withData("commitIndex", status.commitIndex())
                .withData("lastApplied", status.lastApplied())
                .withData("revision", status.revision())
                .withData("voters", status.membership().voters().size())
                .withData("reachableVoters", status.reachableVoters());
        return (reason == null ? response : response.withData("reason", reason)).build();
    }

    /** Why a node without a state is down. */
    static String waits(NodeStatus status) {
        return "waits for " + (status.waitingFor() == null ? "its first state" : status.waitingFor());
    }
}
