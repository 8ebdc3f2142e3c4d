package io.quarkiverse.raftconfig.core;

import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/**
 * A leader's part in changes of membership (§6), one at a time. Each arrow is an entry, which is in force when it is appended;
 * the next is appended when it is committed.
 *
 * <pre>
 *           new voters that don't receive            all of them
 *           the log yet: as learners                 have caught up
 *   C_old ------------------------> C_old + learners --------------> C_old,new ---> C_new
 *     |  ^___________________________________|                       ^
 *     |           one of them does not                               |
 *     |______________________________________________________________|
 *                 all new voters are learners already, or there are none
 * </pre>
 *
 * The last arrow is every leader's duty, whoever has begun the change: only one membership is joint and the latest, so there is
 * one C_new. What is before C_old,new ends with the leadership, and leaves learners at most.
 */
final class MembershipChanges {
    private final RaftState node;
    private final Peers peers;
    private final Consumer<Payload> append;
    private @Nullable Change underWay;

    /** @param append appends to the leader's log; {@code peers} have followed when it returns */
    MembershipChanges(RaftState node, Peers peers, Consumer<Payload> append) {
        this.node = node;
        this.peers = peers;
        this.append = append;
    }

    boolean isUnderWay() {
        return underWay != null || node.membership().isJoint() || !node.isMembershipCommitted();
    }

    void begin(Input.ChangeMembership request) {
        Answer.Refusal refusal = refusal(request);
        if (refusal != null) {
            node.answer(new Answer.Refused(request.ticket(), refusal));
            return;
        }
        Membership latest = node.membership();
        underWay = new Change(request.ticket(), latest, request.target());
        SortedSet<ReplicaId> added = new TreeSet<>(underWay.newVoters());
        added.removeAll(latest.learners());
        if (!added.isEmpty()) {
            append(latest.withLearners(added, request.target().addresses()));
        }
        advance();
    }

    private Answer.@Nullable Refusal refusal(Input.ChangeMembership request) {
        if (!node.ownTermCommitted()) {
            return Answer.Refusal.NOT_READY;
        } else if (isUnderWay()) {
            return Answer.Refusal.CHANGE_IN_PROGRESS;
        } else if (request.membershipIndex() != node.memberships.latestIndex()) {
            return Answer.Refusal.MEMBERSHIP_MISMATCH;
        } else if (!Quorum.hasMajority(request.target(), this::mayDecide)) {
            return Answer.Refusal.NOT_HEARD;
        }
        return node.log.bytes() >= node.settings.logBytesMax() ? Answer.Refusal.LOG_FULL : null;
    }

    /**
     * C_old,new is committed by a majority of the new voters, or nothing is from then on. Who is no voter yet shows while it
     * catches up whether it answers.
     */
    private boolean mayDecide(ReplicaId voter) {
        return voter.equals(node.self) || !node.membership().isVoter(voter)
                || node.now() - peers.of(voter).answeredAt() < node.settings.electionTimeoutMillis();
    }

    /** To be called with every step, after what it commits. */
    void advance() {
        if (!node.ownTermCommitted() || !node.isMembershipCommitted()) {
            return;
        }
        Membership latest = node.membership();
        if (latest.isJoint()) {
            append(latest.withoutOldVoters());
        } else if (underWay != null) {
            advance(underWay, latest);
        }
    }

    private void advance(Change change, Membership latest) {
        if (latest.equals(change.target)) {
            node.answer(new Answer.MembershipChanged(change.ticket, node.memberships.latestIndex()));
            underWay = null;
        } else if (latest.voters().equals(change.target.voters())) {
            append(change.target);
        } else {
            change.look(node, peers);
            if (change.haveCaughtUp()) {
                append(latest.jointWith(change.target));
            } else if (change.hasFailed() && !latest.equals(change.before)) {
                append(change.before);
            } else if (change.hasFailed()) {
                node.answer(new Answer.Refused(change.ticket, Answer.Refusal.NOT_CAUGHT_UP));
                underWay = null;
            }
        }
    }

    /** The leadership has ended, and others decide what becomes of the change. */
    void leave() {
        if (underWay != null) {
            node.answer(new Answer.MembershipUnknown(underWay.ticket));
            underWay = null;
        }
    }

    SortedMap<ReplicaId, CatchUpProgress> catchUp() {
        SortedMap<ReplicaId, CatchUpProgress> all = new TreeMap<>();
        if (underWay != null) {
            underWay.rounds.forEach((learner, rounds) -> all.put(learner, new CatchUpProgress(rounds.round(),
                    node.log.last().index() - peers.of(learner).matchIndex())));
        }
        return all;
    }

    private void append(Membership membership) {
        append.accept(new Payload.MembershipChange(membership));
    }

    /** What was asked for, and how far it is. */
    private static final class Change {
        final long ticket;
        final Membership before;
        final Membership target;
        /** Of each new voter, once it is a learner at least. */
        final SortedMap<ReplicaId, CatchUp> rounds = new TreeMap<>();

        Change(long ticket, Membership before, Membership target) {
            this.ticket = ticket;
            this.before = before;
            this.target = target;
        }

        SortedSet<ReplicaId> newVoters() {
            SortedSet<ReplicaId> newVoters = new TreeSet<>(target.voters());
            newVoters.removeAll(before.voters());
            return newVoters;
        }

        void look(RaftState node, Peers peers) {
            long lastIndex = node.log.last().index();
            for (ReplicaId learner : newVoters()) {
                Progress progress = peers.of(learner);
                rounds.computeIfAbsent(learner, begins -> new CatchUp(node.settings, progress, lastIndex, node.now()))
                        .look(progress, lastIndex, node.now());
            }
        }

        boolean haveCaughtUp() {
            return rounds.values().stream().allMatch(CatchUp::isDone);
        }

        boolean hasFailed() {
            return rounds.values().stream().anyMatch(CatchUp::hasFailed);
        }
    }
}
