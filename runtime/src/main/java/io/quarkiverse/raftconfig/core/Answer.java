package io.quarkiverse.raftconfig.core;

/** What became of a proposal, a read, a change of membership or a transfer of the leadership: see {@link Input}. */
public sealed interface Answer {
    /** The ticket of what is answered. */
    long ticket();

    /**
     * The proposal is in this leader's log. It is committed when the entry applied at this index has this term; it is
     * certainly lost when the entry applied there has another.
     */
    record Appended(long ticket, Position position) implements Answer {
    }

    /** Certainly not done: a proposal was not appended, a membership is as it was. */
    record Refused(long ticket, Refusal reason) implements Answer {
    }

    /** The read may be answered from a state that has applied {@code index}. */
    record ReadIndex(long ticket, long index) implements Answer {
    }

    /** The membership that was asked for is committed, by the entry at {@code membershipIndex}. */
    record MembershipChanged(long ticket, long membershipIndex) implements Answer {
    }

    /** The leadership ended during the change: it may be completed, or leave the voters as they were. */
    record MembershipUnknown(long ticket) implements Answer {
    }

    /** This node does not lead any more: a later term has begun. */
    record Transferred(long ticket) implements Answer {
    }

    /** Why something was not done. */
    enum Refusal {
        /** This node does not lead, or stopped leading before the read was confirmed. */
        NOT_LEADER,
        /** The log holds as much as {@link RaftSettings#logBytesMax()} allows. */
        LOG_FULL,
        /** This leader has not committed an entry of its own term yet: soon it may be asked again. */
        NOT_READY,
        /** Another membership is the latest than the one from which the target was computed. */
        MEMBERSHIP_MISMATCH,
        /** Another change of membership is not over yet. */
        CHANGE_IN_PROGRESS,
        /** A replica that was to become a voter is not heard from, or takes up the log more slowly than it grows. */
        NOT_CAUGHT_UP,
        /** Of the voters that are asked for, no majority is heard from: nothing could be decided any more. */
        NOT_HEARD,
        /** The leadership is being transferred: soon the next leader, or this one, may be asked again. */
        TRANSFERRING,
        /** There is no such voter, or it did not take over within an election timeout: this leader goes on, if it leads. */
        TRANSFER_FAILED
    }
}
