package io.quarkiverse.raftconfig.sim;

import io.quarkiverse.raftconfig.core.Message;
import io.quarkiverse.raftconfig.core.Role;
import io.quarkiverse.raftconfig.node.NodeStatus;

/**
 * Thesis §9.6 and §4.2.3: a PreVote changes no term, and who leads supports no other candidate. The sender's status is that of
 * before the step in which the message leaves.
 */
final class LeaderStickiness extends Invariant {
    @Override
    void sent(SimNode from, Message message) {
        if (message instanceof Message.PreVoteResponse response) {
            NodeStatus before = from.requireLife().status;
            require(response.term() == before.term(), () -> from + " answers a PreVote and goes from term " + before.term()
                    + " to " + response.term());
            require(!response.granted() || before.role() != Role.LEADER,
                    () -> from + " leads in term " + before.term() + " and grants " + message);
        }
    }
}
