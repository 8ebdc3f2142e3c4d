package io.quarkiverse.raftconfig.core;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * What one step wants remembered, all of it or none. Writes are made durable in the order of their sequence; several may
 * become durable together.
 *
 * @param sequence rises by one with every write of this process, from 1
 * @param term of the step that made it: {@code hardState.term()}
 * @param hardState as of this step
 * @param install the snapshot, received for it, that takes the place of all snapshots and of the whole log, before
 *        {@code entries} are appended (§7); null if none does
 * @param entries may be empty; stored entries from the first appended index on are discarded first (§5.3)
 * @param commitIndex as of this step; recorded for a quick start, not promised
 */
public record Write(long sequence, long term, HardState hardState, @Nullable SnapshotPoint install,
        List<Entry> entries, long commitIndex) {
    public Write {
        entries = List.copyOf(entries);
    }
}
