package io.quarkiverse.raftconfig.node;

import java.util.PriorityQueue;
import java.util.function.BooleanSupplier;

/**
 * Time that passes only as events need it: one queue, one thread. What is due at the same microsecond happens in the order
 * in which it was scheduled, so a run with the same seed is the same run.
 */
final class VirtualTime {
    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private long nowMicros;
    private long scheduled;

    private record Event(long atMicros, long number, Runnable task) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            int byTime = Long.compare(atMicros, other.atMicros);
            return byTime != 0 ? byTime : Long.compare(number, other.number);
        }
    }

    long nowMicros() {
        return nowMicros;
    }

    long nowMillis() {
        return nowMicros / 1000;
    }

    void schedule(long delayMicros, Runnable task) {
        events.add(new Event(nowMicros + Math.max(0, delayMicros), scheduled++, task));
    }

    /** Lets so much time pass, and all happen that is due by then. */
    void passMillis(long millis) {
        passMicros(millis * 1000);
    }

    void passMicros(long micros) {
        long untilMicros = nowMicros + micros;
        while (!events.isEmpty() && events.peek().atMicros <= untilMicros) {
            next();
        }
        nowMicros = untilMicros;
    }

    /** Lets time pass until {@code condition} holds; false if it doesn't within {@code millis}. */
    boolean passUntil(BooleanSupplier condition, long millis) {
        long untilMicros = nowMicros + millis * 1000;
        while (!condition.getAsBoolean()) {
            if (events.isEmpty() || events.peek().atMicros > untilMicros) {
                return false;
            }
            next();
        }
        return true;
    }

    private void next() {
        Event event = events.remove();
        nowMicros = event.atMicros;
        event.task.run();
    }
}
