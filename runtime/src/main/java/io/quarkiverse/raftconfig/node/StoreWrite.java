package io.quarkiverse.raftconfig.node;

import java.util.List;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.core.ClusterId;
import io.quarkiverse.raftconfig.core.Entry;
import io.quarkiverse.raftconfig.core.FoundingRecord;
import io.quarkiverse.raftconfig.core.HardState;

/**
 * One atomic commit of the store.
 *
 * @param hardState the new term and vote; null leaves them
 * @param entries appended; may be empty
 * @param commitIndex recorded for a quick start; -1 leaves it. Never beyond the last stored entry: a larger one is cut
 * @param clusterId the cluster this node now belongs to, in the same commit as its first membership entry; null leaves it
 * @param founding the new founding record; null leaves it
 */
public record StoreWrite(@Nullable HardState hardState, List<Entry> entries, long commitIndex,
        @Nullable ClusterId clusterId, @Nullable FoundingRecord founding) {
    public StoreWrite {
        entries = List.copyOf(entries);
    }
}
