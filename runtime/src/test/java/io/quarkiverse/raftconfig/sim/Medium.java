package io.quarkiverse.raftconfig.sim;

import io.quarkiverse.raftconfig.node.RaftStore;

/** What a store keeps its data on, from crash to crash. */
public interface Medium {
    /** The store as a process finds it when it starts. */
    RaftStore open();

    /**
     * The process dies, or the power goes off, while {@code underWay} is being written by the store that was opened last:
     * it may be there afterwards, whole, or not.
     */
    void crash(Runnable underWay);

    /** The same, while nothing is being written. */
    void crash();

    /** How many entries one call of {@link RaftStore#compact} drops at most. */
    int cutEntriesMax();

    /** While nothing runs that uses it. */
    Damage damage();

    /** What has happened to it. */
    enum Damage {
        NONE,
        /** A bit is another than was written. */
        BIT_FLIPPED,
        /** The next read fails, and no other. */
        READ_FAILS
    }
}
