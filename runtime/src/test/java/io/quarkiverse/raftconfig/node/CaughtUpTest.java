package io.quarkiverse.raftconfig.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;

import org.junit.jupiter.api.Test;

import io.quarkiverse.raftconfig.core.Message;
import io.quarkiverse.raftconfig.core.NodeId;

/** When a node that has started again may say that it shows at least what it had shown before. */
class CaughtUpTest {

    @Test
    void notBeforeItShowsAgainWhatItHadAppliedAndNotYetStored() {
        // given a follower whose disk is slow: it shows a write that is durable on the two others alone
        VirtualCluster cluster = VirtualCluster.running(3, 1);
        NodeId follower = cluster.follower();
        cluster.get(cluster.put(cluster.leader(), "a", "before"));
        cluster.await(() -> Objects.equals(cluster.value(follower, "a"), "before"));
        cluster.lanes(follower).holdStore();
        cluster.get(cluster.put(cluster.leader(), "a", "shown"));
        cluster.get(cluster.put(cluster.leader(), "b", "next"));
        cluster.await(() -> Objects.equals(cluster.value(follower, "a"), "shown"));

        // when it is killed and started, and hears its leader's heartbeats, and no entries yet
        cluster.crash(follower);
        cluster.network().lose((to, what) -> to.equals(follower) && what instanceof Message.AppendEntries append
                && !append.entries().isEmpty());
        cluster.start(follower);
        cluster.await(() -> Objects.equals(cluster.node(follower).status().leader(), cluster.leader()));
        cluster.time().passMillis(3_000);

        // then it has not caught up
        assertThat(cluster.value(follower, "a")).isEqualTo("before");
        assertThat(cluster.node(follower).status().caughtUp()).isFalse();

        // when the entries come, it has
        cluster.network().lose((to, what) -> false);
        cluster.await(() -> cluster.node(follower).status().caughtUp());
        assertThat(cluster.value(follower, "a")).isEqualTo("shown");
    }
}
