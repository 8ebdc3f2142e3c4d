package io.quarkiverse.raftconfig.node;

import org.jspecify.annotations.Nullable;

/**
 * What one member is to be.
 *
 * @param address where the others are to reach it, {@code host:port}; null to leave it as it is
 * @param voter false for a learner, which receives the log and has no vote
 */
public record Seat(@Nullable String address, boolean voter) {
}
