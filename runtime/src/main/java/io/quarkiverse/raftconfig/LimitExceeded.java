package io.quarkiverse.raftconfig;

/** A limit of {@code quarkus.raft-config.limits.*} forbids it. Nothing was appended. */
public final class LimitExceeded extends RaftConfigException {
    private static final long serialVersionUID = 1L;

    /** What kind of limit was met. */
    public enum Kind {
        /** The name, the value or the transaction is too large. */
        TOO_LARGE,
        /** Too much at once; later it may go through. */
        TOO_MANY_REQUESTS,
        /** The store holds as much as it may. */
        STORE_FULL
    }

    private final Kind kind;

    public LimitExceeded(Kind kind, String message) {
        super(message, null);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
