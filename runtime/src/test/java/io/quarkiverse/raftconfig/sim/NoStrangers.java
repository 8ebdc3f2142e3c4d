package io.quarkiverse.raftconfig.sim;

import java.util.List;

import io.quarkiverse.raftconfig.core.Entry;
import io.quarkiverse.raftconfig.core.Message;
import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.core.Payload;
import io.quarkiverse.raftconfig.core.Position;
import io.quarkiverse.raftconfig.core.ReplicaId;
import io.quarkiverse.raftconfig.node.NodeStatus;

/** What members of another cluster say, or what is meant for another incarnation, changes nothing and is not answered. */
final class NoStrangers extends Invariant {
    static final NodeId STRANGER = new NodeId("stranger");
    /** No cluster of these comes so far by itself. */
    private static final long THEIR_TERM = 1L << 40;

    /** What would make another node of anybody. */
    static List<Message> messages(ReplicaId from, ReplicaId to) {
        Position end = new Position(THEIR_TERM, THEIR_TERM);
        Entry entry = new Entry(new Position(1, THEIR_TERM), Payload.NoOp.INSTANCE);
        return List.of(
                new Message.PreVote(from, to, THEIR_TERM, end),
                new Message.RequestVote(from, to, THEIR_TERM, end),
                new Message.RequestVote(from, to, THEIR_TERM, end, true),
                new Message.AppendEntries(from, to, THEIR_TERM, Position.ZERO, List.of(entry), 1, 1),
                new Message.Heartbeat(from, to, THEIR_TERM, 1, 1), new Message.TimeoutNow(from, to, THEIR_TERM));
    }

    @Override
    void sent(SimNode from, Message message) {
        require(message.term() < THEIR_TERM && !message.to().node().equals(STRANGER), () -> from + " answers a stranger: "
                + message);
    }

    @Override
    void stepped(SimNode node, NodeStatus before, NodeStatus now) {
        require(now.term() < THEIR_TERM, () -> node + " has the term of a stranger");
    }
}
