package io.quarkiverse.raftconfig;

/** A write was sent and not answered in time: it may still commit. Repeat it with the same idempotency key. */
public final class OutcomeUnknown extends RaftConfigException {
    private static final long serialVersionUID = 1L;

    public OutcomeUnknown(String message) {
        super(message, null);
    }
}
