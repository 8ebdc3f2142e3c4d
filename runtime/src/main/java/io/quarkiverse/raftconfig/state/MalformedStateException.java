package io.quarkiverse.raftconfig.state;

/** Bytes that no version of this code has written, or that a later one has. The message holds none of them. */
public final class MalformedStateException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public MalformedStateException(String message) {
        super(message);
    }

    public MalformedStateException(String message, Throwable cause) {
        super(message, cause);
    }
}
