package io.quarkiverse.raftconfig.node;

import java.util.concurrent.CompletionStage;

import io.quarkiverse.raftconfig.state.Outcome;
import io.quarkiverse.raftconfig.state.PublishedState;
import io.quarkiverse.raftconfig.state.Transaction;

/**
 * One node: the algorithm, its store and its peers, and the state machine that the log drives. All methods may be called
 * from any thread and none blocks; stages complete on the loop.
 */
public final class RaftNode {
    /**
     * Writes, through the leader, whoever it is.
     *
     * @return completes when the transaction was applied on this node too; fails with {@link ProposalFailedException}
     */
    public CompletionStage<Outcome> propose(Transaction transaction, long timeoutMillis) {
        throw new UnsupportedOperationException();
    }

    /**
     * Completes when {@link #state} shows every write that was acknowledged, by any node, before this call; fails with
     * {@link ProposalFailedException} of kind {@code NO_LEADER} if that can't be confirmed in time.
     */
    public CompletionStage<PublishedState> readLinearizable(long timeoutMillis) {
        throw new UnsupportedOperationException();
    }

    /** Completes when this node has applied {@code revision}; fails as {@link #readLinearizable}. */
    public CompletionStage<PublishedState> awaitRevision(long revision, long timeoutMillis) {
        throw new UnsupportedOperationException();
    }

    /** The state as applied: one volatile read. */
    public PublishedState state() {
        throw new UnsupportedOperationException();
    }

    public NodeStatus status() {
        throw new UnsupportedOperationException();
    }
}
