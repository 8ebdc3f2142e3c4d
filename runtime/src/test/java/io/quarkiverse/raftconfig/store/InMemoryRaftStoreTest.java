package io.quarkiverse.raftconfig.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.UncheckedIOException;

import org.junit.jupiter.api.Test;

import io.quarkiverse.raftconfig.core.StorageId;
import io.quarkiverse.raftconfig.node.InMemoryRaftStore;
import io.quarkiverse.raftconfig.node.RaftStore;

/** The store that other tests rely on keeps the contract too. */
class InMemoryRaftStoreTest extends RaftStoreContract {
    private final InMemoryRaftStore.Disk disk = new InMemoryRaftStore.Disk(NODE, new StorageId(1, 2));

    @Override
    RaftStore open() {
        return disk.open();
    }

    @Test
    void aBrokenDiskClosesTheStoreForGood() {
        // given a store whose disk breaks, once
        var broken = disk.open();
        broken.persist(appended(entry(1, 1)));
        broken.breakDisk();
        assertThatThrownBy(() -> broken.persist(appended(entry(2, 1)))).isInstanceOf(UncheckedIOException.class);

        // then it refuses even when the disk is well again, and another start finds what was persisted
        broken.beforePersist(write -> {
        });
        assertThatThrownBy(() -> broken.persist(appended(entry(2, 1)))).isInstanceOf(UncheckedIOException.class);
        assertThat(disk.open().recovered().entries()).containsExactly(entry(1, 1));
    }

    @Test
    void openingAgainTakesTheDiskAway() {
        // given a node that was killed, and started again
        var killed = disk.open();
        var started = disk.open();

        // then a write that the killed one had under way is not made
        assertThatThrownBy(() -> killed.persist(appended(entry(1, 1)))).isInstanceOf(UncheckedIOException.class);
        started.persist(appended(entry(1, 2)));
    }
}
