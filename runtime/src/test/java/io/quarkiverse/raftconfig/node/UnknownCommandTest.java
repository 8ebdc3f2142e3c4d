package io.quarkiverse.raftconfig.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;

import org.junit.jupiter.api.Test;

import io.quarkiverse.raftconfig.core.Bytes;
import io.quarkiverse.raftconfig.core.Entry;
import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.core.Payload;
import io.quarkiverse.raftconfig.core.Position;

/** A committed command that this build does not know, because a later one has written it. */
class UnknownCommandTest {
    private static final NodeId N1 = VirtualCluster.id(1);

    @Test
    void degradesTheNodeThatIsToApplyIt() {
        // given a node with such a command at the end of its log, not committed yet
        VirtualCluster cluster = stopped();
        long index = append(cluster, false);

        // when it starts, leads, and so commits it
        cluster.start(N1);
        cluster.await(() -> cluster.node(N1).status().degraded() != null);

        // then it says which entry it is, and what to do
        assertThat(cluster.node(N1).status().degraded())
                .isEqualTo("the committed entry " + index + " can't be applied: another version wrote it, or it is damaged. "
                        + "Start this node with the version that wrote it");

        // and shows what it had applied before
        assertThat(cluster.value(N1, "a")).isEqualTo("1");
    }

    @Test
    void keepsANodeFromStartingThatKnowsItToBeCommitted() {
        // given a node with such a command in its log, that knows it to be committed
        VirtualCluster cluster = stopped();
        long index = append(cluster, true);

        // then it does not start, and says which entry it is, and what to do
        assertThatThrownBy(() -> cluster.start(N1)).isInstanceOf(StoreDamagedException.class)
                .hasMessageContaining("In the log of node n1, the committed entry " + index + " can't be applied")
                .hasMessageContaining("Start this node with the version that wrote it. ");
    }

    private static VirtualCluster stopped() {
        VirtualCluster cluster = VirtualCluster.running(1, 1);
        cluster.get(cluster.put(N1, "a", "1"));
        cluster.stop(N1);
        return cluster;
    }

    /** Returns the index. */
    private static long append(VirtualCluster cluster, boolean committed) {
        InMemoryRaftStore.Disk disk = cluster.disk(N1);
        long index = disk.entries().size() + 1L;
        Entry unknown = new Entry(new Position(index, disk.hardState().term()),
                new Payload.Command(Bytes.wrap(new byte[] { 99 })));
        try (InMemoryRaftStore store = disk.open()) {
            store.persist(new StoreWrite(null, List.of(unknown), committed ? index : -1, null, null));
        }
        return index;
    }
}
