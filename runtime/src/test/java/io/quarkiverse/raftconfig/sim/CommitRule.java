package io.quarkiverse.raftconfig.sim;

import java.util.Arrays;
import java.util.SortedSet;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.core.Membership;
import io.quarkiverse.raftconfig.core.ReplicaId;
import io.quarkiverse.raftconfig.core.Role;
import io.quarkiverse.raftconfig.core.SnapshotPoint;
import io.quarkiverse.raftconfig.node.NodeStatus;
import io.quarkiverse.raftconfig.node.StoreWrite;

/**
 * §5.3, §5.4.2 and §6: a leader commits an entry of its own term, and with it all before, once it is durable on a majority of
 * the voters (of each half, if the membership is joint); nobody else commits what no leader has. What was committed once is
 * what all later leaders' terms have there.
 */
final class CommitRule extends Invariant {
    private final LogMatching matching;
    private final Function<ReplicaId, @Nullable SimDisk> disks;
    private long[] hashes = new long[1024];
    private long[] terms = new long[1024];
    private long committed;

    CommitRule(LogMatching matching, Function<ReplicaId, @Nullable SimDisk> disks) {
        this.matching = matching;
        this.disks = disks;
    }

    /** How far any leader has committed. */
    long committed() {
        return committed;
    }

    /** The hash of the log up to a committed {@code index}. */
    long hashAt(long index) {
        return index == 0 ? 0 : hashes[(int) index];
    }

    /** Of the leader who has committed a committed {@code index}, 0 if nothing is. */
    long termAt(long index) {
        return terms[(int) index];
    }

    /** How far leaders of terms before {@code term} have committed. */
    long committedBefore(long term) {
        long index = committed;
        while (index > 0 && terms[(int) index] >= term) {
            index--;
        }
        return index;
    }

    /** §7: a snapshot that takes the place of a log is a prefix of what is committed, its last term included. */
    @Override
    void persisting(SimNode node, StoreWrite write) {
        SnapshotPoint point = write.install();
        if (point != null) {
            long index = point.last().index();
            Long hash = matching.hashAt(index, point.last().term());
            require(index <= committed && hash != null && hash == hashAt(index),
                    () -> node + " installs a snapshot at " + point.last() + ", where no leader has committed that entry");
        }
    }

    /** What a process remembers to be committed when it starts is. */
    @Override
    void started(SimNode node) {
        long index = node.requireLife().status.commitIndex();
        require(index <= committed, () -> node + " starts with commit index " + index + ", and no leader has committed more "
                + "than " + committed);
        DurableLog log = node.disk().log();
        require(!log.holds(index) || log.hashAt(index) == hashAt(index), () -> node + " starts with commit index " + index
                + ", and its log is another there than the leader's who committed it");
    }

    @Override
    void stepped(SimNode node, NodeStatus before, NodeStatus now) {
        long index = now.commitIndex();
        if (index <= before.commitIndex()) {
            return;
        }
        if (index <= committed) {
            requireSame(node, index);
            return;
        }
        // A leader that commits and steps down in one step has the term of before.
        boolean led = now.role() == Role.LEADER || before.role() == Role.LEADER;
        long term = now.role() == Role.LEADER ? now.term() : before.term();
        require(led, () -> node + " commits entry " + index + ", which no leader has committed: the last such is " + committed);
        Long hash = matching.hashAt(index, term);
        if (hash == null) {
            throw new Violation("CommitRule", node + " leads in term " + term + " and commits entry " + index
                    + ", which is not of its term, or not durable anywhere");
        }
        // A founder was blank before.
        Membership membership = before.membership().isBlank() ? now.membership() : before.membership();
        if (now.membershipIndex() > before.membershipIndex() && !areMajorities(membership, index, hash)) {
            // What comes next is in force as soon as this one is committed, and may let more be committed at once.
            DurableLog log = holder(index, now.membership(), hash);
            long changed = before.membershipIndex();
            if (changed > before.commitIndex() && log.holds(changed)) {
                requireMajorities(node, changed, membership, log.hashAt(changed));
            }
            membership = now.membership();
        }
        requireMajorities(node, index, membership, hash);
        note(index, term, holder(index, membership, hash));
    }

    private void requireSame(SimNode node, long index) {
        DurableLog log = node.disk().log();
        require(!log.holds(index) || log.lastIndex() < index || log.hashAt(index) == hashAt(index) || isToBeReplaced(node),
                () -> node + " commits entry " + index + ", and its log is another there than the leader's who committed it");
    }

    /** A follower may learn of a commit while the entries that it has just taken are still on their way to its disk. */
    private static boolean isToBeReplaced(SimNode node) {
        return node.requireLife().store.isWriting() || node.requireLife().lanes.waiting() > 0;
    }

    private void requireMajorities(SimNode leader, long index, Membership membership, long hash) {
        require(areMajorities(membership, index, hash), () -> leader + " commits entry " + index + ", which is durable on "
                + holders(membership.voters(), index, hash) + " of " + membership.voters().size() + " voters, and "
                + holders(membership.oldVoters(), index, hash) + " of " + membership.oldVoters().size() + " old ones");
    }

    private boolean areMajorities(Membership membership, long index, long hash) {
        return holders(membership.voters(), index, hash) > membership.voters().size() / 2
                && (!membership.isJoint()
                        || holders(membership.oldVoters(), index, hash) > membership.oldVoters().size() / 2);
    }

    private int holders(SortedSet<ReplicaId> voters, long index, long hash) {
        int holders = 0;
        for (ReplicaId voter : voters) {
            if (holds(voter, index, hash)) {
                holders++;
            }
        }
        return holders;
    }

    private boolean holds(ReplicaId voter, long index, long hash) {
        SimDisk disk = disks.apply(voter);
        return disk != null
                && (disk.log().baseIndex() > index || (disk.log().holds(index) && disk.log().hashAt(index) == hash));
    }

    private DurableLog holder(long index, Membership membership, long hash) {
        for (ReplicaId replica : membership.replicas()) {
            SimDisk disk = disks.apply(replica);
            if (disk != null && disk.log().holds(index) && disk.log().hashAt(index) == hash
                    && disk.log().baseIndex() <= committed) {
                return disk.log();
            }
        }
        throw new Violation("CommitRule", "nobody holds the entries from " + (committed + 1) + " to " + index);
    }

    private void note(long index, long term, DurableLog log) {
        if (index >= hashes.length) {
            int size = (int) Math.max(index + 1, hashes.length * 2L);
            hashes = Arrays.copyOf(hashes, size);
            terms = Arrays.copyOf(terms, size);
        }
        while (committed < index) {
            committed++;
            hashes[(int) committed] = log.hashAt(committed);
            terms[(int) committed] = term;
        }
    }
}
