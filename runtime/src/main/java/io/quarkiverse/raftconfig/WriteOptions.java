package io.quarkiverse.raftconfig;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * How a write is to be done. Immutable: the {@code with} methods give changed copies.
 *
 * @param expectation what must hold of the property when the write is applied
 * @param idempotencyKey repeating a write with the same key answers what the first one did, and changes nothing more; null for
 *        none
 * @param comment why; kept with the property; null for nothing
 * @param timeout after which a write that was sent is answered with {@link OutcomeUnknown}
 */
public record WriteOptions(Expectation expectation, @Nullable String idempotencyKey, @Nullable String comment,
        Duration timeout) {

    /** No expectation, no key, no comment, five seconds. */
    public static final WriteOptions DEFAULTS = new WriteOptions(Expectation.none(), null, null, Duration.ofSeconds(5));

    public WriteOptions withExpectation(Expectation expectation) {
        return new WriteOptions(expectation, idempotencyKey, comment, timeout);
    }

    public WriteOptions withIdempotencyKey(String idempotencyKey) {
        return new WriteOptions(expectation, idempotencyKey, comment, timeout);
    }

    public WriteOptions withComment(String comment) {
        return new WriteOptions(expectation, idempotencyKey, comment, timeout);
    }

    public WriteOptions withTimeout(Duration timeout) {
        return new WriteOptions(expectation, idempotencyKey, comment, timeout);
    }
}
