package io.quarkiverse.raftconfig.rest;

import java.util.SortedSet;
import java.util.TreeSet;

import io.quarkiverse.raftconfig.core.Membership;
import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.core.ReplicaId;
import io.quarkiverse.raftconfig.node.MembershipRequest;
import io.quarkiverse.raftconfig.node.NodeStatus;
import io.quarkiverse.raftconfig.node.Seat;

/** How far a change of the membership has come, as a node can see it in its log. */
enum ChangeProgress {
    /** There is no trace of it here: it may not have been begun, or this node has not heard of it. */
    NOT_SEEN(""),
    /** New voters take up the log. It can still be given up, and then the voters stay who they were. */
    CATCHING_UP("catching-up"),
    /** Both halves decide. Once that is committed, every leader goes on to the end. */
    JOINT("joint"),
    /** The members are those that were asked for, and that is committed. */
    DONE("done");

    final String text;

    ChangeProgress(String text) {
        this.text = text;
    }

    static ChangeProgress of(MembershipRequest change, NodeStatus now) {
        Membership latest = now.membership();
        if (now.membershipIndex() <= change.membershipIndex()) {
            return NOT_SEEN;
        } else if (latest.isJoint()) {
            return nodes(latest.voters()).equals(wanted(change, true)) ? JOINT : NOT_SEEN;
        }
        SortedSet<NodeId> learners = nodes(latest.learners());
        if (nodes(latest.voters()).equals(wanted(change, true)) && learners.equals(wanted(change, false))) {
            return now.committedMembershipIndex() >= now.membershipIndex() ? DONE : JOINT;
        }
        SortedSet<NodeId> missing = wanted(change, true);
        missing.removeAll(nodes(latest.voters()));
        return !missing.isEmpty() && learners.containsAll(missing) ? CATCHING_UP : NOT_SEEN;
    }

    private static SortedSet<NodeId> wanted(MembershipRequest change, boolean voters) {
        SortedSet<NodeId> nodes = new TreeSet<>();
        change.members().forEach((NodeId id, Seat seat) -> {
            if (seat.voter() == voters) {
                nodes.add(id);
            }
        });
        return nodes;
    }

    private static SortedSet<NodeId> nodes(SortedSet<ReplicaId> replicas) {
        SortedSet<NodeId> nodes = new TreeSet<>();
        replicas.forEach(it -> nodes.add(it.node()));
        return nodes;
    }
}
