package io.quarkiverse.raftconfig.history;

import java.util.List;

import org.jspecify.annotations.Nullable;

/** What a judge says of a history. */
public sealed interface Verdict {
    /** There is an order of all operations that explains what the clients saw. */
    record Linearizable() implements Verdict {
    }

    /**
     * There is none.
     *
     * @param what is wrong, in one sentence
     * @param before the last operations of the longest order that explains a part
     * @param stuck none of which can be next; the first is the one that had to be
     */
    record Violation(String what, List<Operation> before, List<Operation> stuck) implements Verdict {
        public Violation {
            before = List.copyOf(before);
            stuck = List.copyOf(stuck);
        }

        static Violation of(String what, @Nullable Operation... operations) {
            return new Violation(what, List.of(), List.of(operations));
        }

        @Override
        public String toString() {
            StringBuilder text = new StringBuilder(what);
            if (!before.isEmpty()) {
                text.append("\n  the longest order that can be explained ends with");
                before.forEach(operation -> text.append("\n    ").append(operation));
            }
            text.append(before.isEmpty() ? "" : "\n  then one of these had to be next, and none can be");
            stuck.forEach(operation -> text.append("\n    ").append(operation));
            return text.toString();
        }
    }

    /** The judge gave up after so many states: neither. */
    record TooHard(String name, int states) implements Verdict {
    }
}
