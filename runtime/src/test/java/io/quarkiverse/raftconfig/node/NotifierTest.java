package io.quarkiverse.raftconfig.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.state.PublishedState;

/** Listeners hear what has changed, in order, and harm nobody. */
class NotifierTest {

    @Test
    void tellsEachChangeOfRevisionInOrder() {
        // given a node with a listener
        VirtualCluster cluster = VirtualCluster.running(1, 1);
        NodeId node = cluster.leader();
        List<String> heard = new ArrayList<>();
        cluster.node(node).addListener(new NodeListener() {
            @Override
            public void stateChanged(PublishedState before, PublishedState after) {
                heard.add(before.revision() + "-" + after.revision());
            }
        });

        // when two writes are made, one after the other
        cluster.get(cluster.put(node, "a", "1"));
        cluster.get(cluster.put(node, "a", "2"));
        cluster.time().passMillis(1);

        // then it has heard both
        assertThat(heard).containsExactly("0-1", "1-2");
    }

    @Test
    void oneThatThrowsIsHeardNoMoreThanTheOthers() {
        // given a listener that throws, and one that does not
        VirtualCluster cluster = VirtualCluster.running(1, 1);
        NodeId node = cluster.leader();
        cluster.node(node).addListener(new NodeListener() {
            @Override
            public void stateChanged(PublishedState before, PublishedState after) {
                throw new IllegalArgumentException("secret");
            }
        });
        List<Long> heard = new ArrayList<>();
        cluster.node(node).addListener(new NodeListener() {
            @Override
            public void stateChanged(PublishedState before, PublishedState after) {
                heard.add(after.revision());
            }
        });

        // when something is written, twice
        cluster.get(cluster.put(node, "a", "1"));
        cluster.get(cluster.put(node, "a", "2"));
        cluster.time().passMillis(1);

        // then the other has heard both
        assertThat(heard).containsExactly(1L, 2L);
    }

    @Test
    void tellsWhoLeads() {
        // given a follower with a listener
        VirtualCluster cluster = VirtualCluster.running(3, 1);
        NodeId old = cluster.leader();
        NodeId follower = cluster.follower();
        List<@Nullable NodeId> heard = new ArrayList<>();
        cluster.node(follower).addListener(new NodeListener() {
            @Override
            public void leaderChanged(@Nullable NodeId leader, long term) {
                heard.add(leader);
            }
        });

        // when the leader is killed
        cluster.crash(old);
        NodeId next = cluster.awaitLeader();
        cluster.time().passMillis(1);

        // then it hears of the next, last
        assertThat(heard).last().isEqualTo(next);
    }
}
