package io.quarkiverse.raftconfig.sim;

import java.util.PriorityQueue;
import java.util.function.BooleanSupplier;

/**
 * Time that passes only as events need it: one queue, one thread. What is due at the same microsecond happens in the order in
 * which it was scheduled, so that a run with the same seed is the same run.
 */
public final class VirtualTime {
    private final PriorityQueue<Event> events = new PriorityQueue<>(256);
    private long nowMicros;
    private long scheduled;
    private long happened;

    private record Event(long atMicros, long number, Runnable task) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            int byTime = Long.compare(atMicros, other.atMicros);
            return byTime != 0 ? byTime : Long.compare(number, other.number);
        }
    }

    public long nowMicros() {
        return nowMicros;
    }

    public long nowMillis() {
        return nowMicros / 1000;
    }

    /** How many events have happened. */
    long happened() {
        return happened;
    }

    public void schedule(long delayMicros, Runnable task) {
        events.add(new Event(nowMicros + Math.max(0, delayMicros), scheduled++, task));
    }

    /** Lets so much time pass, and all happen that is due by then. */
    public void passMillis(long millis) {
        passMicros(millis * 1000);
    }

    public void passMicros(long micros) {
        long untilMicros = nowMicros + micros;
        while (next(untilMicros)) {
            // What is due has happened.
        }
    }

    /** Lets time pass until {@code condition} holds; false if it doesn't within {@code millis}. */
    public boolean passUntil(BooleanSupplier condition, long millis) {
        long untilMicros = nowMicros + millis * 1000;
        while (!condition.getAsBoolean()) {
            if (!next(untilMicros)) {
                return false;
            }
        }
        return true;
    }

    /** Lets the next event happen, if it is due by {@code untilMicros}; else lets the time pass until then. */
    boolean next(long untilMicros) {
        Event next = events.peek();
        if (next == null || next.atMicros > untilMicros) {
            nowMicros = Math.max(nowMicros, untilMicros);
            return false;
        }
        events.remove();
        nowMicros = next.atMicros;
        happened++;
        next.task.run();
        return true;
    }
}
