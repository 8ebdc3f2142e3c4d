package io.quarkiverse.raftconfig.core;

import java.util.List;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** Names for the nodes of a test. */
final class Replicas {
    static final ReplicaId A = replica("a");
    static final ReplicaId B = replica("b");
    static final ReplicaId C = replica("c");
    static final ReplicaId D = replica("d");
    static final ReplicaId E = replica("e");
    static final ReplicaId F = replica("f");

    private Replicas() {
    }

    static ReplicaId replica(String node) {
        return replica(node, 1);
    }

    static ReplicaId replica(String node, long storage) {
        return new ReplicaId(new NodeId(node), new StorageId(0, storage));
    }

    static SortedSet<ReplicaId> setOf(ReplicaId... replicas) {
        return new TreeSet<>(List.of(replicas));
    }

    static Membership voters(ReplicaId... replicas) {
        return Membership.of(setOf(replicas), new TreeMap<>());
    }

    static Membership withLearners(Membership voters, ReplicaId... learners) {
        return new Membership(voters.voters(), voters.oldVoters(), setOf(learners), voters.addresses());
    }

    static Membership joint(SortedSet<ReplicaId> oldVoters, SortedSet<ReplicaId> voters) {
        return new Membership(voters, oldVoters, new TreeSet<>(), new TreeMap<>());
    }
}
