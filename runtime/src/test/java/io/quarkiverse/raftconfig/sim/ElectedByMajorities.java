package io.quarkiverse.raftconfig.sim;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

import io.quarkiverse.raftconfig.core.Membership;
import io.quarkiverse.raftconfig.core.Message;
import io.quarkiverse.raftconfig.core.ReplicaId;
import io.quarkiverse.raftconfig.core.Role;
import io.quarkiverse.raftconfig.node.NodeStatus;

/** §5.2 and §6: a majority of the voters, of each half, has voted for whoever leads. */
final class ElectedByMajorities extends Invariant {
    private final Map<Candidacy, Set<ReplicaId>> votes = new HashMap<>();

    private record Candidacy(ReplicaId candidate, long term) {
    }

    @Override
    void sent(SimNode from, Message message) {
        if (message instanceof Message.RequestVoteResponse response && response.granted()) {
            votes.computeIfAbsent(new Candidacy(response.to(), response.term()), candidacy -> new TreeSet<>())
                    .add(response.from());
        }
    }

    @Override
    void stepped(SimNode node, NodeStatus before, NodeStatus now) {
        if (now.role() == Role.LEADER && (before.role() != Role.LEADER || before.term() != now.term())) {
            Set<ReplicaId> supporters = votes.getOrDefault(new Candidacy(node.replica(), now.term()), new TreeSet<>());
            supporters.add(node.replica());
            Membership membership = now.membership();
            require(isMajority(supporters, membership.voters()) && isMajority(supporters, membership.oldVoters()),
                    () -> node + " leads in term " + now.term() + " by the votes of " + supporters + " among " + membership);
        }
    }

    private static boolean isMajority(Set<ReplicaId> supporters, SortedSet<ReplicaId> voters) {
        return voters.isEmpty() || voters.stream().filter(supporters::contains).count() > voters.size() / 2;
    }
}
