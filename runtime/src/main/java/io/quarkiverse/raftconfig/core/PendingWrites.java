package io.quarkiverse.raftconfig.core;

import java.util.ArrayDeque;

/** The writes that were asked for and are not known to be durable yet, oldest first. */
final class PendingWrites {
    private final ArrayDeque<Pending> queue = new ArrayDeque<>();
    private long lastSequence;

    /** @return the sequence of the new write */
    long add(long term, long lastIndex, long now) {
        lastSequence++;
        queue.addLast(new Pending(lastSequence, term, lastIndex, now));
        return lastSequence;
    }

    /**
     * Takes out what is durable now.
     *
     * @return the end of the log as of the newest of these writes, if that was made in {@code currentTerm}; else
     *         {@link RaftLog#ABSENT}: a write of an earlier term says nothing about what is in the log now
     */
    long persisted(Input.Persisted persisted, long currentTerm) {
        long durableIndex = RaftLog.ABSENT;
        Pending oldest = queue.peekFirst();
        while (oldest != null && oldest.sequence <= persisted.sequence()) {
            if (oldest.term == currentTerm && persisted.term() == currentTerm) {
                durableIndex = oldest.lastIndex;
            }
            queue.removeFirst();
            oldest = queue.peekFirst();
        }
        return durableIndex;
    }

    /** The time at which the oldest pending write will have taken {@code millis}; {@link Long#MAX_VALUE} if none is pending. */
    long overdueAt(long millis) {
        Pending oldest = queue.peekFirst();
        return oldest == null ? Long.MAX_VALUE : oldest.since + millis;
    }

    /** @param lastIndex the end of the log once this write is durable */
    private record Pending(long sequence, long term, long lastIndex, long since) {
    }
}
