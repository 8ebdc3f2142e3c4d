package io.quarkiverse.raftconfig.node;

import java.util.Map;
import java.util.TreeMap;

/**
 * Tasks that wait for a number that only rises: a time, an index, a revision. Run in the order of what they wait for, and
 * of their arrival where that is the same. Not thread-safe.
 */
final class OrderedTasks {
    private final TreeMap<Slot, Runnable> tasks = new TreeMap<>();
    private long arrivals;

    /** The place of one task: what to {@link #remove} it by. */
    record Slot(long awaited, long arrival) implements Comparable<Slot> {
        @Override
        public int compareTo(Slot other) {
            int byAwaited = Long.compare(awaited, other.awaited);
            return byAwaited != 0 ? byAwaited : Long.compare(arrival, other.arrival);
        }
    }

    Slot add(long awaited, Runnable task) {
        Slot slot = new Slot(awaited, arrivals++);
        tasks.put(slot, task);
        return slot;
    }

    /** The task does not run any more, if it has not begun. */
    void remove(Slot slot) {
        tasks.remove(slot);
    }

    /** Runs and forgets all that wait for {@code reached} or less, also those that are added meanwhile. */
    void runThrough(long reached) {
        while (first() <= reached && !tasks.isEmpty()) {
            Map.Entry<Slot, Runnable> next = tasks.pollFirstEntry();
            next.getValue().run();
        }
    }

    boolean isEmpty() {
        return tasks.isEmpty();
    }

    /** The least number that a task waits for; {@link Long#MAX_VALUE} if there is none. */
    long first() {
        return tasks.isEmpty() ? Long.MAX_VALUE : tasks.firstKey().awaited();
    }
}
