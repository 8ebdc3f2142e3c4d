package io.quarkiverse.raftconfig.sim;

import java.util.HashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.core.Entry;
import io.quarkiverse.raftconfig.node.StoreWrite;

/** Figure 3: two logs that hold an entry with the same index and term are the same up to there. */
final class LogMatching extends Invariant {
    private final Map<Long, Long> hashes = new HashMap<>();

    @Override
    void durable(SimNode node, StoreWrite write) {
        DurableLog log = node.disk().log();
        for (Entry entry : write.entries()) {
            long index = entry.index();
            long hash = log.hashAt(index);
            Long known = hashes.putIfAbsent(place(index, entry.term()), hash);
            require(known == null || known == hash, () -> node + " stores another entry " + entry.position()
                    + ", or another log before it, than a node did before");
        }
    }

    /** What a crash has overtaken may be there. */
    @Override
    void started(SimNode node) {
        DurableLog log = node.disk().log();
        for (long index = log.lastIndex(); index > log.baseIndex(); index--) {
            if (hashes.putIfAbsent(place(index, log.termAt(index)), log.hashAt(index)) != null) {
                return;
            }
        }
    }

    /** The hash of all logs that hold this entry; null if none ever did. */
    @Nullable
    Long hashAt(long index, long term) {
        return hashes.get(place(index, term));
    }

    private static long place(long index, long term) {
        return index << 24 | term;
    }
}
