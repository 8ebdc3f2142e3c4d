package io.quarkiverse.raftconfig.state;

import java.util.List;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.Expectation;

/**
 * A command: changes that are made together or not at all.
 *
 * @param atMillis the clock of the leader that took it, milliseconds since 1970; applied as the later of it and the one before
 * @param by who asks for it; empty if not known
 * @param comment why; null for nothing
 * @param idempotencyKey null for none
 * @param changes in order; no name twice
 */
public record Transaction(long atMillis, String by, @Nullable String comment, @Nullable String idempotencyKey,
        List<Change> changes) {
    public Transaction {
        changes = List.copyOf(changes);
    }

    /** @param value null removes */
    public record Change(String name, @Nullable String value, Expectation expectation) {
    }
}
