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

    public Recovered {
        entries = List.copyOf(entries);
    }
}
