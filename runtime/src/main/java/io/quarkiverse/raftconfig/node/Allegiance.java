package io.quarkiverse.raftconfig.node;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.core.ClusterId;
import io.quarkiverse.raftconfig.core.Entry;
import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.core.Payload;
import io.quarkiverse.raftconfig.core.ReplicaId;
import io.quarkiverse.raftconfig.core.Write;

/**
 * Which cluster this node belongs to. A blank one listens to the first cluster that speaks to it, and to no other; it
 * belongs to it from the commit on that holds its first membership. Lives on the loop.
 */
final class Allegiance {
    private final Map<NodeId, ClusterId> shown = new TreeMap<>();
    private @Nullable ClusterId clusterId;
    private @Nullable ClusterId recorded;

    private final Consumer<ClusterId> onJoined;

    /**
     * @param clusterId as the store has it
     * @param onJoined told once this node, blank before, belongs to a cluster
     */
    Allegiance(@Nullable ClusterId clusterId, Consumer<ClusterId> onJoined) {
        this.clusterId = clusterId;
        this.recorded = clusterId;
        this.onJoined = onJoined;
    }

    /** A peer has shown where it belongs; null while it is blank. */
    void shown(NodeId peer, @Nullable ClusterId itsCluster) {
        if (itsCluster == null) {
            shown.remove(peer);
        } else {
            shown.put(peer, itsCluster);
        }
    }

    /** Whether a connected peer belongs to no cluster, as far as it has shown. */
    boolean isBlank(NodeId peer) {
        return !shown.containsKey(peer);
    }

    /**
     * Whether a message of this peer is for us. To a blank node only members of a cluster speak: of one whose cluster is not
     * known yet nothing is taken, for it will say it again. A member hears blank peers too: they vote before they have
     * their first entry.
     */
    boolean listensTo(ReplicaId peer) {
        ClusterId itsCluster = shown.get(peer.node());
        if (clusterId == null) {
            clusterId = itsCluster;
            return itsCluster != null;
        }
        return itsCluster == null ? recorded != null : clusterId.equals(itsCluster);
    }

    /** This node has founded a cluster, durably. */
    void founded(ClusterId founded) {
        clusterId = founded;
        recorded = founded;
        onJoined.accept(founded);
    }

    /** {@code write}, and in the same commit the cluster, if this is the first membership. */
    StoreWrite storeWrite(Write write) {
        ClusterId first = null;
        if (recorded == null && bringsMembership(write)) {
            first = clusterId;
            recorded = clusterId;
        }
        return new StoreWrite(write.hardState(), write.install(), write.entries(), write.commitIndex(), first, null);
    }

    /** What {@link #storeWrite} made is durable. */
    void durable(StoreWrite write) {
        if (write.clusterId() != null) {
            onJoined.accept(write.clusterId());
        }
    }

    private static boolean bringsMembership(Write write) {
        if (write.install() != null) {
            return true;
        }
        for (Entry entry : write.entries()) {
            if (entry.payload() instanceof Payload.MembershipChange) {
                return true;
            }
        }
        return false;
    }
}
