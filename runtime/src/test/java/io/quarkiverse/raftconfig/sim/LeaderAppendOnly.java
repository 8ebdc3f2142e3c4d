package io.quarkiverse.raftconfig.sim;

import io.quarkiverse.raftconfig.core.Role;
import io.quarkiverse.raftconfig.node.NodeStatus;
import io.quarkiverse.raftconfig.node.StoreWrite;

/** Figure 3: a leader never overwrites or deletes entries in its log; it only appends new ones. */
final class LeaderAppendOnly extends Invariant {
    @Override
    void persisting(SimNode node, StoreWrite write) {
        if (write.entries().isEmpty()) {
            return;
        }
        NodeStatus status = node.requireLife().status;
        // What a leader has given to its disk before it led was durable before it asked for votes.
        boolean ofThisTerm = write.entries().get(0).term() == status.term();
        long first = write.entries().get(0).index();
        require(status.role() != Role.LEADER || !ofThisTerm || first > node.disk().log().lastIndex(),
                () -> node + " leads in term " + status.term() + " and overwrites entry " + first + " of a log up to "
                        + node.disk().log().lastIndex());
    }
}
