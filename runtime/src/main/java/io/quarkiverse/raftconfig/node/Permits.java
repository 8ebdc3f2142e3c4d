package io.quarkiverse.raftconfig.node;

import java.util.concurrent.atomic.AtomicInteger;

/** Bounds how much is under way at once, from any thread: who gets none is refused, and nobody waits. */
final class Permits {
    private final AtomicInteger taken = new AtomicInteger();
    private final int max;

    Permits(int max) {
        this.max = max;
    }

    boolean tryTake() {
        if (taken.incrementAndGet() <= max) {
            return true;
        }
        taken.decrementAndGet();
        return false;
    }

    void giveBack() {
        taken.decrementAndGet();
    }
}
