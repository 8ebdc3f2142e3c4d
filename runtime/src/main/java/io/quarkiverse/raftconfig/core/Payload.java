package io.quarkiverse.raftconfig.core;

/** What an entry carries. */
public sealed interface Payload {
    /** The first entry of a leader's term: what commits the entries of earlier terms (§5.4.2, §8). */
    record NoOp() implements Payload {
        public static final NoOp INSTANCE = new NoOp();
    }

    /** A command for the state machine; the algorithm does not look into it. */
    record Command(Bytes bytes) implements Payload {
    }

    /** A membership, in force from the moment a node has appended it (§6). */
    record MembershipChange(Membership membership) implements Payload {
    }
}
