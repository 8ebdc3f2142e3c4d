package io.quarkiverse.raftconfig.node;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Calls from any thread, done on the loop: all that have come by then in one turn, so that what they ask for can be asked
 * together.
 */
final class Inbox {
    private final Loop loop;
    private final Runnable afterwards;
    private final Queue<Runnable> calls = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean turnIsDue = new AtomicBoolean();

    /** @param afterwards done on the loop after the calls of one turn */
    Inbox(Loop loop, Runnable afterwards) {
        this.loop = loop;
        this.afterwards = afterwards;
    }

    void add(Runnable call) {
        calls.add(call);
        turn();
    }

    /** A turn is due, even if no call waits for it. */
    void turn() {
        if (turnIsDue.compareAndSet(false, true)) {
            loop.execute(this::takeTurn);
        }
    }

    private void takeTurn() {
        turnIsDue.set(false);
        for (Runnable call = calls.poll(); call != null; call = calls.poll()) {
            call.run();
        }
        afterwards.run();
    }
}
