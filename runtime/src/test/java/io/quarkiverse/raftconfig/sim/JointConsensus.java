package io.quarkiverse.raftconfig.sim;

import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

import io.quarkiverse.raftconfig.core.Entry;
import io.quarkiverse.raftconfig.core.Membership;
import io.quarkiverse.raftconfig.core.Payload;
import io.quarkiverse.raftconfig.core.Role;
import io.quarkiverse.raftconfig.core.SnapshotPoint;
import io.quarkiverse.raftconfig.node.Insides;
import io.quarkiverse.raftconfig.node.NodeStatus;
import io.quarkiverse.raftconfig.node.StoreWrite;

/**
 * §6: the latest membership in the log is in force, committed or not; a leader changes it step by step, each committed before
 * the next, the first after an entry of its own term; and whoever the new membership leaves out leads no more once that and
 * all that it has taken is committed.
 */
final class JointConsensus extends Invariant {
    private final CommitRule commits;
    private final StateModel model;
    /** Whatever was given to any disk, by the hash of the log up to there. */
    private final Map<Long, Membership> memberships = new HashMap<>();
    /** What each node's log holds of it by index, as far as it was given to the disk. */
    private final Map<SimNode, SortedMap<Long, Membership>> logs = new HashMap<>();

    JointConsensus(CommitRule commits, StateModel model) {
        this.commits = commits;
        this.model = model;
    }

    /** Whatever becomes of {@code write} to a disk that holds {@code log}: after a crash it may be there. */
    void note(DurableLog log, StoreWrite write) {
        if (!write.entries().isEmpty()) {
            long hash = hashBefore(log, write);
            for (Entry entry : write.entries()) {
                hash = DurableLog.hash(hash, entry);
                if (entry.payload() instanceof Payload.MembershipChange change) {
                    memberships.put(hash, change.membership());
                }
            }
        }
    }

    private long hashBefore(DurableLog log, StoreWrite write) {
        long before = write.entries().get(0).index() - 1;
        return write.install() == null ? log.hashAt(before) : commits.hashAt(before);
    }

    @Override
    void started(SimNode node) {
        DurableLog log = node.disk().log();
        SortedMap<Long, Membership> held = new TreeMap<>();
        held.put(log.baseIndex(), model.membershipAt(log.baseIndex()));
        for (long index = log.baseIndex() + 1; index <= log.lastIndex(); index++) {
            Membership membership = memberships.get(log.hashAt(index));
            if (membership != null) {
                held.put(index, membership);
            }
        }
        logs.put(node, held);
        requireInForce(node, node.requireLife().status);
    }

    @Override
    void persisting(SimNode node, StoreWrite write) {
        SortedMap<Long, Membership> held = logs.get(node);
        if (held == null) {
            throw new IllegalStateException(node + " writes before it has started");
        }
        SnapshotPoint install = write.install();
        if (install != null) {
            held.clear();
            held.put(install.last().index(), model.membershipAt(install.last().index()));
        }
        if (!write.entries().isEmpty()) {
            held.tailMap(write.entries().get(0).index()).clear();
            for (Entry entry : write.entries()) {
                if (entry.payload() instanceof Payload.MembershipChange change) {
                    held.put(entry.index(), change.membership());
                }
            }
        }
    }

    @Override
    void stepped(SimNode node, NodeStatus before, NodeStatus now) {
        if (now.degraded() != null || now.stopping()) {
            return;
        }
        requireInForce(node, now);
        boolean leads = now.role() == Role.LEADER && before.role() == Role.LEADER && now.term() == before.term();
        if (leads && now.membershipIndex() > before.membershipIndex()) {
            requireStep(node, before, now);
        }
        boolean allCommitted = now.commitIndex() == now.lastLogIndex() && !now.membership().isJoint();
        require(now.role() != Role.LEADER || !allCommitted || now.membership().voters().contains(node.replica()),
                () -> node + " leads, and has nothing left to commit, and the membership leaves it out: " + now.membership());
    }

    private void requireInForce(SimNode node, NodeStatus now) {
        SortedMap<Long, Membership> held = logs.get(node);
        if (held == null || !Insides.isDiskIdle(node.requireLife().node)) {
            // What the node knows is on its way to the disk.
            return;
        }
        Membership latest = held.get(held.lastKey());
        require(now.membership().equals(latest), () -> node + " goes by " + now.membership()
                + " of index " + now.membershipIndex() + ", and the latest in its log is " + latest + " of index "
                + held.lastKey());
    }

    private void requireStep(SimNode node, NodeStatus before, NodeStatus now) {
        require(before.membershipIndex() <= now.commitIndex(), () -> node + " appends a membership at index "
                + now.membershipIndex() + ", and the one at index " + before.membershipIndex() + " is not committed");
        require(commits.termAt(now.commitIndex()) >= now.term(), () -> node + " appends a membership at index "
                + now.membershipIndex() + " before an entry of its term is committed");
        Membership from = before.membership();
        Membership to = now.membership();
        boolean sameVoters = to.voters().equals(from.voters()) && !to.isJoint();
        boolean begins = !from.isJoint() && to.isJoint() && to.oldVoters().equals(from.voters());
        require(sameVoters || begins, () -> node + " goes from " + from + " to " + to);
    }
}
