package io.quarkiverse.raftconfig.sim;

import org.jspecify.annotations.Nullable;

/** Something has happened that must not. The message begins with the name of what was violated. */
final class Violation extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Violation(String invariant, String what) {
        super(invariant + ": " + what);
    }

    Violation(String invariant, String what, @Nullable Throwable cause) {
        super(invariant + ": " + what, cause);
    }
}
