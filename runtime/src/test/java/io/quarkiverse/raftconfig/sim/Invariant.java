package io.quarkiverse.raftconfig.sim;

import java.util.function.Supplier;

import io.quarkiverse.raftconfig.core.Bytes;
import io.quarkiverse.raftconfig.core.Message;
import io.quarkiverse.raftconfig.core.SnapshotPoint;
import io.quarkiverse.raftconfig.node.NodeStatus;
import io.quarkiverse.raftconfig.node.StoreWrite;
import io.quarkiverse.raftconfig.state.PublishedState;

/** Something that must hold after every event. Each hears of what it needs to judge, and throws {@link Violation}. */
abstract class Invariant {
    /** A process has started and shows what it remembers. */
    void started(SimNode node) {
    }

    /** A message has left {@code from}, which may be lost on its way. */
    void sent(SimNode from, Message message) {
    }

    /** A write was given to the disk; until it is durable a crash may undo it. */
    void persisting(SimNode node, StoreWrite write) {
    }

    /** {@code node.disk()} holds {@code write} now. */
    void durable(SimNode node, StoreWrite write) {
    }

    /** A snapshot of a leader is there whole, on its way to the disk. */
    void snapshotReceived(SimNode node, SnapshotPoint point, Bytes content) {
    }

    void snapshotWritten(SimNode node, SnapshotPoint point, Bytes content) {
    }

    /** What the node says of itself after something has happened to it, and what it said before. */
    void stepped(SimNode node, NodeStatus before, NodeStatus now) {
    }

    /** Readers on {@code node} see another state than before. */
    void shown(SimNode node, PublishedState before, PublishedState now) {
    }

    /** A client was told that its write is done; {@code revision} is that of the state after it. */
    void acknowledged(long revision) {
    }

    /**
     * A client gets what a linearizable read found that was begun when the acknowledged writes had reached {@code revision}.
     */
    void read(SimNode node, long revisionAtInvocation, PublishedState found) {
    }

    final void require(boolean holds, Supplier<String> otherwise) {
        if (!holds) {
            throw new Violation(getClass().getSimpleName(), otherwise.get());
        }
    }

    /** The term in which this message shows its sender to lead; 0 if it does not. */
    static long termOfLeader(Message message) {
        boolean leads = message instanceof Message.AppendEntries || message instanceof Message.Heartbeat
                || message instanceof Message.CommitAdvanced;
        return leads ? message.term() : 0;
    }
}
