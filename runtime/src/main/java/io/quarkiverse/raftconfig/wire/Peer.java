package io.quarkiverse.raftconfig.wire;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.core.ReplicaId;
import io.quarkiverse.raftconfig.node.Loop;

/**
 * Another node, and the attempts to have exactly one connection with it.
 *
 * <pre>
 * no connection --dial--> connection --breaks--> dial at once:
 *        ^                                         TCP not accepted --> unreachable, once
 *        |                                         broken again     --> dial at once again, for one heartbeat
 *        +---- wait, longer each time, up to a second <---- any other failure
 * </pre>
 *
 * Both ends may dial at the same time. Each takes what the other dials, and of two connections both prefer the one that the
 * smaller node id has dialled; the other is used no more, and closed when what was under way on it has come through.
 */
final class Peer implements Dial.Outcome {
    /** What a peer asks of the transport. All calls on the loop. */
    interface Host {
        Dial dial(Peer peer, HostAndPort address, int connectMillisMax);

        /** Judges what the other end has shown of itself. */
        @Nullable
        Refusal judge(Peer peer, PeerConnection connection);

        /** Whether another process with this node's identity seems to run, which is then the one to be connected with. */
        boolean isCopy();

        /** @param anew false if this connection only takes the place of another one of the same replica */
        void connected(Peer peer, PeerConnection connection, boolean anew);

        void disconnected(Peer peer, PeerConnection connection, String reason);

        void unreachable(ReplicaId replica);

        void refusedBy(Peer peer, Refusal refusal);

        /** A number in [0, 1). */
        double random();
    }

    private static final int BACKOFF_MILLIS_MIN = 20;
    private static final int BACKOFF_MILLIS_MAX = 1000;
    static final int CONNECT_MILLIS_MAX = 2000;
    /** Between two attempts while a broken connection is to be explained. */
    private static final int PROBE_PAUSE_MILLIS = 2;
    /** How long the lesser of two connections stays open for what was under way. */
    private static final int LINGER_MILLIS = 5000;

    final NodeId id;

    private final VertxLoop loop;
    private final Host host;
    private final WireSettings settings;
    private final List<PeerConnection> retired = new ArrayList<>();
    private @Nullable HostAndPort address;
    private @Nullable PeerConnection current;
    private @Nullable Dial dial;
    private Loop.@Nullable Timer retry;
    private int failures;
    private String reason = "not dialled yet";
    private long lastLost;
    /** Whether the last attempt was refused because another process has this node's identity. */
    private boolean refusesCopy;
    /** Whose connection broke, until it is known whether it can be reached. */
    private @Nullable ReplicaId broken;
    private long brokenUntilMillis;
    private boolean stopped;

    Peer(VertxLoop loop, Host host, WireSettings settings, NodeId id) {
        this.loop = loop;
        this.host = host;
        this.settings = settings;
        this.id = id;
    }

    /** @param address null to dial it no more */
    void reachAt(@Nullable HostAndPort address) {
        boolean changed = address != null && !address.equals(this.address);
        this.address = address;
        if (address == null) {
            stopDialling();
            // What it said to this node's attempts is of no account any more.
            refusesCopy = false;
            broken = null;
        } else if (changed) {
            failures = 0;
            cancelRetry();
        }
        dialUnlessConnected();
    }

    boolean isWanted() {
        return address != null;
    }

    @Nullable
    PeerConnection current() {
        return current;
    }

    /** The other end knows another process of this node's identity, and not this one. */
    boolean refusesCopy() {
        return refusesCopy;
    }

    long lastLost() {
        return lastLost;
    }

    /** Why there is no connection, in words for people. */
    String reason() {
        return reason;
    }

    /** It has dialled, and was not let in. */
    void turnedAway(Refusal refusal) {
        if (current == null) {
            reason = "refused: it " + refusal.words;
        }
    }

    List<PeerConnection> connections() {
        List<PeerConnection> all = new ArrayList<>(retired);
        if (current != null) {
            all.add(current);
        }
        return all;
    }

    void stop() {
        stopped = true;
        stopDialling();
        connections().forEach(connection -> connection.close("this node stops"));
    }

    /** A connection whose handshake is done, by either side. */
    void adopt(PeerConnection connection) {
        PeerConnection other = current;
        if (other != null && !prefers(connection, other)) {
            retire(connection);
            return;
        }
        current = connection;
        refusesCopy = false;
        failures = 0;
        reason = "";
        broken = null;
        cancelRetry();
        if (other != null) {
            retire(other);
        }
        boolean knownAlready = other != null && Objects.equals(other.peerCluster, connection.peerCluster);
        host.connected(this, connection, !knownAlready);
    }

    /** The other end has lost this one, though this end has not noticed: it breaks nothing. */
    void forget(PeerConnection connection) {
        if (current == connection) {
            current = null;
        }
        connection.close("the peer has connected anew");
    }

    void closed(PeerConnection connection, String why) {
        retired.remove(connection);
        if (current != connection) {
            return;
        }
        current = null;
        lastLost = connection.id;
        reason = why;
        if (stopped) {
            return;
        }
        broken = address == null ? null : connection.peer;
        brokenUntilMillis = loop.nowMillis() + settings.heartbeatIntervalMillis();
        failures = 0;
        cancelRetry();
        host.disconnected(this, connection, why);
        dialUnlessConnected();
    }

    /** Of two connections dialled by the same side the older is a leftover. */
    private boolean prefers(PeerConnection connection, PeerConnection other) {
        if (connection.dialledHere == other.dialledHere) {
            return true;
        }
        return connection.dialledHere == preferredIsDialledHere(connection.self.node());
    }

    /** Whether of two connections the one that this node has dialled stays. */
    boolean preferredIsDialledHere(NodeId self) {
        return self.compareTo(id) < 0;
    }

    private void retire(PeerConnection connection) {
        retired.add(connection);
        // The dialler closes; should it not, the other end does.
        loop.schedule(connection.dialledHere ? LINGER_MILLIS : 2 * LINGER_MILLIS,
                () -> connection.close("another connection is in use"));
    }

    private void dialUnlessConnected() {
        if (stopped || address == null || current != null || dial != null || retry != null) {
            return;
        }
        Dial attempt = host.dial(this, address, broken == null ? CONNECT_MILLIS_MAX : settings.hintMillis());
        dial = attempt;
        attempt.start();
    }

    @Override
    public void established(Dial attempt, PeerConnection connection, Welcome welcome) {
        dial = null;
        refusesCopy = false;
        if (host.isCopy()) {
            connection.close("this node is a copy of another");
            waitAfterRefusal("not taken up: another peer refuses this node, which " + Refusal.SECOND_PROCESS.words);
            return;
        }
        Refusal refusal = connection.peer.node().equals(id) ? host.judge(this, connection) : Refusal.OTHER_NODE;
        if (refusal == null) {
            adopt(connection);
        } else {
            connection.close("it is refused: it " + refusal.words);
            waitAfterRefusal("refused: it " + refusal.words);
        }
    }

    /** One that was dialled by its address alone. */
    void found(PeerConnection connection) {
        Refusal refusal = host.isCopy() ? Refusal.DIALLED_A_COPY : host.judge(this, connection);
        if (refusal == null) {
            adopt(connection);
        } else {
            connection.close("it is refused: it " + refusal.words);
        }
    }

    private void waitAfterRefusal(String why) {
        reason = why;
        broken = null;
        backOff();
    }

    @Override
    public void refused(Dial attempt, Refusal refusal) {
        dial = null;
        refusesCopy = refusal == Refusal.SECOND_PROCESS;
        broken = null;
        if (current != null) {
            return;
        }
        if (refusal != Refusal.ALREADY_CONNECTED) {
            reason = "it refuses this node, which, it says, " + refusal.words;
            host.refusedBy(this, refusal);
        }
        backOff();
    }

    @Override
    public void failed(Dial attempt, boolean accepted, String why) {
        dial = null;
        refusesCopy = false;
        if (current != null) {
            return;
        }
        reason = why;
        ReplicaId lost = broken;
        if (lost != null && !accepted) {
            broken = null;
            host.unreachable(lost);
            if (current == null) {
                backOff();
            }
        } else if (lost != null && loop.nowMillis() < brokenUntilMillis) {
            // A process that is being killed may still accept: it is asked again until it is clear.
            waitToDial(PROBE_PAUSE_MILLIS);
        } else {
            broken = null;
            backOff();
        }
    }

    private void backOff() {
        int exponential = BACKOFF_MILLIS_MIN << Math.min(failures, 6);
        failures++;
        int most = Math.min(BACKOFF_MILLIS_MAX, exponential);
        waitToDial(most / 2 + (int) (host.random() * most / 2));
    }

    private void waitToDial(int millis) {
        cancelRetry();
        if (stopped || address == null) {
            return;
        }
        retry = loop.schedule(millis, () -> {
            retry = null;
            dialUnlessConnected();
        });
    }

    private void stopDialling() {
        cancelRetry();
        if (dial != null) {
            dial.cancel();
            dial = null;
        }
    }

    private void cancelRetry() {
        if (retry != null) {
            retry.cancel();
            retry = null;
        }
    }
}
