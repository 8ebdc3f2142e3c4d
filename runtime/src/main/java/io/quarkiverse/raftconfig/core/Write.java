package io.quarkiverse.raftconfig.core;

import java.util.List;

/**
 * What one step wants remembered, all of it or none. Writes are made durable in the order of their sequence; several may
 * become durable together.
 *
 * @param sequence rises by one with every write of this process, from 1
 * @param term of the step that made it: {@code hardState.term()}
 * @param hardState as of this step
 * @param entries may be empty; stored entries from the first appended index on are discarded first (§5.3)
 * @param commitIndex as of this step; recorded for a quick start, not promised
 */
public record Write(long sequence, long term, HardState hardState, List<Entry> entries, long commitIndex) {
    public Write {
        entries = List.copyOf(entries);
    }
}
