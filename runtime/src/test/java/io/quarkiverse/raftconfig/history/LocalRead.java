package io.quarkiverse.raftconfig.history;

import org.jspecify.annotations.Nullable;

/**
 * A read of what one node has applied, with no word of the others: old it may be, but never older than what the same node
 * showed before.
 *
 * @param node that answered, with something that tells its lives apart: a node that starts again may go back
 * @param value null if there was none
 */
public record LocalRead(String node, String name, @Nullable String value, long invokedAt, long returnedAt) {
    @Override
    public String toString() {
        return "[" + invokedAt + ", " + returnedAt + "] " + name + " at " + node + ": "
                + (value == null ? "nothing" : "\"" + value + "\"");
    }
}
