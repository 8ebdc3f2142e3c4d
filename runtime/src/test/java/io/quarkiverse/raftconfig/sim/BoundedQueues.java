package io.quarkiverse.raftconfig.sim;

import io.quarkiverse.raftconfig.node.Insides;
import io.quarkiverse.raftconfig.node.NodeStatus;

/** What waits within a node is bounded, waits for something, and is counted right. */
final class BoundedQueues extends Invariant {
    private final SimOptions options;

    BoundedQueues(SimOptions options) {
        this.options = options;
    }

    @Override
    void stepped(SimNode node, NodeStatus before, NodeStatus now) {
        if (now.degraded() != null) {
            return;
        }
        String fault = Insides.fault(node.requireLife().node, options.raft(), options.inFlightMax(),
                options.allNodes());
        require(fault == null, () -> node + ": " + fault);
    }
}
