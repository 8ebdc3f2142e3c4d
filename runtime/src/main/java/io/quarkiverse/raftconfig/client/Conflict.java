package io.quarkiverse.raftconfig.client;

/** What was asked for can't be done as things stand, whoever asks. Nothing was changed. */
public final class Conflict extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public Conflict(String message) {
        super(message, null);
    }
}
