package io.quarkiverse.raftconfig.it.cluster;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.extension.ExtensionContext;

/** As {@link ThreeReplicas}, with snapshots so often that one is rarely far away. */
final class SnapshottingReplicas extends ThreeReplicas {
    private static final int SIZE = 3;
    private static final Map<String, String> SETTINGS = Map.of(
            "quarkus.raft-config.snapshot.entries", "800",
            "quarkus.raft-config.snapshot.size", "4M");

    @Override
    Cluster make(ExtensionContext context, Path directory) {
        List<Integer> ports = Ports.free(2 * SIZE);
        return Cluster.of(app(), directory, Cluster.SMALL_JVM, ports.subList(0, SIZE), ports.subList(SIZE, 2 * SIZE), SETTINGS);
    }
}
