package io.quarkiverse.raftconfig.history;

/** What must hold of the property for a write to be done. */
public sealed interface Guard {
    Guard NONE = new None();

    /** Nothing. */
    record None() implements Guard {
        @Override
        public String toString() {
            return "";
        }
    }

    /** There is no such property. */
    record Absent() implements Guard {
        @Override
        public String toString() {
            return " if absent";
        }
    }

    /** There is such a property. */
    record Present() implements Guard {
        @Override
        public String toString() {
            return " if present";
        }
    }

    /** It was last changed at this revision. */
    record AtRevision(long revision) implements Guard {
        @Override
        public String toString() {
            return " if at revision " + revision;
        }
    }
}
