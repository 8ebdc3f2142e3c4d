package io.quarkiverse.raftconfig.wire;

import java.util.HashSet;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.log.RaftConfigLog;

/** Tells operators of peers. A cause that stays is told once, until the peer is connected again. Lives on the loop. */
final class PeerNews {
    private static final int TOLD_MAX = 1000;

    /** A crowd may stay: it is told of again, but not all the time. */
    private static final long CROWD_PAUSE_MILLIS = 60_000;

    private final String self;
    private final Set<Told> told = new HashSet<>();

    private long crowdIsNewsAtMillis = Long.MIN_VALUE;
    private int cutOff;

    private record Told(@Nullable NodeId peer, String what) {
    }

    PeerNews(NodeId self) {
        this.self = self.value();
    }

    /** @param anew false if it was connected before, over another connection */
    void connected(PeerConnection connection, boolean anew) {
        told.removeIf(cause -> connection.peer.node().equals(cause.peer()));
        if (anew) {
            RaftConfigLog.LOG.peerConnected(self, connection.peer.toString());
        }
    }

    void disconnected(PeerConnection connection, String reason) {
        RaftConfigLog.LOG.peerDisconnected(self, connection.peer.toString(), reason);
    }

    /** What is sent to it is dropped. */
    void slow(PeerConnection connection) {
        if (isNew(slowness(connection))) {
            RaftConfigLog.LOG.peerSlow(self, connection.peer.toString(), connection.waitingBytes());
        }
    }

    void hasCaughtUp(PeerConnection connection) {
        told.remove(slowness(connection));
    }

    /** This node refuses it. */
    void refused(NodeId peer, Refusal refusal) {
        if (isNew(new Told(peer, refusal.name()))) {
            RaftConfigLog.LOG.peerRefused(self, peer.value(), refusal.words);
        }
    }

    /** It refuses this node. */
    void refusedBy(NodeId peer, Refusal refusal) {
        if (isNew(new Told(peer, "by " + refusal))) {
            RaftConfigLog.LOG.refusedByPeer(self, peer.value(), refusal.words);
        }
    }

    /** Whoever is found at {@code address} refuses this node. */
    void refusedAt(HostAndPort address, Refusal refusal) {
        if (isNew(new Told(null, "at " + address + " " + refusal))) {
            RaftConfigLog.LOG.refusedByPeer(self, address.toString(), refusal.words);
        }
    }

    /** Strangers fill the peer port: one more of them was cut off. */
    void crowded(long nowMillis, int strangersMax) {
        cutOff++;
        if (nowMillis >= crowdIsNewsAtMillis) {
            RaftConfigLog.LOG.peerPortCrowded(self, strangersMax, cutOff);
            crowdIsNewsAtMillis = nowMillis + CROWD_PAUSE_MILLIS;
            cutOff = 0;
        }
    }

    private static Told slowness(PeerConnection connection) {
        return new Told(connection.peer.node(), "slow");
    }

    private boolean isNew(Told cause) {
        if (told.size() >= TOLD_MAX) {
            told.clear();
        }
        return told.add(cause);
    }
}
