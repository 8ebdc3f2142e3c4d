package io.quarkiverse.raftconfig.wire;

import java.util.concurrent.ThreadLocalRandom;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.core.ClusterId;
import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.core.ReplicaId;
import io.quarkiverse.raftconfig.node.PeerTransport;

/** What this node shows of itself in handshakes. Lives on the loop. */
final class Self {
    private final ReplicaId replica;
    private final long process;
    private @Nullable ClusterId cluster;

    /** @param process names this process, among all that may have the same identity: earlier ones, and copies */
    Self(PeerTransport.Local local, long process) {
        this.replica = local.replica();
        this.cluster = local.clusterId();
        this.process = process;
    }

    NodeId node() {
        return replica.node();
    }

    /** Null while blank. */
    @Nullable
    ClusterId cluster() {
        return cluster;
    }

    void joined(ClusterId joined) {
        cluster = joined;
    }

    /** Whether a node of {@code other}, which is null for a blank one, is none of the own cluster's. */
    boolean isOfAnother(@Nullable ClusterId other) {
        return cluster != null && other != null && !cluster.equals(other);
    }

    /** @param lost as {@link Hello#lost} */
    Hello hello(@Nullable NodeId to, long lost) {
        long connection = ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE);
        return new Hello(Hello.VERSION, Hello.VERSION, cluster, replica, to, process, connection, lost);
    }

    Welcome welcome() {
        return new Welcome(Hello.VERSION, cluster, replica, process);
    }
}
