package io.quarkiverse.raftconfig.node;

import java.util.List;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.core.Entry;
import io.quarkiverse.raftconfig.core.Input;
import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.core.RaftCore;
import io.quarkiverse.raftconfig.core.ReplicaId;
import io.quarkiverse.raftconfig.core.Role;

/** Where the leader is, as far as this node knows. Lives on the loop. */
final class Route {
    static final String LEFT_OUT = "this node is no member of the cluster any more: ask one that is";

    private final ReplicaId self;
    private @Nullable CoreHost host;
    private boolean hasBeenMember;

    Route(ReplicaId self) {
        this.self = self;
    }

    void begin(CoreHost host) {
        this.host = host;
    }

    /** @throws IllegalStateException before the start */
    RaftCore core() {
        if (host == null) {
            throw new IllegalStateException("not started");
        }
        return host.core();
    }

    /** True if this node leads, and takes part. */
    boolean leadsHere() {
        CoreHost here = host;
        return here != null && here.takesPart() && here.core().role() == Role.LEADER;
    }

    /** To be called with every step. */
    void look() {
        hasBeenMember |= isMember();
    }

    /**
     * True if the cluster goes on without this node, as far as it knows: what is decided from now on does not reach it. A node
     * that is being taken in may know an earlier membership than its own; but a leader talks to it.
     */
    boolean isLeftOut() {
        CoreHost here = host;
        return here != null && !here.core().membership().isBlank() && !isMember()
                && (hasBeenMember || here.core().leader() == null);
    }

    private boolean isMember() {
        CoreHost here = host;
        return here != null && (here.core().membership().replicas().contains(self)
                || here.core().committedMembership().replicas().contains(self));
    }

    /** The term in which this node leads, if it does. */
    long term() {
        CoreHost here = host;
        return here == null ? 0 : here.core().term();
    }

    /** What is in the log after {@code index}, committed or not. */
    List<Entry> entriesAfter(long index) {
        CoreHost here = host;
        return here == null ? List.of() : here.core().entriesAfter(index);
    }

    /** Another node that leads; null if none is known. */
    @Nullable
    NodeId leaderElsewhere() {
        CoreHost here = host;
        ReplicaId leader = here == null || !here.takesPart() ? null : here.core().leader();
        return leader == null || leader.node().equals(self.node()) ? null : leader.node();
    }

    void feed(Input input) {
        CoreHost here = host;
        if (here != null) {
            here.feed(input);
        }
    }
}
