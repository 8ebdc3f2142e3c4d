package io.quarkiverse.raftconfig;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * How a write is to be done. Immutable: the {@code with} methods give changed copies.
 *
 * @param expectation what must hold of the property when the write is applied
 * @param idempotencyKey repeating a write with the same key answers what the first one did, and changes nothing more; null for
 *        none. 1 to 255 printable ASCII characters
 * @param comment why; kept with the property; null for nothing. At most 1024 characters
 * @param timeout after which a write that was sent is answered with {@link OutcomeUnknown}; positive
 */
public record WriteOptions(Expectation expectation, @Nullable String idempotencyKey, @Nullable String comment,
        Duration timeout) {

    /** No expectation, no key, no comment, five seconds. */
    public static final WriteOptions DEFAULTS = new WriteOptions(Expectation.none(), null, null, Duration.ofSeconds(5));

    public static final int IDEMPOTENCY_KEY_LENGTH_MAX = 255;
    public static final int COMMENT_LENGTH_MAX = 1024;

    /** @throws IllegalArgumentException for what is not of the form above */
    public WriteOptions {
        if (idempotencyKey != null && !isKey(idempotencyKey)) {
            throw new IllegalArgumentException("an idempotency key has 1 to " + IDEMPOTENCY_KEY_LENGTH_MAX
                    + " printable ASCII characters");
        }
        if (comment != null && comment.length() > COMMENT_LENGTH_MAX) {
            throw new IllegalArgumentException("a comment has at most " + COMMENT_LENGTH_MAX + " characters, not "
                    + comment.length());
        }
        if (timeout.isZero() || timeout.isNegative()) {
            throw new IllegalArgumentException("a timeout is positive, not " + timeout);
        }
    }

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

    private static boolean isKey(String key) {
        return !key.isEmpty() && key.length() <= IDEMPOTENCY_KEY_LENGTH_MAX
                && key.chars().allMatch(c -> c >= ' ' && c <= '~');
    }
}
