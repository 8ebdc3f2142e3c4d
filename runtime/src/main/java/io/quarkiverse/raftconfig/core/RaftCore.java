package io.quarkiverse.raftconfig.core;

import java.util.SortedMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

import org.jspecify.annotations.Nullable;

/** One Raft node. Not thread-safe: the host calls {@link #step} from one thread. */
public final class RaftCore {
    /**
     * @param self this replica
     * @param recovered what it remembers
     * @param random draws election timeouts, and nothing else
     */
    public RaftCore(ReplicaId self, RaftSettings settings, Recovered recovered, RandomGenerator random) {
        throw new UnsupportedOperationException();
    }

    /**
     * What follows from {@code input}.
     *
     * @param now monotonic milliseconds, never less than at the step before; the zero is the host's
     */
    public Effects step(long now, Input input) {
        throw new UnsupportedOperationException();
    }

    public Role role() {
        throw new UnsupportedOperationException();
    }

    public long term() {
        throw new UnsupportedOperationException();
    }

    /** Who leads in {@link #term}, as far as this node knows. */
    public @Nullable ReplicaId leader() {
        throw new UnsupportedOperationException();
    }

    public long commitIndex() {
        throw new UnsupportedOperationException();
    }

    /** The end of the log. */
    public Position lastLog() {
        throw new UnsupportedOperationException();
    }

    /** The latest membership in the log, committed or not (§6). */
    public Membership membership() {
        throw new UnsupportedOperationException();
    }

    /** The index of the entry that brought {@link #membership}; 0 if blank. */
    public long membershipIndex() {
        throw new UnsupportedOperationException();
    }

    /** The latest committed membership at or before {@code index}, for a snapshot taken there. */
    public SnapshotPoint snapshotPoint(long index) {
        throw new UnsupportedOperationException();
    }

    /** What the leader knows each member to hold; empty on others. */
    public SortedMap<ReplicaId, Long> matchIndexes() {
        return new TreeMap<>();
    }
}
