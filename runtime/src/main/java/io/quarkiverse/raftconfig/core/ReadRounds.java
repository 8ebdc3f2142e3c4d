package io.quarkiverse.raftconfig.core;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The linearizable reads that a leader has not answered yet (§8, thesis §6.4).
 * <p>
 * A read may be answered once a majority has answered a round of heartbeats that was sent after the read came: until then
 * this node was the leader, and its commit index at the sending covers all that was acknowledged before. Reads that come
 * while a round is under way wait for the next one and share it. No two rounds have the same number, so that a late answer
 * to one can't confirm another.
 */
final class ReadRounds {
    private List<Long> waiting = new ArrayList<>();
    private final ArrayDeque<Round> underWay = new ArrayDeque<>();

    void add(long ticket) {
        waiting.add(ticket);
    }

    /** How many reads are not answered yet. */
    int size() {
        int size = waiting.size();
        for (Round round : underWay) {
            size += round.tickets.size();
        }
        return size;
    }

    /** Whether reads wait, and no round is under way for which they should wait. */
    boolean wantsRound() {
        return underWay.isEmpty() && !waiting.isEmpty();
    }

    /** The heartbeats of {@code number} are being sent: they serve all reads that wait. */
    void begin(long number, long commitIndex) {
        if (!waiting.isEmpty()) {
            underWay.addLast(new Round(number, commitIndex, waiting));
            waiting = new ArrayList<>();
        }
    }

    /** A majority has answered the round {@code number}, or a later one. */
    void confirmed(long number, Consumer<Answer> answers) {
        Round oldest = underWay.peekFirst();
        while (oldest != null && oldest.number <= number) {
            for (long ticket : oldest.tickets) {
                answers.accept(new Answer.ReadIndex(ticket, oldest.commitIndex));
            }
            underWay.removeFirst();
            oldest = underWay.peekFirst();
        }
    }

    /** The leadership has ended. */
    void refuseAll(Consumer<Answer> answers) {
        begin(Long.MAX_VALUE, 0);
        for (Round round : underWay) {
            for (long ticket : round.tickets) {
                answers.accept(new Answer.Refused(ticket, Answer.Refusal.NOT_LEADER));
            }
        }
        underWay.clear();
    }

    private record Round(long number, long commitIndex, List<Long> tickets) {
    }
}
