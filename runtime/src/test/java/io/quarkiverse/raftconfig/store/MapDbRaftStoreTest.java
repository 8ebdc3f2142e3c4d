package io.quarkiverse.raftconfig.store;

import java.nio.file.Path;

import org.junit.jupiter.api.io.TempDir;

import io.quarkiverse.raftconfig.node.RaftStore;

/** The durable store keeps the contract, on a real directory. */
class MapDbRaftStoreTest extends RaftStoreContract {
    @TempDir
    Path directory;

    @Override
    RaftStore open() {
        return MapDbRaftStore.open(directory.resolve("data"), null, () -> NODE, Runnable::run);
    }
}
