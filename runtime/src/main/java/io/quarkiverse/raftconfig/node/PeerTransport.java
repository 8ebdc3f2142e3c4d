package io.quarkiverse.raftconfig.node;

import java.util.List;
import java.util.SortedMap;
import java.util.concurrent.CompletionStage;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.core.ClusterId;
import io.quarkiverse.raftconfig.core.FoundingMessage;
import io.quarkiverse.raftconfig.core.Message;
import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.core.ReplicaId;

/**
 * The way to the other nodes. All calls, and all calls of the listener, are made on the loop. Delivery is not promised:
 * what can't be sent now, because there is no connection or the peer is slow and its buffer full, is dropped.
 */
public interface PeerTransport {
    /**
     * Opens the peer port, if {@link #connectTo} has named anybody but this node, and begins to connect. Called once.
     *
     * @return completes on the loop when the port is open; fails with an exception whose message is for the operator if it
     *         can't be opened
     */
    CompletionStage<Void> start(Local local, Listener listener);

    /**
     * Whom to stay connected with: where each may be reached, {@code host:port}, resolved at every connect; this node may
     * be among them. Called before {@link #start}, and again whenever that changes: the first call that names another
     * node opens the port. Connections to nodes that are named no more stay until they break.
     */
    void connectTo(SortedMap<NodeId, String> addresses);

    /**
     * Whom to be connected with though nothing is known of them but an address each, {@code host:port}: which nodes they are,
     * they show. Until this is called again; the connections then stay until they break.
     */
    void seek(List<String> addresses);

    /** Says from now on that this node belongs to {@code clusterId}. */
    void joined(ClusterId clusterId);

    /** Sends to {@code message.to()}, if that incarnation is connected; else drops. */
    void send(Message message);

    /** Sends to the node {@code to}, whatever its incarnation. */
    void send(NodeId to, FoundingMessage message);

    /**
     * Asks a node something; fails with {@link NotConnectedException} if nothing was sent, with {@link AnswerLostException} if
     * it was sent and no answer came.
     */
    CompletionStage<PeerResponse> request(NodeId to, PeerRequest request, long timeoutMillis);

    /** The peers that are connected now and the incarnation each has shown. An immutable copy. */
    SortedMap<NodeId, ReplicaId> connected();

    /**
     * The peers to connect with that are not connected now, and why, in words for people: "not reachable", or the reason
     * of a refusal. An immutable copy; holds no address.
     */
    SortedMap<NodeId, String> notConnected();

    /** Closes the port and all connections. Completes on the loop when all is closed. */
    CompletionStage<Void> stop();

    /**
     * Who this node is, told to each peer in the handshake.
     *
     * @param clusterId null while blank
     */
    record Local(ReplicaId replica, @Nullable ClusterId clusterId) {
    }

    /** What comes from the other nodes. */
    interface Listener {
        /** From a connection whose handshake has shown {@code message.from()}, and meant for this incarnation. */
        void received(Message message);

        void received(ReplicaId from, FoundingMessage message);

        /** A question of a peer; the stage answers it. A failed stage is answered as {@link PeerResponse.Failed}. */
        CompletionStage<PeerResponse> requested(ReplicaId from, PeerRequest request);

        /**
         * Given after each handshake, and again when a connected peer that was blank belongs to a cluster.
         *
         * @param clusterId of the peer; null while it is blank
         */
        void connected(ReplicaId peer, @Nullable ClusterId clusterId);

        /**
         * The connection to {@code peer} broke, and TCP was not accepted again within the hint's time. Given once for each
         * break.
         */
        void unreachable(ReplicaId peer);

        /**
         * What {@code peer} sends can't be taken in, now or later: this node falls behind for good, and is to take no part.
         *
         * @param reason what is wrong and what to do, in words for people
         */
        default void unreadable(ReplicaId peer, String reason, Throwable cause) {
        }
    }

    /** Nothing was sent. */
    final class NotConnectedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public NotConnectedException(NodeId peer) {
            super("no connection to " + peer);
        }
    }

    /** Sent, and not answered: the peer may have done it. */
    final class AnswerLostException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public AnswerLostException(NodeId peer, String reason) {
            super("no answer from " + peer + ": " + reason);
        }
    }
}
