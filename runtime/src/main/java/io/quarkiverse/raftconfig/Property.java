package io.quarkiverse.raftconfig;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * A property as the replicas agree on it.
 *
 * @param name a MicroProfile Config name
 * @param value never null: a property that is not there has no {@code Property}
 * @param revision of its last change; its ETag
 * @param createdRevision of the change that created it (after its last removal, if there was one)
 * @param version 1 when created, one more with every change since
 * @param modifiedBy who changed it last; empty if the caller was not named
 * @param modifiedAt the time of the leader that took the change; never earlier than that of the revision before
 * @param comment why, as the caller put it; null if it said nothing
 */
public record Property(String name, String value, long revision, long createdRevision, long version, String modifiedBy,
        Instant modifiedAt, @Nullable String comment) {
    /** Without the value and the comment: they may be secret. */
    @Override
    public String toString() {
        return "Property[" + name + " at revision " + revision + "]";
    }
}
