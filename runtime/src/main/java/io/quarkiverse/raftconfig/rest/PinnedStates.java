package io.quarkiverse.raftconfig.rest;

import java.util.LinkedHashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.state.PublishedState;

/**
 * The states that lists are being read from, page by page. As states share what they have in common, one costs what has
 * changed since; the least recently used gives way.
 */
final class PinnedStates {
    private static final int STATES_MAX = 32;

    private final Map<Long, PublishedState> byRevision = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, PublishedState> eldest) {
            return size() > STATES_MAX;
        }
    };

    synchronized void pin(PublishedState state) {
        byRevision.put(state.revision(), state);
    }

    synchronized @Nullable PublishedState find(long revision) {
        return byRevision.get(revision);
    }
}
