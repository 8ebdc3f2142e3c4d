package io.quarkiverse.raftconfig.node;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import io.quarkiverse.raftconfig.core.Answer;
import io.quarkiverse.raftconfig.core.Input;

/**
 * How a leader that stops lets another lead first, so that the cluster need not find out that it is gone. Lives on the loop.
 */
final class HandOver {
    private final Route route;
    private final Tickets tickets;
    private final CompletableFuture<Void> over = new CompletableFuture<>();
    private boolean begun;

    HandOver(Route route, Tickets tickets) {
        this.route = route;
        this.tickets = tickets;
    }

    /** Completes at once if this node does not lead; else when another does, or none will take over. */
    CompletionStage<Void> begin() {
        if (route.leadsHere()) {
            begun = true;
            route.feed(new Input.Transfer(tickets.issue(this::answered), null));
        } else {
            over.complete(null);
        }
        return over;
    }

    private void answered(Answer answer) {
        if (answer instanceof Answer.Refused) {
            over.complete(null);
        }
    }

    /** To be called with every step. The one that takes over may need this node's vote, so its success is waited for. */
    void look() {
        if (begun && route.leaderElsewhere() != null) {
            over.complete(null);
        }
    }
}
