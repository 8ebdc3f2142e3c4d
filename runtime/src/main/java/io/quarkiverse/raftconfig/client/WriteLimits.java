package io.quarkiverse.raftconfig.client;

import io.quarkiverse.raftconfig.state.StoreLimits;

/**
 * {@code quarkus.raft-config.limits.*}, as far as they concern writes. Bytes are counted in UTF-8.
 *
 * @param transactionBytes of all names and values of one write
 */
public record WriteLimits(int nameBytes, int valueBytes, StoreLimits store, int transactionOperations, int transactionBytes) {

    public static final WriteLimits DEFAULTS = new WriteLimits(255, 64 << 10, StoreLimits.DEFAULTS, 128, 1 << 20);
}
