package io.quarkiverse.raftconfig.sim;

import java.util.HashMap;
import java.util.Map;

import io.quarkiverse.raftconfig.core.Message;
import io.quarkiverse.raftconfig.core.ReplicaId;

/** §5.2: a server votes for at most one candidate in a term, whatever crashes lie between; its own candidacy is a vote. */
final class OneVotePerTerm extends Invariant {
    private final Map<Ballot, ReplicaId> votes = new HashMap<>();

    private record Ballot(ReplicaId voter, long term) {
    }

    @Override
    void sent(SimNode from, Message message) {
        if (message instanceof Message.RequestVote request) {
            votes(request.from(), request.term(), request.from());
        } else if (message instanceof Message.RequestVoteResponse response && response.granted()) {
            votes(response.from(), response.term(), response.to());
        }
    }

    private void votes(ReplicaId voter, long term, ReplicaId candidate) {
        ReplicaId other = votes.putIfAbsent(new Ballot(voter, term), candidate);
        require(other == null || other.equals(candidate),
                () -> voter + " votes for both " + other + " and " + candidate + " in term " + term);
    }
}
