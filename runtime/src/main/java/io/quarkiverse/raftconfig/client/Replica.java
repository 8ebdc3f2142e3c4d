package io.quarkiverse.raftconfig.client;

import java.util.concurrent.CompletionStage;

import io.quarkiverse.raftconfig.node.RaftNode;
import io.quarkiverse.raftconfig.state.Command;
import io.quarkiverse.raftconfig.state.Outcome;
import io.quarkiverse.raftconfig.state.PublishedState;

/** The part of a {@link RaftNode} that a client needs, as it is described there. */
interface Replica {
    CompletionStage<Outcome> propose(Command command, long timeoutMillis);

    CompletionStage<PublishedState> readLinearizable(long timeoutMillis);

    CompletionStage<PublishedState> awaitRevision(long revision, long timeoutMillis);

    PublishedState state();

    static Replica of(RaftNode node) {
        return new Replica() {
            @Override
            public CompletionStage<Outcome> propose(Command command, long timeoutMillis) {
                return node.propose(command, timeoutMillis);
            }

            @Override
            public CompletionStage<PublishedState> readLinearizable(long timeoutMillis) {
                return node.readLinearizable(timeoutMillis);
            }

            @Override
            public CompletionStage<PublishedState> awaitRevision(long revision, long timeoutMillis) {
                return node.awaitRevision(revision, timeoutMillis);
            }

            @Override
            public PublishedState state() {
                return node.state();
            }
        };
    }
}
