package io.quarkiverse.raftconfig.core;

import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * How a cluster is founded, once: the founder asks every listed member whether it is blank, each promises itself durably
 * to this attempt, and the founder founds only when a second round has confirmed all promises at one moment. Every message
 * names the attempt (the founder's replica and a number it made durable before), so that late ones are told.
 */
public sealed interface FoundingMessage {
    /** Identifies the attempt together with {@link #attempt}. */
    ReplicaId founder();

    long attempt();

    /**
     * Are you blank, and will you be mine?
     *
     * @param members the ids the founder's setting lists: both must list the same
     */
    record Ask(ReplicaId founder, long attempt, SortedSet<NodeId> members) implements FoundingMessage {
        public Ask {
            members = Collections.unmodifiableSortedSet(new TreeSet<>(members));
        }
    }

    /** The answer to an {@link Ask}; a promise leaves only once it is durable. */
    record AskAnswer(ReplicaId founder, long attempt, Verdict verdict) implements FoundingMessage {
    }

    /** Are you still blank and still promised to this attempt? */
    record Confirm(ReplicaId founder, long attempt) implements FoundingMessage {
    }

    record ConfirmAnswer(ReplicaId founder, long attempt, boolean confirmed) implements FoundingMessage {
    }

    /** The attempt is given up: cancels exactly its own promise. */
    record Release(ReplicaId founder, long attempt) implements FoundingMessage {
    }

    /** What a member says to an {@link Ask}. */
    enum Verdict {
        PROMISED,
        /** It has data: the asker is to join, not to found. */
        NOT_BLANK,
        /** It is promised to another founder or attempt. */
        PROMISED_TO_ANOTHER,
        /** Its setting lists other members. */
        OTHER_MEMBERS
    }
}
