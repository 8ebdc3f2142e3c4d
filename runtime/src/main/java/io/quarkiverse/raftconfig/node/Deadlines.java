package io.quarkiverse.raftconfig.node;

import org.jspecify.annotations.Nullable;

/** The time-outs of all callers behind one timer. Lives on the loop. */
final class Deadlines {
    private final Loop loop;
    private final OrderedTasks expirations = new OrderedTasks();
    private final Alarm alarm;
    private @Nullable Runnable onEmpty;

    Deadlines(Loop loop) {
        this.loop = loop;
        this.alarm = new Alarm(loop, this::expire);
    }

    /** @param atMillis on the clock of {@link Loop#nowMillis} */
    OrderedTasks.Slot add(long atMillis, Runnable expired) {
        OrderedTasks.Slot slot = expirations.add(atMillis, expired);
        alarm.setToEarlierOf(atMillis);
        return slot;
    }

    void remove(OrderedTasks.Slot slot) {
        expirations.remove(slot);
        tellIfEmpty();
    }

    /** Runs {@code task}, in a later turn, whenever nobody waits any more; also if that is so now. */
    void whenEmpty(Runnable task) {
        onEmpty = task;
        tellIfEmpty();
    }

    void cancel() {
        alarm.cancel();
    }

    private void expire() {
        expirations.runThrough(loop.nowMillis());
        alarm.setTo(expirations.first());
        tellIfEmpty();
    }

    private void tellIfEmpty() {
        if (onEmpty != null && expirations.isEmpty()) {
            loop.execute(onEmpty);
        }
    }
}
