package io.quarkiverse.raftconfig.core;

import java.util.NavigableSet;
import java.util.TreeSet;

import org.jspecify.annotations.Nullable;

/**
 * Asks whether it could win before it raises its term (thesis §9.6): a node that can't, because others hear a leader or its
 * log lacks something, disturbs nobody.
 */
final class PreCandidate extends RoleState {
    private final NavigableSet<ReplicaId> supporters = new TreeSet<>();

    PreCandidate(RaftState node) {
        super(node);
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
        if (node.now() >= node.diskHungAt() && !node.isAlone()) {
            // A RequestVote would wait for the disk, and the new term would disturb the others meanwhile.
            return new Follower(node, null);
        }
        supporters.add(node.self);
        if (isSupported()) {
            return new Candidate(node, false);
        }
        for (ReplicaId voter : node.otherVoters()) {
            node.send(new Message.PreVote(node.self, voter, node.term() + 1, node.log.last()));
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

    @Override
    RoleState onPreVoteResponse(Message.PreVoteResponse response) {
        if (response.granted() && response.requestedTerm() == node.term() + 1) {
            supporters.add(response.from());
        }
        return isSupported() ? new Candidate(node, false) : this;
    }

    private boolean isSupported() {
        return Quorum.hasMajority(node.membership(), supporters::contains);
    }
}
