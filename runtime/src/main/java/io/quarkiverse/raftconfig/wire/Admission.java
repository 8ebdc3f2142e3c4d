package io.quarkiverse.raftconfig.wire;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.node.Loop;

/**
 * Who may come in: one process of each node, of this cluster or blank. Of two connections that a pair dials at once, the one
 * that stays is that of the smaller node id. Lives on the loop.
 */
final class Admission implements Gate.Judge {
    private final Loop loop;
    private final WireSettings settings;
    private final Self self;
    private final Peers peers;
    private final PeerNews news;

    Admission(Loop loop, WireSettings settings, Self self, Peers peers, PeerNews news) {
        this.loop = loop;
        this.settings = settings;
        this.self = self;
        this.peers = peers;
        this.news = news;
    }

    @Override
    public @Nullable Refusal judge(Hello hello) {
        Refusal refusal = find(hello);
        if (refusal == null || refusal == Refusal.ALREADY_CONNECTED) {
            return refusal;
        }
        NodeId from = hello.from().node();
        Peer peer = peers.find(from);
        PeerConnection first = peer == null ? null : peer.current();
        if (first != null && first.refusalOf(hello.from(), hello.process()) == refusal) {
            // The first one may be dead, which shows when it does not answer. Only of two that live there is something to tell.
            first.ping(() -> news.refused(from, refusal));
        } else {
            news.refused(from, refusal);
        }
        if (peer != null) {
            peer.turnedAway(refusal);
        }
        return refusal;
    }

    private @Nullable Refusal find(Hello hello) {
        NodeId own = self.node();
        if (!hello.speaksOurs()) {
            return Refusal.PROTOCOL_VERSION;
        } else if (hello.to() != null && !hello.to().equals(own)) {
            return Refusal.OTHER_NODE;
        } else if (hello.from().node().equals(own)) {
            return Refusal.DUPLICATE_NODE_ID;
        } else if (self.isOfAnother(hello.cluster())) {
            return Refusal.OTHER_CLUSTER;
        } else if (peers.selfIsCopy()) {
            return Refusal.DIALLED_A_COPY;
        }
        Peer peer = peers.find(hello.from().node());
        if (peer == null && peers.uninvited() >= settings.strangersMax()) {
            return Refusal.NO_ROOM;
        }
        PeerConnection other = peer == null ? null : peer.current();
        if (peer == null || other == null) {
            return null;
        }
        Refusal duplicate = other.refusalOf(hello.from(), hello.process());
        if (duplicate != null) {
            return duplicate;
        } else if (hello.lost() == other.id || !other.dialledHere) {
            peer.forget(other);
            return null;
        }
        other.ping();
        return peer.preferredIsDialledHere(own) ? Refusal.ALREADY_CONNECTED : null;
    }

    @Override
    public void crowded() {
        news.crowded(loop.nowMillis(), settings.strangersMax());
    }

    @Override
    public Welcome welcome() {
        return self.welcome();
    }

    @Override
    public void established(PeerConnection connection, Hello hello) {
        peers.get(connection.peer.node()).adopt(connection);
    }
}
