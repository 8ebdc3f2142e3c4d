package io.quarkiverse.raftconfig.state;

/**
 * How much the store may hold.
 *
 * @param properties how many, {@code quarkus.raft-config.limits.properties}
 * @param bytes of all of them, as {@link PublishedState#sizeBytes} counts, {@code quarkus.raft-config.limits.state-size}
 */
public record StoreLimits(int properties, long bytes) {
    public static final StoreLimits DEFAULTS = new StoreLimits(10_000, 16 << 20);
}
