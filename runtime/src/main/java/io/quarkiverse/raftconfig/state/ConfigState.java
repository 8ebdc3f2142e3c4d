package io.quarkiverse.raftconfig.state;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * The state machine. Not thread-safe, but for {@link #published}: one thread applies; any thread reads what is published.
 */
public final class ConfigState {
    /** The state before the first entry. */
    public ConfigState() {
    }

    /** The state that {@link Image#writeTo} wrote. */
    public static ConfigState read(InputStream in) throws IOException {
        throw new UnsupportedOperationException();
    }

    /**
     * Applies the command of the entry at {@code index}. What it is refused for is an outcome; an exception means that these
     * are
     * not our bytes.
     */
    public Outcome apply(long index, byte[] command) {
        throw new UnsupportedOperationException();
    }

    /** Notes that the entry at {@code index}, which holds no command, was passed. */
    public void skip(long index) {
        throw new UnsupportedOperationException();
    }

    /** Makes what was applied visible: one volatile write. */
    public void publish() {
        throw new UnsupportedOperationException();
    }

    /** From any thread. */
    public PublishedState published() {
        throw new UnsupportedOperationException();
    }

    /** The whole state now, immutable: it may be written on another thread while applying goes on. */
    public Image image() {
        throw new UnsupportedOperationException();
    }

    /** A whole state at one index. */
    public interface Image {
        /** Canonical: equal states give equal bytes. */
        void writeTo(OutputStream out) throws IOException;
    }
}
