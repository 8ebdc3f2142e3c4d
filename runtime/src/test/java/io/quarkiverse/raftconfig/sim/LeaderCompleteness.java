package io.quarkiverse.raftconfig.sim;

import java.util.HashSet;
import java.util.Set;

import io.quarkiverse.raftconfig.core.Role;
import io.quarkiverse.raftconfig.node.NodeStatus;

/** Figure 3: an entry that was committed in a term is in the logs of the leaders of all later terms. */
final class LeaderCompleteness extends Invariant {
    private final CommitRule commits;
    private final Set<Long> seen = new HashSet<>();

    LeaderCompleteness(CommitRule commits) {
        this.commits = commits;
    }

    @Override
    void stepped(SimNode node, NodeStatus before, NodeStatus now) {
        if (now.role() != Role.LEADER || !seen.add(now.term())) {
            return;
        }
        long index = commits.committedBefore(now.term());
        // All that it has at its election is durable: it could not have asked for votes before.
        DurableLog log = node.disk().log();
        require(index <= log.lastIndex() && (index < log.baseIndex() || log.hashAt(index) == commits.hashAt(index)),
                () -> node + " leads in term " + now.term() + " and does not hold entry " + index
                        + ", which was committed in a term before");
    }
}
