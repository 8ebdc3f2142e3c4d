package io.quarkiverse.raftconfig.core;

import java.util.NavigableSet;
import java.util.TreeSet;

import org.jspecify.annotations.Nullable;

/** Asks for votes in a new term (§5.2). */
final class Candidate extends RoleState {
    private final NavigableSet<ReplicaId> votes = new TreeSet<>();
    private final boolean transfer;

    /** @param transfer whether the leader has asked for it (thesis §3.10) */
    Candidate(RaftState node, boolean transfer) {
        super(node);
        this.transfer = transfer;
    }

    @Override
    Role role() {
        return Role.CANDIDATE;
    }

    @Override
    @Nullable
    ReplicaId leader() {
        return null;
    }

    @Override
    boolean hearsLeaderOtherThan(ReplicaId candidate) {
        return false;
    }

    @Override
    RoleState enter() {
        node.electionTimer.restart(node.now());
        node.adoptTerm(node.term() + 1);
        node.voteFor(node.self);
        for (ReplicaId voter : node.otherVoters()) {
            node.sendWhenDurable(new Message.RequestVote(node.self, voter, node.term(), node.log.last(), transfer));
        }
        return this;
    }

    @Override
    long deadline() {
        return node.electionTimer.deadline();
    }

    @Override
    RoleState onTimePassed() {
        return node.now() < deadline() ? this : new PreCandidate(node);
    }

    /** The first write of this term held the vote for itself: it counts once it can't be forgotten. */
    @Override
    RoleState onDurable(long index) {
        votes.add(node.self);
        return leaderIfElected();
    }

    @Override
    RoleState onRequestVoteResponse(Message.RequestVoteResponse response) {
        if (response.granted()) {
            votes.add(response.from());
        }
        return leaderIfElected();
    }

    private RoleState leaderIfElected() {
        return Quorum.hasMajority(node.membership(), votes::contains) ? new Leader(node) : this;
    }
}
