package io.quarkiverse.raftconfig.core;

import java.util.List;

/**
 * What a node remembers at boot.
 *
 * @param snapshot the newest durable snapshot, or {@link SnapshotPoint#NONE}
 * @param base the place just before the first of {@code entries}; at or before {@code snapshot.last()}, because a tail of
 *        covered entries is kept for peers that still need them
 * @param entries the log, gapless from {@code base.index() + 1} on; it reaches to {@code snapshot.last()} at least
 * @param commitIndex a committed index that was recorded: a lower bound, at or after {@code snapshot.last().index()} and
 *        at or before the last entry
 */
public record Recovered(HardState hardState, SnapshotPoint snapshot, Position base, List<Entry> entries, long commitIndex) {

    /** A node that has never taken part. */
    public static final Recovered BLANK = new Recovered(HardState.BLANK, SnapshotPoint.NONE, Position.ZERO, List.of(), 0);

    static final Position FOUNDING_ENTRY = new Position(1, 1);
    static final HardState FOUNDED_HARD_STATE = new HardState(1, null);

    public Recovered {
        entries = List.copyOf(entries);
    }

    /**
     * What the founder of a cluster begins with, once it is durable: a log of one entry, which names the members (LogCabin's
     * bootstrap). All others begin blank and get that entry from it.
     */
    public static Recovered founded(Membership membership) {
        Entry entry = new Entry(FOUNDING_ENTRY, new Payload.MembershipChange(membership));
        return new Recovered(FOUNDED_HARD_STATE, SnapshotPoint.NONE, Position.ZERO, List.of(entry), 0);
    }
}
