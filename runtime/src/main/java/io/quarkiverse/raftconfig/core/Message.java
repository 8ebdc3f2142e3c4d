package io.quarkiverse.raftconfig.core;

import java.util.List;

/**
 * All that two replicas say to each other. A message is addressed to an incarnation: a receiver with another storage id
 * ignores it. Any message may be lost, delayed, repeated or overtaken.
 */
public sealed interface Message {
    ReplicaId from();

    ReplicaId to();

    /** The sender's term, except in {@link PreVote}. */
    long term();

    /**
     * Would you vote for me? (thesis §9.6). Asked before a candidate raises its term, so that a node that can't win
     * disturbs nobody.
     *
     * @param term the term the sender would campaign in: its own plus one
     * @param lastLog the end of the sender's log
     */
    record PreVote(ReplicaId from, ReplicaId to, long term, Position lastLog) implements Message {
    }

    /**
     * Promises nothing, so it waits for no disk.
     *
     * @param term the responder's own: a pre-candidate that lags adopts it, or it would ask for ever
     * @param requestedTerm the term of the PreVote that is answered
     */
    record PreVoteResponse(ReplicaId from, ReplicaId to, long term, long requestedTerm, boolean granted)
            implements
                Message {
    }

    /**
     * §5.2. Leaves only once the candidate's own term and vote are durable, and its log up to {@code lastLog}.
     *
     * @param lastLog the end of the candidate's log
     * @param transfer whether the leader has asked for this campaign: then nobody protects it (thesis §4.2.3)
     */
    record RequestVote(ReplicaId from, ReplicaId to, long term, Position lastLog, boolean transfer) implements Message {
        public RequestVote(ReplicaId from, ReplicaId to, long term, Position lastLog) {
            this(from, to, term, lastLog, false);
        }
    }

    /** Leaves only once the vote is durable. */
    record RequestVoteResponse(ReplicaId from, ReplicaId to, long term, boolean granted) implements Message {
    }

    /**
     * §5.3.
     *
     * @param prevLog the place just before {@code entries}
     * @param entries gapless from {@code prevLog.index() + 1}, terms never falling; empty to probe
     * @param leaderCommit the leader's commit index; the follower commits no further than these entries prove
     * @param heldByAll an index that every member is known to hold durably: what lies before may be compacted
     */
    record AppendEntries(ReplicaId from, ReplicaId to, long term, Position prevLog, List<Entry> entries,
            long leaderCommit, long heldByAll) implements Message {
        public AppendEntries {
            entries = List.copyOf(entries);
        }

        /** The last index that this message vouches for. */
        public long lastIndex() {
            return prevLog.index() + entries.size();
        }
    }

    /**
     * A success leaves only once the entries are durable.
     *
     * @param success whether {@code prevLog} matched
     * @param matchIndex on success, the last index that the request vouched for and the follower now holds durably; on
     *        failure, {@code prevLog.index()} of the request, by which a late answer is told
     * @param hint on failure, the latest place at which the two logs may still agree, as far as the follower can tell:
     *        the leader looks for its own last entry at or before {@code hint.index()} with a term of at most
     *        {@code hint.term()} and goes on from there (§5.3, one round trip per conflicting term); on success
     *        {@link Position#ZERO}
     */
    record AppendEntriesResponse(ReplicaId from, ReplicaId to, long term, boolean success, long matchIndex,
            Position hint) implements Message {
    }

    /**
     * An AppendEntries without entries that claims nothing of the log, so that its answer waits for no disk.
     *
     * @param round rises with every round of one leader and term: an answer confirms the leadership as of the sending of
     *        that round
     * @param leaderCommit at most what the receiver is known to hold
     */
    record Heartbeat(ReplicaId from, ReplicaId to, long term, long round, long leaderCommit) implements Message {
    }

    /**
     * @param round of the heartbeat that is answered; 0, which confirms nothing, if that or an AppendEntries was of an earlier
     *        term than this one: leaders number their rounds anew in every term
     */
    record HeartbeatResponse(ReplicaId from, ReplicaId to, long term, long round) implements Message {
    }

    /**
     * The commit index has moved, told at once when no AppendEntries is about to carry it. Not answered.
     *
     * @param commitIndex at most what the receiver is known to hold
     */
    record CommitAdvanced(ReplicaId from, ReplicaId to, long term, long commitIndex) implements Message {
    }

    /** The leader wants the receiver to take over: campaign at once (thesis §3.10). Not answered. */
    record TimeoutNow(ReplicaId from, ReplicaId to, long term) implements Message {
    }
}
