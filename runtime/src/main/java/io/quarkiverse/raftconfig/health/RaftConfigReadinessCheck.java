package io.quarkiverse.raftconfig.health;

import jakarta.enterprise.context.ApplicationScoped;

import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;
import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.node.NodeStatus;

/**
 * Up while this node knows a leader and has caught up with what was known when it started; by setting, while it has any
 * state. Down while it is degraded or shutting down.
 */
@Readiness
@ApplicationScoped
public class RaftConfigReadinessCheck implements HealthCheck {
    private final NodeHealth health;

    RaftConfigReadinessCheck(NodeHealth health) {
        this.health = health;
    }

    @Override
    public HealthCheckResponse call() {
        NodeStatus status = health.status();
        return HealthData.response(status, notReady(status));
    }

    private @Nullable String notReady(NodeStatus status) {
        if (status.degraded() != null) {
            return status.degraded();
        } else if (status.stopping() || health.stopping()) {
            return "the node is shutting down";
        } else if (!status.hasState()) {
            return HealthData.waits(status);
        } else if (status.place() == NodeStatus.Place.REPLACED) {
            return "another node of this name, with another data directory, is the member: if this one is to be one again, give it "
                    + "another name and an empty data directory, and join";
        } else if (status.place() == NodeStatus.Place.REMOVED) {
            return "this node is no member any more, and its state does not change; if it is to be one again, ask for that";
        } else if (!health.readyWithLeaderOnly()) {
            return null;
        } else if (status.leader() == null) {
            return "no leader is known; the state shown is the last known one";
        }
        return status.caughtUp() ? null : "catches up with the leader; the state shown is the last known one";
    }
}
