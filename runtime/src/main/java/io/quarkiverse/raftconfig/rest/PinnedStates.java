package io.quarkiverse.raftconfig.rest;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.state.PublishedState;

/**
 * The states that lists are being read from, page by page. States share what they have in common, but a store that is
 * rewritten between two pages leaves nothing to share: so they are bounded by their bytes and by the time since their last
 * use; the least recently used gives way.
 */
final class PinnedStates {
    private static final int STATES_MAX = 32;
    private static final long BYTES_MAX = 16 << 20;
    private static final long UNUSED_MILLIS_MAX = 60_000;

    private final LongSupplier clockMillis;
    private final Map<Long, Pinned> byRevision = new LinkedHashMap<>(16, 0.75f, true);
    private long bytes;

    private record Pinned(PublishedState state, long usedMillis) {
    }

    PinnedStates() {
        this(() -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()));
    }

    /** @param clockMillis monotonic */
    PinnedStates(LongSupplier clockMillis) {
        this.clockMillis = clockMillis;
    }

    /** Keeps {@code state}, the others as far as there is room. */
    synchronized void pin(PublishedState state) {
        if (byRevision.put(state.revision(), new Pinned(state, clockMillis.getAsLong())) == null) {
            bytes += state.sizeBytes();
        }
        Iterator<Pinned> leastRecent = byRevision.values().iterator();
        while (byRevision.size() > 1) {
            Pinned oldest = leastRecent.next();
            boolean unused = clockMillis.getAsLong() - oldest.usedMillis > UNUSED_MILLIS_MAX;
            if (!unused && byRevision.size() <= STATES_MAX && bytes <= BYTES_MAX) {
                return;
            }
            bytes -= oldest.state.sizeBytes();
            leastRecent.remove();
        }
    }

    synchronized @Nullable PublishedState find(long revision) {
        Pinned pinned = byRevision.get(revision);
        if (pinned == null) {
            return null;
        }
        byRevision.put(revision, new Pinned(pinned.state, clockMillis.getAsLong()));
        return pinned.state;
    }
}
