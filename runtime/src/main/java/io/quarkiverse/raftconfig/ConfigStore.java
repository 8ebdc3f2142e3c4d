package io.quarkiverse.raftconfig;

import java.time.Duration;
import java.util.Optional;

/**
 * The replicated properties. Inject it; any thread may call it, but an event loop: there each call that may block fails at once
 * with {@link IllegalStateException} and names {@link ReactiveConfigStore}.
 */
public interface ConfigStore {
    /** A linearizable read: it sees every write acknowledged before it began. */
    default Optional<Property> get(String name) {
        return get(name, ReadOptions.LINEARIZABLE);
    }

    /** @throws NoLeader if it could not be made as fresh as asked in time */
    Optional<Property> get(String name, ReadOptions options);

    /** Creates or replaces; an equal value counts as a change. */
    default Property put(String name, String value) {
        return put(name, value, WriteOptions.DEFAULTS);
    }

    /**
     * Creates or replaces; an equal value counts as a change. When it returns, a majority has it on disk and this node shows
     * it.
     *
     * @throws RevisionMismatch if the expectation does not hold
     * @throws Refused if the name or the value is not allowed
     * @throws LimitExceeded if a limit forbids it
     * @throws NoLeader if it was certainly not committed
     * @throws OutcomeUnknown if it may still commit
     */
    Property put(String name, String value, WriteOptions options);

    /** Removes; false if there was nothing to remove. */
    default boolean delete(String name) {
        return delete(name, WriteOptions.DEFAULTS);
    }

    /** Removes; false if there was nothing to remove. Throws as {@link #put(String, String, WriteOptions)}. */
    boolean delete(String name, WriteOptions options);

    /** What this node has applied: local, immutable, never blocks. */
    ConfigSnapshot snapshot();

    /**
     * Waits until this node has applied {@code revision}.
     *
     * @throws NoLeader if it has not in time
     */
    ConfigSnapshot awaitRevision(long revision, Duration timeout);
}
