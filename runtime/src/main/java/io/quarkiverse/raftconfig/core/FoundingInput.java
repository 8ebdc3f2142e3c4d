package io.quarkiverse.raftconfig.core;

/** All that can happen to a {@link Founding}. */
public sealed interface FoundingInput {
    /** Nothing but time: given at boot, and when the time named by {@link FoundingEffects#wakeAtMillis} has come. */
    record TimePassed() implements FoundingInput {
    }

    /** @param from the incarnation that the connection's handshake has shown */
    record Received(ReplicaId from, FoundingMessage message) implements FoundingInput {
    }

    /**
     * A peer was connected.
     *
     * @param hasData whether it belongs to a cluster
     */
    record Connected(ReplicaId peer, boolean hasData) implements FoundingInput {
    }

    /** This node belongs to a cluster now: it has its first membership entry. */
    record Joined() implements FoundingInput {
    }
}
