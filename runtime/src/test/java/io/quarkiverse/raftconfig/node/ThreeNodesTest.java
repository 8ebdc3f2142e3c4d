package io.quarkiverse.raftconfig.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;

import io.quarkiverse.raftconfig.core.ClusterId;
import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.core.Role;
import io.quarkiverse.raftconfig.state.Outcome;

/** Three nodes: founding, writing through any of them, and going on without one. */
class ThreeNodesTest {
    private static final List<NodeId> ALL = List.of(VirtualCluster.id(1), VirtualCluster.id(2), VirtualCluster.id(3));

    @Test
    void foundOneClusterTogether() {
        // given three blank nodes that list each other
        VirtualCluster cluster = new VirtualCluster(3, 1);

        // when all are started
        cluster.startAll();
        cluster.awaitLeader();

        // then they are one cluster, led by the first, long before an election timeout
        Set<ClusterId> clusters = ALL.stream().map(id -> cluster.node(id).status().identity().clusterId())
                .collect(Collectors.toSet());
        assertThat(clusters).hasSize(1).doesNotContainNull();
        assertThat(cluster.leader()).isEqualTo(ALL.get(0));
        assertThat(cluster.time().nowMillis()).isLessThan(500);
    }

    @Test
    void writeThroughEachAndReadOnAll() {
        // given a cluster
        VirtualCluster cluster = VirtualCluster.running(3, 1);

        for (NodeId through : ALL) {
            // when something is written through a node
            cluster.get(cluster.put(through, "written.by", through.value()));

            // then it is there at once on that node, and soon on all
            assertThat(cluster.value(through, "written.by")).isEqualTo(through.value());
            cluster.time().passMillis(5);
            assertThat(ALL).allSatisfy(id -> assertThat(cluster.value(id, "written.by")).isEqualTo(through.value()));
        }
    }

    @Test
    void goOnWithoutTheirLeader() {
        // given a cluster that has acknowledged a write
        VirtualCluster cluster = VirtualCluster.running(3, 1);
        NodeId old = cluster.leader();
        cluster.get(cluster.put(old, "a", "1"));

        // when the leader is killed
        long killedAt = cluster.time().nowMillis();
        cluster.crash(old);
        NodeId leader = cluster.awaitLeader();

        // then another leads within tens of milliseconds, and has the write
        assertThat(cluster.time().nowMillis() - killedAt).isLessThan(500);
        assertThat(leader).isNotEqualTo(old);
        assertThat(cluster.value(leader, "a")).isEqualTo("1");
        assertThat(cluster.get(cluster.put(cluster.follower(), "b", "2"))).isInstanceOf(Outcome.Applied.class);

        // and the old one follows when it comes back
        cluster.start(old);
        cluster.await(() -> "2".equals(cluster.value(old, "b")));
        assertThat(cluster.node(old).status().role()).isEqualTo(Role.FOLLOWER);
    }

    /** §5.3: what only the old leader has in its log is replaced, and never applied. Nothing else is written meanwhile. */
    @Test
    void areReadyAgainThoughATailIsReplaced() {
        // given a leader that is cut off, with entries on its disk that nobody else has
        VirtualCluster cluster = VirtualCluster.running(3, 1);
        NodeId old = cluster.leader();
        cluster.network().isolate(Set.of(old));
        for (int i = 0; i < 8; i++) {
            cluster.put(old, "lost", "value" + i);
        }
        cluster.time().passMillis(50);
        assertThat(cluster.disk(old).entries()).hasSizeGreaterThan(8);

        // when it is killed, another leads, and it comes back
        cluster.crash(old);
        cluster.network().heal();
        cluster.awaitLeader();
        cluster.start(old);

        // then it is soon ready, like the others
        cluster.awaitLeader();
        assertThat(cluster.value(old, "lost")).isNull();
    }

    @Test
    void writeThatMeetsNoLeaderWaitsForTheNext() {
        // given a cluster whose leader has just been killed
        VirtualCluster cluster = VirtualCluster.running(3, 1);
        NodeId follower = cluster.follower();
        cluster.crash(cluster.leader());
        cluster.await(() -> cluster.node(follower).status().leader() == null);

        // when something is written
        CompletionStage<Outcome> write = cluster.put(follower, "a", "1");

        // then it is done, once there is a leader
        assertThat(cluster.get(write)).isInstanceOf(Outcome.Applied.class);
    }
}
