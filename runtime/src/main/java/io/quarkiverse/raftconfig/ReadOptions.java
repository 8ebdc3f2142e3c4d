package io.quarkiverse.raftconfig;

import java.time.Duration;

/**
 * How fresh a read must be.
 *
 * @param linearizable true: it sees every write that was acknowledged, to anyone, before it began (one round trip to the
 *        leader). False: what this node has applied, at once
 * @param minRevision waits until this node has applied that revision; 0 for any
 * @param timeout after which it fails with {@link NoLeader}
 */
public record ReadOptions(boolean linearizable, long minRevision, Duration timeout) {

    public static final ReadOptions LINEARIZABLE = new ReadOptions(true, 0, Duration.ofSeconds(5));
    public static final ReadOptions LOCAL = new ReadOptions(false, 0, Duration.ofSeconds(5));

    /** @throws IllegalArgumentException for a negative revision or a timeout that is not positive */
    public ReadOptions {
        if (minRevision < 0) {
            throw new IllegalArgumentException("a revision is not negative: " + minRevision);
        }
        if (timeout.isZero() || timeout.isNegative()) {
            throw new IllegalArgumentException("a timeout is positive, not " + timeout);
        }
    }

    public ReadOptions withMinRevision(long minRevision) {
        return new ReadOptions(linearizable, minRevision, timeout);
    }

    public ReadOptions withTimeout(Duration timeout) {
        return new ReadOptions(linearizable, minRevision, timeout);
    }
}
