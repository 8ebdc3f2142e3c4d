package io.quarkiverse.raftconfig.node;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.function.Consumer;

import io.quarkiverse.raftconfig.core.Message;

/**
 * Holds back what promises something until what it promises is durable: votes, requests for votes and acknowledgements
 * leave only when the last write issued before them, and with it every earlier one, has reached the disk. Lives on the
 * loop.
 */
final class DurabilityFence {
    private final Consumer<Message> sender;
    private final Queue<Held> held = new ArrayDeque<>();
    private long issued;
    private long durable;

    private record Held(long sequence, Message message) {
    }

    DurabilityFence(Consumer<Message> sender) {
        this.sender = sender;
    }

    /** @param sequence of a write that was handed to the store thread just now */
    void issued(long sequence) {
        if (sequence != issued + 1) {
            throw new IllegalStateException("write " + sequence + " was issued after write " + issued);
        }
        issued = sequence;
    }

    /** Sends now, if all that was issued is durable, and else as soon as it is. */
    void send(List<Message> messages) {
        for (Message message : messages) {
            if (durable == issued) {
                sender.accept(message);
            } else {
                held.add(new Held(issued, message));
            }
        }
    }

    /** The write {@code sequence} and all before it are durable. */
    void durable(long sequence) {
        durable = Math.max(durable, sequence);
        for (Held first = held.peek(); first != null && first.sequence <= durable; first = held.peek()) {
            held.remove();
            sender.accept(first.message);
        }
    }

    /** Nothing that is held back now will ever leave: the disk has failed. */
    void drop() {
        held.clear();
    }
}
