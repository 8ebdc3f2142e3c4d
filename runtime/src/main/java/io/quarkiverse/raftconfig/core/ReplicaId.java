package io.quarkiverse.raftconfig.core;

/**
 * Who takes part in the algorithm: a node and the incarnation of its disk. Votes and acknowledgements count by replica,
 * so that a node that has lost its disk is not mistaken for the one that made its promises.
 */
public record ReplicaId(NodeId node, StorageId storage) implements Comparable<ReplicaId> {
    @Override
    public int compareTo(ReplicaId other) {
        int byNode = node.compareTo(other.node);
        return byNode != 0 ? byNode : storage.compareTo(other.storage);
    }

    @Override
    public String toString() {
        return node + "/" + storage;
    }
}
