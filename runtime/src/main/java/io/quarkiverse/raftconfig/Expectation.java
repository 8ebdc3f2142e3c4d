package io.quarkiverse.raftconfig;

/** What must hold of a property when a change to it is applied; otherwise {@link RevisionMismatch}, and nothing changes. */
public sealed interface Expectation {
    /** Nothing. */
    static Expectation none() {
        return None.INSTANCE;
    }

    /** There is no such property ({@code If-None-Match: *}). */
    static Expectation absent() {
        return Absent.INSTANCE;
    }

    /** There is such a property, whatever its revision ({@code If-Match: *}). */
    static Expectation present() {
        return Present.INSTANCE;
    }

    /** Its last change was {@code revision} ({@code If-Match: "<revision>"}). */
    static Expectation revision(long revision) {
        return new AtRevision(revision);
    }

    /** See {@link #none}. */
    record None() implements Expectation {
        private static final None INSTANCE = new None();
    }

    /** See {@link #absent}. */
    record Absent() implements Expectation {
        private static final Absent INSTANCE = new Absent();
    }

    /** See {@link #present}. */
    record Present() implements Expectation {
        private static final Present INSTANCE = new Present();
    }

    /** See {@link #revision}. */
    record AtRevision(long revision) implements Expectation {
        public AtRevision {
            if (revision < 1) {
                throw new IllegalArgumentException("a revision is at least 1, not " + revision);
            }
        }
    }
}
