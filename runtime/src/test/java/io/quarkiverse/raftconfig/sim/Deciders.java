package io.quarkiverse.raftconfig.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Predicate;

import io.quarkiverse.raftconfig.core.Membership;
import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.core.ReplicaId;

/**
 * Whose majorities decide, or may have to: by the membership that is committed, by those that were appended since, and by those
 * that were asked for and may yet be begun. A run may take nodes away only as long as a majority of each is left.
 */
final class Deciders {
    private final Simulation simulation;
    private final List<Asked> asked = new ArrayList<>();

    /** New voters that were asked for. */
    static final class Asked {
        private final SortedSet<NodeId> voters;
        private long unknownInTerm = Long.MAX_VALUE;

        Asked(SortedSet<NodeId> voters) {
            this.voters = new TreeSet<>(voters);
        }

        /** What came of it is not known: a leader of this term, at most, may yet begin it. */
        void isUnknownIn(long term) {
            unknownInTerm = Math.min(unknownInTerm, term);
        }
    }

    Deciders(Simulation simulation) {
        this.simulation = simulation;
    }

    /** Until it is {@link #over}, or unknown and a later term has committed something. */
    Asked ask(SortedSet<NodeId> voters) {
        Asked more = new Asked(voters);
        asked.add(more);
        return more;
    }

    void over(Asked known) {
        asked.remove(known);
    }

    /** Whether any answer is still to come. */
    boolean areAwaited() {
        return asked.stream().anyMatch(each -> each.unknownInTerm == Long.MAX_VALUE);
    }

    /** Whether those that are {@code left} can decide, whichever membership it comes to. */
    boolean remain(Predicate<SimNode> left) {
        long committedTerm = simulation.commits().termAt(simulation.commits().committed());
        asked.removeIf(each -> each.unknownInTerm < committedTerm);
        List<Membership> memberships = new ArrayList<>(simulation.model().possibleMemberships());
        for (SimNode node : simulation.nodes()) {
            if (node.isUp()) {
                memberships.add(node.requireLife().node.status().membership());
            }
        }
        return memberships.stream().allMatch(each -> remain(each.voters(), left) && remain(each.oldVoters(), left))
                && asked.stream().allMatch(each -> wouldDecide(each.voters, left));
    }

    private boolean remain(SortedSet<ReplicaId> voters, Predicate<SimNode> left) {
        long there = voters.stream().filter(voter -> {
            SimNode node = simulation.node(voter);
            return node.replica().equals(voter) && left.test(node);
        }).count();
        return voters.isEmpty() || there > voters.size() / 2;
    }

    /** Whether those that are {@code left} are a majority of {@code voters}, whichever replicas these would be. */
    boolean wouldDecide(SortedSet<NodeId> voters, Predicate<SimNode> left) {
        long there = simulation.nodes().stream()
                .filter(node -> voters.contains(node.id()) && !isLost(node) && left.test(node)).count();
        return there > voters.size() / 2;
    }

    /** Whether {@code node} has another disk than the one that the committed membership names. */
    private boolean isLost(SimNode node) {
        return simulation.model().membership().replicas().stream()
                .anyMatch(member -> member.node().equals(node.id()) && !member.equals(node.replica()));
    }
}
