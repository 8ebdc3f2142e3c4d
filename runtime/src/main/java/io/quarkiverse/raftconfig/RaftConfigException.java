package io.quarkiverse.raftconfig;

import org.jspecify.annotations.Nullable;

/** What a {@link ConfigStore} could not do. Messages never hold a property's value. */
public abstract sealed class RaftConfigException extends RuntimeException
        permits LimitExceeded, NoLeader, OutcomeUnknown, Refused, RevisionMismatch {
    private static final long serialVersionUID = 1L;

    RaftConfigException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
