package io.quarkiverse.raftconfig.node;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

import io.quarkiverse.raftconfig.core.Answer;

/** Who asked the core for what. Lives on the loop. */
final class Tickets {
    private final Map<Long, Consumer<Answer>> askers = new HashMap<>();
    private long last;

    /** A new ticket, for one answer. */
    long issue(Consumer<Answer> asker) {
        askers.put(++last, asker);
        return last;
    }

    /** Nobody waits for this answer any more. */
    void withdraw(long ticket) {
        askers.remove(ticket);
    }

    /** How many wait for an answer. */
    int size() {
        return askers.size();
    }

    void answer(Answer answer) {
        Consumer<Answer> asker = askers.remove(answer.ticket());
        if (asker != null) {
            asker.accept(answer);
        }
    }
}
