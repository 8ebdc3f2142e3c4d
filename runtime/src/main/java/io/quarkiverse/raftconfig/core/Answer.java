package io.quarkiverse.raftconfig.core;

/** What became of a {@link Input.Proposal} or an {@link Input.Read}. */
public sealed interface Answer {
    /** The ticket of the proposal or read that is answered. */
    long ticket();

    /**
     * The proposal is in this leader's log. It is committed when the entry applied at this index has this term; it is
     * certainly lost when the entry applied there has another.
     */
    record Appended(long ticket, Position position) implements Answer {
    }

    /** Nothing was appended: certainly not committed. */
    record Refused(long ticket, Refusal reason) implements Answer {
    }

    /** The read may be answered from a state that has applied {@code index}. */
    record ReadIndex(long ticket, long index) implements Answer {
    }

    /** Why a proposal or read was not taken. */
    enum Refusal {
        /** This node does not lead, or stopped leading before the read was confirmed. */
        NOT_LEADER,
        /** The log holds as much as {@link RaftSettings#logBytesMax()} allows. */
        LOG_FULL
    }
}
