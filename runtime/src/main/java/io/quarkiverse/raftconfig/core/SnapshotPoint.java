package io.quarkiverse.raftconfig.core;

/**
 * What the algorithm needs to know of a snapshot (§7): the last entry it covers, and the membership in force there.
 *
 * @param last the last entry that the snapshot replaces
 * @param membership the latest membership at or before {@code last}; being covered by a snapshot, it is committed
 * @param membershipIndex the index of the entry that brought {@code membership}; 0 if blank
 */
public record SnapshotPoint(Position last, Membership membership, long membershipIndex) {
    /** No snapshot was taken yet. */
    public static final SnapshotPoint NONE = new SnapshotPoint(Position.ZERO, Membership.BLANK, 0);
}
