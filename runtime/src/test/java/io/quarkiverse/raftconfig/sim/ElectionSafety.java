package io.quarkiverse.raftconfig.sim;

import java.util.HashMap;
import java.util.Map;

import io.quarkiverse.raftconfig.core.Message;
import io.quarkiverse.raftconfig.core.ReplicaId;
import io.quarkiverse.raftconfig.core.Role;
import io.quarkiverse.raftconfig.node.NodeStatus;

/** Figure 3: at most one leader is elected in a term. */
final class ElectionSafety extends Invariant {
    private final Map<Long, ReplicaId> leaders = new HashMap<>();

    @Override
    void sent(SimNode from, Message message) {
        long term = termOfLeader(message);
        if (term > 0) {
            leads(message.from(), term);
        }
    }

    @Override
    void stepped(SimNode node, NodeStatus before, NodeStatus now) {
        if (now.role() == Role.LEADER) {
            leads(node.replica(), now.term());
        }
    }

    private void leads(ReplicaId replica, long term) {
        ReplicaId other = leaders.putIfAbsent(term, replica);
        require(other == null || other.equals(replica), () -> "both " + other + " and " + replica + " lead in term " + term);
    }
}
