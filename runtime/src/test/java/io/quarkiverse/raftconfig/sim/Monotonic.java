package io.quarkiverse.raftconfig.sim;

import java.util.HashMap;
import java.util.Map;

import io.quarkiverse.raftconfig.core.HardState;
import io.quarkiverse.raftconfig.core.ReplicaId;
import io.quarkiverse.raftconfig.node.NodeStatus;
import io.quarkiverse.raftconfig.node.StoreWrite;

/**
 * §5.1 and §5.3: the term, the commit index and what is applied never go back while a process lives; applied is at most what is
 * committed, and that at most the end of the log. On the disk term and vote never go back, over all lives.
 */
final class Monotonic extends Invariant {
    private final Map<ReplicaId, HardState> stored = new HashMap<>();

    @Override
    void stepped(SimNode node, NodeStatus before, NodeStatus now) {
        require(now.term() >= before.term(), () -> node + " went from term " + before.term() + " to " + now.term());
        // A founder begins its log anew, once: what it had been before was blank.
        require(now.commitIndex() >= before.commitIndex(),
                () -> node + ": commit index from " + before.commitIndex() + " to " + now.commitIndex());
        require(now.lastApplied() >= before.lastApplied(),
                () -> node + ": applied from " + before.lastApplied() + " to " + now.lastApplied());
        require(now.lastApplied() <= now.commitIndex() && now.commitIndex() <= now.lastLogIndex(),
                () -> node + ": applied " + now.lastApplied() + ", committed " + now.commitIndex() + ", log up to "
                        + now.lastLogIndex());
    }

    @Override
    void durable(SimNode node, StoreWrite write) {
        HardState next = write.hardState();
        if (next == null) {
            return;
        }
        HardState last = stored.put(node.replica(), next);
        require(last == null || next.term() > last.term() || (next.term() == last.term()
                && (last.votedFor() == null || last.votedFor().equals(next.votedFor()))),
                () -> node + " stores " + next + " after " + last);
    }
}
