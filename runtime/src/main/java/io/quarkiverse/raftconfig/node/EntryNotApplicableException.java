package io.quarkiverse.raftconfig.node;

import io.quarkiverse.raftconfig.state.MalformedStateException;

/** A committed entry holds no command that this build knows. The message says which, and the way out. */
final class EntryNotApplicableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    EntryNotApplicableException(long index, MalformedStateException cause) {
        super("the committed entry " + index + " can't be applied: another version wrote it, or it is damaged. Start this node "
                + "with the version that wrote it", cause);
    }
}
