package io.quarkiverse.raftconfig.health;

import jakarta.enterprise.context.ApplicationScoped;

import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;

/**
 * Up while the node's loop turns. Neither a lost quorum nor a bad disk is cured by a restart, so neither is looked at.
 */
@Liveness
@ApplicationScoped
public class RaftConfigLivenessCheck implements HealthCheck {
    private final NodeHealth health;

    RaftConfigLivenessCheck(NodeHealth health) {
        this.health = health;
    }

    @Override
    public HealthCheckResponse call() {
        return HealthData.response(health.status(), health.loopTurns() ? null : "the node's loop does not turn");
    }
}
