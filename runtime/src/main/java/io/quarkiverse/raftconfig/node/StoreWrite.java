package io.quarkiverse.raftconfig.node;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.core.ClusterId;
import io.quarkiverse.raftconfig.core.Entry;
import io.quarkiverse.raftconfig.core.FoundingRecord;
import io.quarkiverse.raftconfig.core.HardState;
import io.quarkiverse.raftconfig.core.SnapshotPoint;

/**
 * One atomic commit of the store.
 *
 * @param hardState the new term and vote; null leaves them
 * @param install the snapshot, received before, that takes the place of the log before entries are appended; null for none
 * @param entries appended; may be empty
 * @param commitIndex recorded for a quick start; -1 leaves it. Never beyond the last stored entry: a larger one is cut
 * @param clusterId the cluster this node now belongs to, in the same commit as its first membership entry; null leaves it
 * @param founding the new founding record; null leaves it
 */
public record StoreWrite(@Nullable HardState hardState, @Nullable SnapshotPoint install, List<Entry> entries, long commitIndex,
        @Nullable ClusterId clusterId, @Nullable FoundingRecord founding) {
    public StoreWrite {
        entries = List.copyOf(entries);
    }

    /** Without a snapshot to install. */
    public StoreWrite(@Nullable HardState hardState, List<Entry> entries, long commitIndex, @Nullable ClusterId clusterId,
            @Nullable FoundingRecord founding) {
        this(hardState, null, entries, commitIndex, clusterId, founding);
    }

    /** Only what makes the next start quick. */
    static StoreWrite ofCommitIndex(long commitIndex) {
        return new StoreWrite(null, List.of(), commitIndex, null, null);
    }

    /** Only what a blank node has promised. */
    static StoreWrite ofFounding(FoundingRecord founding) {
        return new StoreWrite(null, List.of(), -1, null, founding);
    }

    /** One write that leaves the store as these would, one after the other. */
    static StoreWrite merged(List<StoreWrite> writes) {
        if (writes.size() == 1) {
            return writes.get(0);
        }
        HardState hardState = null;
        SnapshotPoint install = null;
        List<Entry> entries = new ArrayList<>();
        long commitIndex = -1;
        ClusterId clusterId = null;
        FoundingRecord founding = null;
        for (StoreWrite write : writes) {
            hardState = write.hardState != null ? write.hardState : hardState;
            if (write.install != null) {
                install = write.install;
                entries.clear();
            }
            append(entries, write.entries);
            commitIndex = write.commitIndex != -1 ? write.commitIndex : commitIndex;
            clusterId = write.clusterId != null ? write.clusterId : clusterId;
            founding = write.founding != null ? write.founding : founding;
        }
        return new StoreWrite(hardState, install, entries, commitIndex, clusterId, founding);
    }

    /** What a later write discards of an earlier one is not written at all. */
    private static void append(List<Entry> entries, List<Entry> next) {
        if (next.isEmpty()) {
            return;
        }
        int last = entries.size() - 1;
        while (last >= 0 && entries.get(last).index() >= next.get(0).index()) {
            entries.remove(last--);
        }
        entries.addAll(next);
    }
}
