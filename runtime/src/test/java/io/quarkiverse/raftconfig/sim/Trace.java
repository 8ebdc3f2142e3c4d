package io.quarkiverse.raftconfig.sim;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** What has happened, as a number that tells one run from another, and for a replay as text too: its last lines. */
final class Trace {
    private static final int LINES_MAX = 200;

    private final Deque<String> lines = new ArrayDeque<>();
    private final boolean inWords;
    private long hash;

    Trace(boolean inWords) {
        this.inWords = inWords;
    }

    boolean isInWords() {
        return inWords;
    }

    void add(long nowMicros, long what) {
        hash = Hashes.mix(hash, nowMicros, what);
    }

    /** Only if {@link #isInWords}. */
    void say(long nowMicros, String what) {
        if (lines.size() == LINES_MAX) {
            lines.removeFirst();
        }
        lines.addLast(String.format("%10.3f ms  %s", nowMicros / 1000.0, what));
    }

    long hash() {
        return hash;
    }

    List<String> lines() {
        return List.copyOf(lines);
    }
}
