package io.quarkiverse.raftconfig.node;

import io.quarkiverse.raftconfig.core.Bytes;

/** The answer to a {@link PeerRequest}. */
public sealed interface PeerResponse {
    /**
     * The proposal was committed and applied.
     *
     * @param index of its entry
     * @param outcome an encoded {@code state.Outcome}
     */
    record Applied(long index, Bytes outcome) implements PeerResponse {
    }

    record ReadIndex(long index) implements PeerResponse {
    }

    /** The members are those that were asked for, by the committed entry at {@code membershipIndex}. */
    record MembershipChanged(long membershipIndex) implements PeerResponse {
    }

    /** It was done, and that is all there is to say. */
    record Done() implements PeerResponse {
    }

    /** The snapshot is to go on at {@code nextOffset}, whatever the chunk was that is answered. */
    record SnapshotChunk(long nextOffset) implements PeerResponse {
    }

    /** The snapshot is there, or what it covers was there already. */
    record SnapshotInstalled() implements PeerResponse {
    }

    /**
     * It was not done, or nobody knows.
     *
     * @param reason for the caller; holds no value of a property
     */
    record Failed(Kind kind, String reason) implements PeerResponse {
    }

    /** What is known of a failed request. */
    enum Kind {
        /** Certainly not committed: this node does not lead. */
        NO_LEADER,
        /** It may still commit. */
        OUTCOME_UNKNOWN,
        /** Certainly not committed: the log or the store holds as much as it may. */
        STORE_FULL,
        /** Certainly not committed: too many are under way. */
        TOO_MANY_REQUESTS,
        /** The members are as they were: by now they are others than those from which the request was computed. */
        MEMBERSHIP_MISMATCH,
        /** The members are as they were: another change is not over yet. */
        CHANGE_IN_PROGRESS,
        /** Certainly not done: it can't be as things stand, and the reason says why. */
        CONFLICT
    }
}
