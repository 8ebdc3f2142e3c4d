package io.quarkiverse.raftconfig.node;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.core.ClusterId;
import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.core.ReplicaId;
import io.quarkiverse.raftconfig.core.StorageId;

/**
 * Who a node is. Neither the node id nor the storage id ever changes in one data directory.
 *
 * @param clusterId null until the node has its first membership entry
 */
public record Identity(NodeId nodeId, StorageId storageId, @Nullable ClusterId clusterId) {
    public ReplicaId replica() {
        return new ReplicaId(nodeId, storageId);
    }
}
