package io.quarkiverse.raftconfig.history;

/** What came of a {@link Request}. */
public sealed interface Response {
    /** A write that is done. Its change is the one that made this revision. */
    record Done(long revision) implements Response {
        @Override
        public String toString() {
            return "done, revision " + revision;
        }
    }

    /** A read that found this value, last changed at this revision. */
    record Found(String value, long revision) implements Response {
        @Override
        public String toString() {
            return "found \"" + value + "\", revision " + revision;
        }
    }

    /** A read or a delete that found nothing. */
    record Absent() implements Response {
        @Override
        public String toString() {
            return "found nothing";
        }
    }

    /**
     * A write whose guard did not hold: it changed nothing, and is as good as a read.
     *
     * @param currentRevision of the property's last change; 0 if there is no such property
     */
    record Refused(long currentRevision) implements Response {
        @Override
        public String toString() {
            return "refused, current revision " + currentRevision;
        }
    }

    /** Certainly without effect, now and later; for a read: not answered. */
    record NotDone() implements Response {
        @Override
        public String toString() {
            return "not done";
        }
    }

    /** Nobody knows: it may take effect at any time after it was invoked, once, or never. */
    record Unknown() implements Response {
        @Override
        public String toString() {
            return "unknown";
        }
    }
}
