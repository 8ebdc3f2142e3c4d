package io.quarkiverse.raftconfig.node;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.function.Consumer;

/**
 * Holds back what promises something until what it promises is durable: votes, requests for votes and acknowledgements
 * leave only when the last write issued before them, and with it every earlier one, has reached the disk. Lives on the
 * loop.
 *
 * @param <M> what is sent
 */
final class DurabilityFence<M> {
    private final Consumer<M> sender;
    private final Queue<Held<M>> held = new ArrayDeque<>();
    private long issued;
    private long durable;

    private record Held<M>(long sequence, M message) {
    }

    DurabilityFence(Consumer<M> sender) {
        this.sender = sender;
    }

    /**
     * A write is handed to the store thread.
     *
     * @return its sequence: it is the next one
     */
    long issue() {
        return ++issued;
    }

    /** Sends now, if all that was issued is durable, and else as soon as it is. */
    void send(List<M> messages) {
        for (M message : messages) {
            if (durable == issued) {
                sender.accept(message);
            } else {
                held.add(new Held<>(issued, message));
            }
        }
    }

    /** The write {@code sequence} and all before it are durable. */
    void durable(long sequence) {
        durable = Math.max(durable, sequence);
        for (Held<M> first = held.peek(); first != null && first.sequence <= durable; first = held.peek()) {
            held.remove();
            sender.accept(first.message);
        }
    }

    /** What is held back now will never leave: the disk has failed, or the node stops. */
    void drop() {
        held.clear();
    }
}
