package io.quarkiverse.raftconfig.sim;

import io.quarkiverse.raftconfig.core.HardState;
import io.quarkiverse.raftconfig.core.Message;
import io.quarkiverse.raftconfig.core.ReplicaId;

/** Figure 2, "updated on stable storage before responding to RPCs": no promise leaves a node that a crash could undo. */
final class DurableBeforeTold extends Invariant {
    @Override
    void sent(SimNode from, Message message) {
        SimDisk disk = from.disk();
        if (message instanceof Message.RequestVote request) {
            requireVote(disk.hardState(), request.term(), request.from(), message);
            require(isAtLeast(disk.log(), request.lastLog().index(), request.lastLog().term()),
                    () -> from + " claims to hold " + request.lastLog() + " when it asks for votes, and its disk ends at "
                            + disk.log().lastIndex() + "@" + disk.log().lastTerm());
        } else if (message instanceof Message.RequestVoteResponse response && response.granted()) {
            requireVote(disk.hardState(), response.term(), response.to(), message);
        } else if (message instanceof Message.AppendEntriesResponse response && response.success()) {
            // What a later term has taken away in the same commit was there for a moment: to its own term this says so late.
            require(disk.hardState().term() > response.term()
                    || (disk.hardState().term() == response.term() && disk.log().lastIndex() >= response.matchIndex()),
                    () -> from + " acknowledges entry " + response.matchIndex() + " in term " + response.term()
                            + ", and its disk ends at " + disk.log().lastIndex() + " in term " + disk.hardState().term());
        }
    }

    private void requireVote(HardState stored, long term, ReplicaId candidate, Message message) {
        require(stored.term() > term || (stored.term() == term && candidate.equals(stored.votedFor())),
                () -> message + " leaves while the disk holds " + stored);
    }

    private static boolean isAtLeast(DurableLog log, long index, long term) {
        return log.lastTerm() > term || (log.lastTerm() == term && log.lastIndex() >= index);
    }
}
