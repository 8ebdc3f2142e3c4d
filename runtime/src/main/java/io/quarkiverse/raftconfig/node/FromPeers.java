package io.quarkiverse.raftconfig.node;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.core.ClusterId;
import io.quarkiverse.raftconfig.core.FoundingInput;
import io.quarkiverse.raftconfig.core.FoundingMessage;
import io.quarkiverse.raftconfig.core.Input;
import io.quarkiverse.raftconfig.core.Message;
import io.quarkiverse.raftconfig.core.ReplicaId;

/** Takes what the peers say to the part of the node that it is for. Lives on the loop. */
record FromPeers(Standing standing, Inbox inbox, Route route, Allegiance allegiance, FoundingHost founding, PeerDesk desk,
        Errands errands, SnapshotReceiver receiver, Reads reads, Writes writes, Runnable onChange)
        implements
            PeerTransport.Listener {
    @Override
    public void received(Message message) {
        if (allegiance.listensTo(message.from())) {
            route.feed(new Input.Received(message));
        }
    }

    @Override
    public void received(ReplicaId from, FoundingMessage message) {
        founding.feed(new FoundingInput.Received(from, message));
    }

    @Override
    public CompletionStage<PeerResponse> requested(ReplicaId from, PeerRequest request) {
        if (!standing.takesPart()) {
            return CompletableFuture.completedFuture(
                    new PeerResponse.Failed(PeerResponse.Kind.NO_LEADER, "the node asked takes no part any more"));
        }
        if (request instanceof PeerRequest.InstallSnapshot chunk) {
            return allegiance.listensTo(from) ? receiver.take(from, chunk)
                    : CompletableFuture.completedFuture(new PeerResponse.Failed(PeerResponse.Kind.NO_LEADER,
                            "the node asked belongs to another cluster"));
        }
        if (request instanceof PeerRequest.Join join && !route.leadsHere()) {
            CompletableFuture<PeerResponse> answer = new CompletableFuture<>();
            errands.passOn(join, answer);
            return answer;
        }
        inbox.turn();
        return desk.answer(from.node(), request);
    }

    @Override
    public void connected(ReplicaId peer, @Nullable ClusterId clusterId) {
        allegiance.shown(peer.node(), clusterId);
        founding.feed(new FoundingInput.Connected(peer, clusterId != null));
        reads.ask();
        writes.tryAgain();
        onChange.run();
    }

    @Override
    public void unreachable(ReplicaId peer) {
        route.feed(new Input.Unreachable(peer));
        onChange.run();
    }

    @Override
    public void unreadable(ReplicaId peer, String reason, Throwable cause) {
        // Whoever belongs to no cluster, or to another, has nothing that this node needs.
        if (allegiance.listensTo(peer)) {
            standing.degrade(reason, cause);
        }
    }
}
