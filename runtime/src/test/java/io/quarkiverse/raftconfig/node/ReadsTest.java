package io.quarkiverse.raftconfig.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;

import org.junit.jupiter.api.Test;

import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.state.Outcome;
import io.quarkiverse.raftconfig.state.PublishedState;

/** §8: what a read shows, and when it is refused. */
class ReadsTest {

    @Test
    void linearizableReadOfAnyNodeShowsWhatWasAcknowledgedByAnother() {
        // given a follower that hears nothing of the log for a while
        VirtualCluster cluster = VirtualCluster.running(3, 1);
        NodeId leader = cluster.leader();
        NodeId follower = cluster.follower();
        cluster.network().lose((to, what) -> to.equals(follower)
                && (what instanceof io.quarkiverse.raftconfig.core.Message.AppendEntries
                        || what instanceof io.quarkiverse.raftconfig.core.Message.CommitAdvanced));
        cluster.get(cluster.put(leader, "a", "1"));
        assertThat(cluster.value(follower, "a")).isNull();

        // when it is read there
        CompletionStage<PublishedState> read = cluster.node(follower).readLinearizable(5_000);
        cluster.time().passMillis(20);
        assertThat(read.toCompletableFuture()).isNotDone();
        cluster.network().lose((to, what) -> false);

        // then the answer waits until the follower has what it must show
        assertThat(cluster.get(read).find("a")).isNotNull();
    }

    @Test
    void linearizableReadOfADeposedLeaderIsRefused() {
        // given a leader that is cut off and does not know it yet
        VirtualCluster cluster = VirtualCluster.running(3, 1);
        NodeId deposed = cluster.leader();
        cluster.network().isolate(Set.of(deposed));

        // when it is read
        CompletionStage<PublishedState> read = cluster.node(deposed).readLinearizable(3_000);

        // then it answers nothing, though it believes to lead
        assertThat(cluster.failure(read)).isEqualTo(PeerResponse.Kind.NO_LEADER);
    }

    @Test
    void readThatBeganWithTheOldLeaderIsAnsweredByTheNext() {
        // given a read of a follower whose leader has just died
        VirtualCluster cluster = VirtualCluster.running(3, 1);
        NodeId follower = cluster.follower();
        cluster.crash(cluster.leader());
        CompletionStage<PublishedState> read = cluster.node(follower).readLinearizable(5_000);

        // then it is answered, once there is another
        assertThat(cluster.get(read)).isNotNull();
    }

    @Test
    void manyReadsShareAQuestion() {
        // given a follower
        VirtualCluster cluster = VirtualCluster.running(3, 1);
        NodeId follower = cluster.follower();
        List<Object> questions = new ArrayList<>();
        cluster.network().lose((to, what) -> {
            if (what instanceof PeerRequest.ReadIndex) {
                questions.add(what);
            }
            return false;
        });

        // when a hundred read at once, and a hundred more while the leader is being asked
        List<CompletionStage<PublishedState>> reads = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            reads.add(cluster.node(follower).readLinearizable(5_000));
        }
        cluster.await(() -> questions.size() == 1);
        for (int i = 0; i < 100; i++) {
            reads.add(cluster.node(follower).readLinearizable(5_000));
        }
        reads.forEach(cluster::get);

        // then the leader was asked twice
        assertThat(questions).hasSize(2);
    }

    @Test
    void revisionIsWaitedFor() {
        // given a node, and a write through another
        VirtualCluster cluster = VirtualCluster.running(3, 1);
        NodeId follower = cluster.follower();
        CompletionStage<PublishedState> awaited = cluster.node(follower).awaitRevision(1, 5_000);
        Outcome.Applied written = (Outcome.Applied) cluster.get(cluster.put(cluster.leader(), "a", "1"));

        // then who waits for its revision sees it
        assertThat(written.revision()).isEqualTo(1);
        assertThat(cluster.get(awaited).find("a")).isNotNull();

        // and who waits for one that doesn't come is told so in time
        assertThat(cluster.failure(cluster.node(follower).awaitRevision(2, 500)))
                .isEqualTo(PeerResponse.Kind.NO_LEADER);
    }
}
