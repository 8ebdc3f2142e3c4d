package io.quarkiverse.raftconfig.node;

import java.util.concurrent.CompletionException;

import org.jspecify.annotations.Nullable;

/** What lies behind the failure of a stage. */
final class Failures {
    private Failures() {
    }

    static @Nullable Throwable cause(@Nullable Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    /** For a caller. Only our own messages are quoted: another one may hold a value. */
    static String describe(@Nullable Throwable failure, String otherwise) {
        Throwable cause = cause(failure);
        if (cause instanceof PeerTransport.AnswerLostException && cause.getMessage() != null) {
            return cause.getMessage();
        }
        return cause == null ? otherwise : cause.getClass().getSimpleName();
    }
}
