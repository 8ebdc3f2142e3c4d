package io.quarkiverse.raftconfig.sim;

import java.util.SortedSet;

import io.quarkiverse.raftconfig.core.Membership;
import io.quarkiverse.raftconfig.core.ReplicaId;
import io.quarkiverse.raftconfig.node.NodeStatus;

/**
 * No node finds itself broken: it takes no part any more only if its disk has failed. Its membership is one that can decide,
 * and what waits within it is bounded.
 */
final class SoundNode extends Invariant {
    private static final int TIMERS_MAX = 5_000;
    private static final int DISK_TASKS_MAX = 100;

    @Override
    void stepped(SimNode node, NodeStatus before, NodeStatus now) {
        String degraded = now.degraded();
        if (degraded != null && before.degraded() == null) {
            require(degraded.contains("data directory") || degraded.contains("disk"), () -> node + " is degraded: " + degraded);
        }
        if (now.membershipIndex() != before.membershipIndex()) {
            requireValid(node, now.membership());
        }
        SimNode.Life life = node.requireLife();
        require(life.loop.timers() < TIMERS_MAX && life.lanes.waiting() < DISK_TASKS_MAX, () -> node + " has "
                + life.loop.timers() + " timers, and " + life.lanes.waiting() + " tasks wait for its disk");
    }

    private void requireValid(SimNode node, Membership membership) {
        // Who takes the place of a voter of the same name is a learner first.
        require(isEachOnce(membership.voters()) && isEachOnce(membership.oldVoters()) && isEachOnce(membership.learners()),
                () -> node + " has a membership with a node twice: " + membership);
        require(membership.isBlank() || !membership.voters().isEmpty(),
                () -> node + " has a membership without voters: " + membership);
    }

    private static boolean isEachOnce(SortedSet<ReplicaId> replicas) {
        return replicas.stream().map(ReplicaId::node).distinct().count() == replicas.size();
    }
}
