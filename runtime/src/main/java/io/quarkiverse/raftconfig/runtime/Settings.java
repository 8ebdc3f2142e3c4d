package io.quarkiverse.raftconfig.runtime;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkus.runtime.LaunchMode;

/**
 * The settings of one start: checked, and with the defaults that differ by launch mode filled in.
 *
 * @param nodeId null if it is not set
 * @param members where each node of the founding set may be reached, {@code host:port}; empty for a cluster of one
 * @param insecure whether peers may talk without TLS
 * @param dataDir null for a new directory, removed at the stop: the default of test mode
 * @param rest what needed no more than a check of its range
 */
record Settings(LaunchMode launchMode, @Nullable NodeId nodeId, SortedMap<NodeId, String> members, boolean insecure,
        @Nullable Path dataDir, RaftConfigSettings rest) {
    Settings {
        members = Collections.unmodifiableSortedMap(new TreeMap<>(members));
    }

    Duration startupTimeout() {
        return rest.startup().timeout();
    }
}
