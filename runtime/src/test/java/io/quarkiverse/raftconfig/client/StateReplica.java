package io.quarkiverse.raftconfig.client;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.node.PeerResponse;
import io.quarkiverse.raftconfig.node.ProposalFailedException;
import io.quarkiverse.raftconfig.state.Command;
import io.quarkiverse.raftconfig.state.CommandCodec;
import io.quarkiverse.raftconfig.state.ConfigState;
import io.quarkiverse.raftconfig.state.Outcome;
import io.quarkiverse.raftconfig.state.PublishedState;
import io.quarkiverse.raftconfig.state.Transaction;

/** A replica without a log: what is proposed is applied at once, or held back, or fails as told. */
final class StateReplica implements Replica {
    private final ConfigState state = new ConfigState();
    private final List<Runnable> held = new ArrayList<>();
    private PeerResponse.@Nullable Kind failure;
    private PeerResponse.@Nullable Kind failureOfProposals;
    private boolean holding;
    private int keysMax = 100;
    private long index;

    int proposals;
    int linearizableReads;

    void failWith(PeerResponse.@Nullable Kind kind) {
        failure = kind;
    }

    /** Reads go on. */
    void failProposalsWith(PeerResponse.@Nullable Kind kind) {
        failureOfProposals = kind;
    }

    /** Until {@link #release}, nothing is answered. */
    void hold() {
        holding = true;
    }

    void release() {
        holding = false;
        held.forEach(Runnable::run);
        held.clear();
    }

    void forgetKeysAbove(int count) {
        keysMax = count;
    }

    @Override
    public CompletionStage<Outcome> propose(Command command, long timeoutMillis) {
        proposals++;
        PeerResponse.Kind kind = failureOfProposals;
        if (kind != null) {
            return CompletableFuture.failedFuture(new ProposalFailedException(kind, "told by the test"));
        }
        return answer(() -> {
            var stamp = new Transaction.Stamp(1_000, keysMax, 60_000);
            Command stamped = command instanceof Transaction transaction ? transaction.stamped(stamp) : command;
            Outcome outcome = state.apply(++index, CommandCodec.encode(stamped));
            state.publish();
            return outcome;
        });
    }

    @Override
    public CompletionStage<PublishedState> readLinearizable(long timeoutMillis) {
        linearizableReads++;
        return answer(state::published);
    }

    @Override
    public CompletionStage<PublishedState> awaitRevision(long revision, long timeoutMillis) {
        if (state.published().revision() >= revision) {
            return CompletableFuture.completedFuture(state.published());
        }
        CompletableFuture<PublishedState> reached = new CompletableFuture<>();
        state.onPublished(now -> {
            if (now.revision() >= revision) {
                reached.complete(now);
            }
        });
        return reached;
    }

    @Override
    public PublishedState state() {
        return state.published();
    }

    private <T> CompletionStage<T> answer(Supplier<T> answer) {
        CompletableFuture<T> stage = new CompletableFuture<>();
        PeerResponse.Kind kind = failure;
        Runnable deliver = () -> {
            if (kind != null) {
                stage.completeExceptionally(new ProposalFailedException(kind, "told by the test"));
            } else {
                stage.complete(answer.get());
            }
        };
        if (holding) {
            held.add(deliver);
        } else {
            deliver.run();
        }
        return stage;
    }
}
