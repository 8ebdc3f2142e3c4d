package io.quarkiverse.raftconfig.node;

import java.util.List;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.core.ReplicaId;

/**
 * How a blank node that the founding set does not list becomes a member: it seeks those whose addresses it was given, and asks
 * the first that belongs to a cluster to take it in, as a learner; again and again until the leader reaches it. Lives on the
 * loop.
 */
final class Joining {
    private static final int TIMEOUT_MILLIS = 10_000;
    private static final int PAUSE_MILLIS = 1_000;

    private final ReplicaId self;
    private final Loop loop;
    private final PeerTransport transport;
    private final Standing standing;
    private final Allegiance allegiance;
    private final MembershipSettings settings;
    private final Alarm retry;
    private final Runnable onChange;
    private boolean active;
    private boolean asking;
    private @Nullable String refusal;

    /**
     * @param active whether this node has to ask at all
     * @param onChange runs when it waits for something else
     */
    Joining(ReplicaId self, boolean active, Loop loop, PeerTransport transport, Standing standing, Allegiance allegiance,
            MembershipSettings settings, Runnable onChange) {
        this.self = self;
        this.active = active;
        this.loop = loop;
        this.transport = transport;
        this.standing = standing;
        this.allegiance = allegiance;
        this.settings = settings;
        this.onChange = onChange;
        this.retry = new Alarm(loop, this::ask);
    }

    /** Whether the node of {@code identity} asks to be taken in, and founds nothing. */
    static boolean isFor(Identity identity, NodeSettings settings) {
        return identity.clusterId() == null && !settings.membership().join().isEmpty()
                && !settings.members().containsKey(identity.nodeId());
    }

    boolean isActive() {
        return active;
    }

    void begin() {
        if (active) {
            transport.seek(settings.join());
        }
    }

    /** This node belongs to a cluster, or takes no part any more. */
    void end() {
        if (active) {
            active = false;
            retry.cancel();
            transport.seek(List.of());
        }
    }

    /** There may be somebody to ask. */
    void ask() {
        if (!active || asking) {
            return;
        }
        for (ReplicaId peer : transport.connected().values()) {
            if (!allegiance.isBlank(peer.node())) {
                asking = true;
                standing.whenDone(transport.request(peer.node(),
                        new PeerRequest.Join(self, settings.ownAddress(), TIMEOUT_MILLIS), TIMEOUT_MILLIS), this::answered);
                return;
            }
        }
    }

    private void answered(@Nullable PeerResponse response, @Nullable Throwable failure) {
        asking = false;
        if (!active) {
            return;
        }
        if (response instanceof PeerResponse.Failed failed) {
            refusal = failed.reason();
        } else {
            refusal = response instanceof PeerResponse.Done ? null : Failures.describe(failure, "an answer of another kind");
        }
        retry.setTo(loop.nowMillis() + PAUSE_MILLIS);
        onChange.run();
    }

    /** In words for people. */
    String waitingFor() {
        String seeks = "one of " + String.join(", ", settings.join()) + " (quarkus.raft-config.join) to take this node in";
        String text = transport.connected().isEmpty() ? seeks + "; connected with nobody"
                : seeks + "; connected with " + FoundingHost.names(transport.connected().keySet());
        return refusal == null ? text : text + "; the last answer: " + refusal;
    }
}
