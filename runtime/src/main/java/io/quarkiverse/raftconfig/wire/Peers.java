package io.quarkiverse.raftconfig.wire;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.core.ReplicaId;

/** The other nodes, by node id: those to connect with, and those that have come by themselves. Lives on the loop. */
final class Peers {
    /** Makes one that is not known yet. */
    interface Maker {
        Peer make(NodeId id);
    }

    private final SortedMap<NodeId, Peer> peers = new TreeMap<>();
    private final Maker maker;

    Peers(Maker maker) {
        this.maker = maker;
    }

    Peer get(NodeId id) {
        return peers.computeIfAbsent(id, maker::make);
    }

    /** Null if nothing was heard or said of it. */
    @Nullable
    Peer find(NodeId id) {
        return peers.get(id);
    }

    /** The connection in use; null if there is none. */
    @Nullable
    PeerConnection connection(NodeId id) {
        Peer peer = peers.get(id);
        return peer == null ? null : peer.current();
    }

    /** A copy: what is done with these may change which there are. */
    List<Peer> all() {
        return List.copyOf(peers.values());
    }

    /** How many have come by themselves. */
    int uninvited() {
        return (int) peers.values().stream().filter(peer -> !peer.isWanted()).count();
    }

    /** All connections, those that are used no more among them. */
    List<PeerConnection> connections() {
        List<PeerConnection> all = new ArrayList<>();
        peers.values().forEach(peer -> all.addAll(peer.connections()));
        return all;
    }

    SortedMap<NodeId, ReplicaId> connected() {
        SortedMap<NodeId, ReplicaId> connected = new TreeMap<>();
        peers.forEach((id, peer) -> {
            PeerConnection connection = peer.current();
            if (connection != null) {
                connected.put(id, connection.peer);
            }
        });
        return Collections.unmodifiableSortedMap(connected);
    }

    /** Why not, for each with which there ought to be a connection. */
    SortedMap<NodeId, String> notConnected() {
        SortedMap<NodeId, String> reasons = new TreeMap<>();
        peers.forEach((id, peer) -> {
            if (peer.current() == null && peer.isWanted()) {
                reasons.put(id, peer.reason());
            }
        });
        return Collections.unmodifiableSortedMap(reasons);
    }

    void closed(PeerConnection connection, String reason) {
        Peer peer = peers.get(connection.peer.node());
        if (peer != null) {
            peer.closed(connection, reason);
            forgetUnwanted();
        }
    }

    /** Those with which there is neither a connection nor ought to be one. */
    void forgetUnwanted() {
        peers.values().removeIf(peer -> !peer.isWanted() && peer.connections().isEmpty());
    }

    /**
     * Nobody has this node, and somebody has another process with its identity. Then it is not to come in where that one
     * happens not to be: two that speak in one name could vote twice in a term.
     */
    boolean selfIsCopy() {
        return peers.values().stream().anyMatch(Peer::refusesCopy)
                && peers.values().stream().allMatch(peer -> peer.current() == null);
    }
}
