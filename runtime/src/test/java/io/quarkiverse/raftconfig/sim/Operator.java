package io.quarkiverse.raftconfig.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletionException;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.core.Membership;
import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.core.ReplicaId;
import io.quarkiverse.raftconfig.node.MembershipRequest;
import io.quarkiverse.raftconfig.node.NodeStatus;
import io.quarkiverse.raftconfig.node.PeerResponse;
import io.quarkiverse.raftconfig.node.ProposalFailedException;
import io.quarkiverse.raftconfig.node.Seat;

/**
 * Somebody who asks for other members, for another leader and for snapshots, through any node and at any time, the worst ones
 * included. Never for members most of whom have lost their disks: nobody could help those.
 */
final class Operator {
    private final Simulation simulation;
    private final VirtualTime time;
    private final SimOptions options;
    private final Deciders deciders;

    Operator(Simulation simulation, SimOptions options) {
        this.simulation = simulation;
        this.time = simulation.time();
        this.options = options;
        this.deciders = new Deciders(simulation);
    }

    Deciders deciders() {
        return deciders;
    }

    void changeMembers(SplittableRandom random) {
        SimNode through = simulation.anyNodeUp(random);
        if (through == null) {
            return;
        }
        NodeStatus status = through.requireLife().status;
        SortedMap<NodeId, Seat> wanted = random.nextInt(3) == 0 ? anyMembers(random) : others(status.membership(), random);
        SortedSet<NodeId> voters = new TreeSet<>();
        wanted.forEach((node, seat) -> {
            if (seat.voter()) {
                voters.add(node);
            }
        });
        if (status.membership().isBlank() || !deciders.wouldDecide(voters, node -> true)) {
            return;
        }
        simulation.say(() -> "asks " + through + " for the members " + wanted);
        Deciders.Asked asked = deciders.ask(voters);
        long timeoutMillis = options.electionTimeoutMillis() * (1 + random.nextLong(10));
        // Whoever is killed answers nobody.
        time.schedule(timeoutMillis * 2_500, () -> asked.isUnknownIn(latestTerm()));
        through.requireLife().node.changeMembership(new MembershipRequest(status.membershipIndex(), wanted), timeoutMillis)
                .whenComplete((index, failure) -> time.schedule(0, () -> answered(asked, voters, index, failure)));
    }

    private void answered(Deciders.Asked asked, SortedSet<NodeId> voters, @Nullable Long index, @Nullable Throwable failure) {
        if (index != null) {
            deciders.over(asked);
            requireCommitted(index, voters);
            return;
        }
        PeerResponse.Kind kind = kind(failure);
        if (kind == PeerResponse.Kind.OUTCOME_UNKNOWN) {
            asked.isUnknownIn(latestTerm());
        } else {
            deciders.over(asked);
        }
        if (kind == PeerResponse.Kind.CONFLICT) {
            simulation.scenes().count(Scene.CHANGE_GIVEN_UP);
        }
    }

    private void requireCommitted(long index, SortedSet<NodeId> voters) {
        Membership found = simulation.model().membershipAt(index);
        SortedSet<NodeId> named = new TreeSet<>();
        found.voters().forEach(voter -> named.add(voter.node()));
        if (index > simulation.commits().committed() || found.isJoint() || !named.equals(voters)) {
            throw new Violation("KnownOutcome", "an operator is told that " + voters + " are the voters from index " + index
                    + " on; there " + found + " is committed");
        }
    }

    private long latestTerm() {
        return simulation.nodes().stream().filter(SimNode::isUp).mapToLong(node -> node.requireLife().status.term()).max()
                .orElse(0);
    }

    void transfer(SplittableRandom random) {
        SimNode through = simulation.anyNodeUp(random);
        if (through == null) {
            return;
        }
        List<ReplicaId> voters = List.copyOf(through.requireLife().status.membership().voters());
        NodeId to = voters.isEmpty() || random.nextBoolean() ? null : voters.get(random.nextInt(voters.size())).node();
        simulation.say(() -> "asks " + through + " to let " + (to == null ? "another" : to) + " lead");
        through.requireLife().node.transferLeadership(to, options.electionTimeoutMillis() * (1 + random.nextLong(5)))
                .whenComplete((done, failure) -> time.schedule(0, () -> {
                    if (failure == null) {
                        simulation.scenes().count(Scene.LEADERSHIP_TRANSFERRED);
                    } else {
                        kind(failure);
                    }
                }));
    }

    void takeSnapshot(SimNode node) {
        SimNode.Life life = node.life();
        if (life != null) {
            long applied = life.node.status().lastApplied();
            life.node.takeSnapshot(options.electionTimeoutMillis() * 5L)
                    .whenComplete((last, failure) -> time.schedule(0, () -> {
                        if (last == null) {
                            kind(failure);
                        } else if (last.index() < applied || life.node.status().snapshotIndex() < last.index()) {
                            throw new Violation("KnownOutcome", node + " had applied entry " + applied
                                    + " and has taken a snapshot at " + last + "; its newest is at "
                                    + life.node.status().snapshotIndex());
                        }
                    }));
        }
    }

    private PeerResponse.Kind kind(@Nullable Throwable failure) {
        Throwable cause = failure instanceof CompletionException wrapped ? wrapped.getCause() : failure;
        if (cause instanceof ProposalFailedException refused) {
            return refused.kind();
        }
        throw new Violation("KnownOutcome", "an operator is told: " + cause);
    }

    /** Whoever it is. */
    private SortedMap<NodeId, Seat> anyMembers(SplittableRandom random) {
        List<NodeId> nodes = new ArrayList<>();
        simulation.nodes().forEach(node -> nodes.add(node.id()));
        int voters = 1 + random.nextInt(Math.min(5, nodes.size()));
        SortedMap<NodeId, Seat> wanted = new TreeMap<>();
        while (wanted.size() < voters) {
            NodeId node = nodes.get(random.nextInt(nodes.size()));
            wanted.put(node, new Seat(address(node), true));
        }
        for (NodeId node : nodes) {
            if (!wanted.containsKey(node) && random.nextInt(3) == 0) {
                wanted.put(node, new Seat(address(node), false));
            }
        }
        return wanted;
    }

    /** One more, one less, one in another's place, or the same, so that those are replaced who have lost their disks. */
    private SortedMap<NodeId, Seat> others(Membership now, SplittableRandom random) {
        SortedMap<NodeId, Seat> wanted = new TreeMap<>();
        now.replicas().forEach(replica -> wanted.put(replica.node(), new Seat(null, now.voters().contains(replica))));
        List<NodeId> members = List.copyOf(wanted.keySet());
        boolean leaves = random.nextBoolean() && members.size() > 1;
        if (leaves) {
            wanted.remove(members.get(random.nextInt(members.size())));
        }
        if (random.nextBoolean()) {
            NodeId node = simulation.nodes().get(random.nextInt(simulation.nodes().size())).id();
            wanted.put(node, new Seat(address(node), random.nextInt(4) > 0));
        }
        return wanted;
    }

    private static String address(NodeId node) {
        return node + ":7420";
    }
}
