package io.quarkiverse.raftconfig.client;

import io.quarkiverse.raftconfig.state.StoreLimits;

/**
 * {@code quarkus.raft-config.limits.*}, as far as they concern writes. Bytes are counted in UTF-8.
 *
 * @param stateBytes of all properties, as {@code PublishedState.sizeBytes} counts them
 * @param transactionBytes of all names and values of one write
 */
public record WriteLimits(int nameBytes, int valueBytes, int properties, long stateBytes, int transactionOperations,
        int transactionBytes) {

    public static final WriteLimits DEFAULTS = new WriteLimits(255, 64 << 10, 10_000, 16 << 20, 128, 1 << 20);

    /** As far as they concern the whole store. */
    public StoreLimits store() {
        return new StoreLimits(properties, stateBytes);
    }
}
