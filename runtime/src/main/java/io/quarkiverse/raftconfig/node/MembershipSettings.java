package io.quarkiverse.raftconfig.node;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * What a node does about the membership.
 *
 * @param peersAllowed whether a cluster may have more than one node: the operator has said how these are to talk
 * @param join whom a blank node that is not listed asks to be taken in, each {@code host:port}; empty if it asks nobody
 * @param ownAddress where it says, when it asks, that it can be reached; null if it does not know
 * @param voters up to how many voters a leader makes of learners; 0 for none but those that were asked for
 * @param replaceLostAfterMillis for how long the replica of a member must not have been seen before a leader puts the
 *        blank one of the same node id in its place; 0 for never
 */
public record MembershipSettings(boolean peersAllowed, List<String> join, @Nullable String ownAddress, int voters,
        long replaceLostAfterMillis) {

    /** Members change by request only. */
    public static final MembershipSettings BY_REQUEST = new MembershipSettings(true, List.of(), null, 0, 0);

    public MembershipSettings {
        join = List.copyOf(join);
    }
}
