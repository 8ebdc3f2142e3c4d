package io.quarkiverse.raftconfig.health;

import jakarta.enterprise.context.ApplicationScoped;

import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Startup;

import io.quarkiverse.raftconfig.node.NodeStatus;

/** Up once the first state is there. */
@Startup
@ApplicationScoped
public class RaftConfigStartupCheck implements HealthCheck {
    private final NodeHealth health;

    RaftConfigStartupCheck(NodeHealth health) {
        this.health = health;
    }

    @Override
    public HealthCheckResponse call() {
        NodeStatus status = health.status();
        return HealthData.response(status, status.hasState() ? null
                : HealthData.waits(status));
    }
}
