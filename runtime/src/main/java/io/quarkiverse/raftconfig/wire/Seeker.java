package io.quarkiverse.raftconfig.wire;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.node.Loop;

/**
 * An address at which there should be some node of a cluster. Which one, the handshake shows; from then on the connection is
 * one with that peer, and when it breaks the address is dialled again.
 */
final class Seeker implements Dial.Outcome {
    private static final int PAUSE_MILLIS = 500;

    /** What a seeker asks of the transport. */
    interface Host {
        Dial dial(Seeker seeker, HostAndPort address);

        boolean isConnected(NodeId node);

        /** Takes the connection up, or closes it. */
        void found(PeerConnection connection);

        void refusedBy(HostAndPort address, Refusal refusal);
    }

    private final Loop loop;
    private final Host host;
    private final HostAndPort address;
    private @Nullable Dial dial;
    private @Nullable NodeId found;
    private Loop.@Nullable Timer timer;
    private boolean stopped;

    Seeker(Loop loop, Host host, HostAndPort address) {
        this.loop = loop;
        this.host = host;
        this.address = address;
    }

    void seek() {
        if (!stopped && dial == null && (found == null || !host.isConnected(found))) {
            dial = host.dial(this, address);
            dial.start();
        } else {
            again();
        }
    }

    void stop() {
        stopped = true;
        if (timer != null) {
            timer.cancel();
        }
        if (dial != null) {
            dial.cancel();
        }
    }

    private void again() {
        dial = null;
        if (!stopped) {
            timer = loop.schedule(PAUSE_MILLIS, this::seek);
        }
    }

    @Override
    public void established(Dial attempt, PeerConnection connection, Welcome welcome) {
        found = connection.peer.node();
        again();
        host.found(connection);
    }

    @Override
    public void refused(Dial attempt, Refusal refusal) {
        again();
        host.refusedBy(address, refusal);
    }

    @Override
    public void failed(Dial attempt, boolean accepted, String reason) {
        again();
    }
}
