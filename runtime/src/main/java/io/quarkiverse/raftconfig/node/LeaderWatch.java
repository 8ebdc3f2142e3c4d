package io.quarkiverse.raftconfig.node;

import java.util.Objects;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.core.RaftCore;
import io.quarkiverse.raftconfig.core.ReplicaId;
import io.quarkiverse.raftconfig.log.RaftConfigLog;

/** Notices when another node leads, or nobody, and tells of it. Lives on the loop. */
final class LeaderWatch {
    private final NodeId self;
    private final Notifier notifier;
    private final Runnable onChange;
    private @Nullable NodeId lastLeader;
    private long lastLeaderTerm;

    /** @param onChange runs on the loop, after each change */
    LeaderWatch(NodeId self, Notifier notifier, Runnable onChange) {
        this.self = self;
        this.notifier = notifier;
        this.onChange = onChange;
    }

    /** Tells if it is another one, or the same in another term, than at the look before. */
    void look(CoreHost host) {
        RaftCore core = host.core();
        ReplicaId leader = host.takesPart() ? core.leader() : null;
        NodeId node = leader == null ? null : leader.node();
        if (Objects.equals(node, lastLeader) && (node == null || core.term() == lastLeaderTerm)) {
            return;
        }
        if (node != null) {
            RaftConfigLog.LOG.leaderChanged(self.value(), node.value(), core.term());
        } else if (lastLeader != null) {
            RaftConfigLog.LOG.leaderLost(self.value(), lastLeader.value(), lastLeaderTerm);
        }
        lastLeader = node;
        lastLeaderTerm = core.term();
        notifier.leaderChanged(node, core.term());
        onChange.run();
    }
}
