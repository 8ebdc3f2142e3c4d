package io.quarkiverse.raftconfig.wire;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import io.quarkiverse.raftconfig.codec.UnknownFormatException;
import io.quarkiverse.raftconfig.core.ClusterId;
import io.quarkiverse.raftconfig.core.FoundingMessage;
import io.quarkiverse.raftconfig.core.Message;
import io.quarkiverse.raftconfig.node.PeerRequest;
import io.quarkiverse.raftconfig.node.PeerResponse;

/** Of a connection whose messages don't matter. */
class SilentOwner implements PeerConnection.Owner {
    @Override
    public void received(PeerConnection connection, Message message) {
    }

    @Override
    public void received(PeerConnection connection, FoundingMessage message) {
    }

    @Override
    public void joined(PeerConnection connection, ClusterId cluster) {
    }

    @Override
    public CompletionStage<PeerResponse> requested(PeerConnection connection, PeerRequest request) {
        return new CompletableFuture<>();
    }

    @Override
    public void unreadable(PeerConnection connection, UnknownFormatException cause) {
    }

    @Override
    public void failed(PeerConnection connection, Throwable cause) {
    }

    @Override
    public void closed(PeerConnection connection, String reason) {
    }
}
