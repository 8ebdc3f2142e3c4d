package io.quarkiverse.raftconfig.core;

import java.util.ArrayList;
import java.util.List;

/** What was said and done in a {@link Conversation}, line by line. */
final class Transcript {
    private final List<String> lines = new ArrayList<>();
    private String indent = "";
    private boolean quiet;

    /** Comments and commands, as they stand in the file. */
    void copy(String line) {
        lines.add(line);
    }

    /** What is skipped if the command is to run quietly. */
    void tell(String line) {
        if (!quiet) {
            note(line);
        }
    }

    /** What is worth telling always: who leads, what is committed, what is dropped. */
    void note(String line) {
        lines.add("  " + (quiet ? "" : indent) + line);
    }

    /** What {@code action} tells follows from the line before. */
    void within(Runnable action) {
        String before = indent;
        indent = "  ";
        action.run();
        indent = before;
    }

    void quietly(Runnable action) {
        boolean before = quiet;
        quiet = true;
        action.run();
        quiet = before;
    }

    void silently(Runnable action) {
        int before = lines.size();
        action.run();
        lines.subList(before, lines.size()).clear();
    }

    String text() {
        return String.join("\n", lines) + "\n";
    }
}
