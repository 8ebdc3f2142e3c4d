package io.quarkiverse.raftconfig.core;

/**
 * A place in the log. Two logs that agree on one position agree on everything before it (§5.3, Log Matching).
 *
 * @param index from 1; 0 is the place before the first entry
 * @param term of the leader that created the entry; 0 only with index 0
 */
public record Position(long index, long term) {
    /** The place before the first entry. */
    public static final Position ZERO = new Position(0, 0);

    public Position {
        if (index < 0 || term < 0 || (index == 0) != (term == 0)) {
            throw new IllegalArgumentException("no such position: index " + index + ", term " + term);
        }
    }

    /** §5.4.1: the later last term wins; with equal terms, the longer log. */
    public boolean isAtLeastAsUpToDateAs(Position other) {
        return term != other.term ? term > other.term : index >= other.index;
    }

    @Override
    public String toString() {
        return index + "@" + term;
    }
}
