package io.quarkiverse.raftconfig.node;

/** The data directory does not hold what was written to it. The message says what, where, and the way out. */
public final class StoreDamagedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public StoreDamagedException(String message) {
        super(message);
    }

    public StoreDamagedException(String message, Throwable cause) {
        super(message, cause);
    }
}
