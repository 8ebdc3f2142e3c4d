package io.quarkiverse.raftconfig.core;

import org.jspecify.annotations.Nullable;

/**
 * What a blank node must remember about a founding.
 *
 * @param attempt the highest attempt number this node has used as a founder; durable before the first ask of that attempt
 * @param promisedTo the founder to whom this node has promised itself; null if it is free
 * @param promisedAttempt the attempt of {@code promisedTo} that holds the promise; 0 if free
 * @param released the highest attempt of {@code releasedBy} that was released: it, and lower ones, are dropped
 * @param releasedBy the founder of {@code released}; null if none was ever released
 */
public record FoundingRecord(long attempt, @Nullable ReplicaId promisedTo, long promisedAttempt,
        @Nullable ReplicaId releasedBy, long released) {
    public static final FoundingRecord NONE = new FoundingRecord(0, null, 0, null, 0);
}
