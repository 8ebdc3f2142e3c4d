package io.quarkiverse.raftconfig.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;

import org.junit.jupiter.api.Test;

import io.quarkiverse.raftconfig.core.Message;
import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.core.Role;
import io.quarkiverse.raftconfig.state.Outcome;
import io.quarkiverse.raftconfig.state.PublishedState;

/** A node that can't remember must not promise (pitfalls 10, 11, 12). */
class FailingDiskTest {

    @Test
    void leaderWhoseDiskFailsIsDegradedAndReplaced() {
        // given a leader whose disk refuses from now on
        VirtualCluster cluster = VirtualCluster.running(3, 1);
        NodeId broken = cluster.leader();
        cluster.get(cluster.put(broken, "a", "1"));
        cluster.store(broken).breakDisk();

        // when something is written through it
        CompletionStage<Outcome> write = cluster.put(broken, "a", "2");

        // then that write may or may not be committed, and the node says that it takes no part any more
        assertThat(cluster.failure(write)).isEqualTo(PeerResponse.Kind.OUTCOME_UNKNOWN);
        NodeStatus status = cluster.node(broken).status();
        assertThat(status.degraded()).isEqualTo("the data directory can't be written");
        assertThat(status.role()).isEqualTo(Role.FOLLOWER);
        assertThat(status.caughtUp()).isFalse();

        // and the others elect another at once, for they have noticed
        cluster.await(() -> cluster.leaderOrNull() != null);
        assertThat(cluster.leader()).isNotEqualTo(broken);
        cluster.get(cluster.put(cluster.leader(), "b", "1"));

        // and its last state can still be read, but not written
        assertThat(cluster.value(broken, "a")).isNotNull();
        assertThat(cluster.failure(cluster.put(broken, "a", "3"))).isEqualTo(PeerResponse.Kind.NO_LEADER);
        assertThat(cluster.failure(cluster.node(broken).readLinearizable(5_000)))
                .isEqualTo(PeerResponse.Kind.NO_LEADER);
    }

    @Test
    void stepThatEndsInAnErrorIsTheLast() {
        // given a leader that runs out of memory after it has given an entry to its disk, before anybody is told
        VirtualCluster cluster = VirtualCluster.running(3, 1);
        NodeId broken = cluster.leader();
        cluster.network().lose((to, what) -> {
            if (what instanceof Message.AppendEntries) {
                throw new OutOfMemoryError("of this test");
            }
            return false;
        });

        // when something is written through it, then nobody knows what becomes of that, for the entry may outlive the node
        CompletionStage<Outcome> write = cluster.put(broken, "a", "1");
        assertThat(cluster.failure(write)).isEqualTo(PeerResponse.Kind.OUTCOME_UNKNOWN);

        // and it takes no part any more, so that the others go on with another leader
        assertThat(cluster.node(broken).status().degraded()).isEqualTo("the process has run out of memory");
        cluster.network().lose((to, what) -> false);
        cluster.await(() -> cluster.leaderOrNull() != null && !cluster.leader().equals(broken));
        assertThat(cluster.get(cluster.put(cluster.leader(), "b", "1"))).isInstanceOf(Outcome.Applied.class);
    }

    @Test
    void answerThatCannotBeDealtWithIsTheLast() {
        // given a follower with a read that waits until the leader has answered the one before
        VirtualCluster cluster = VirtualCluster.running(3, 1);
        NodeId broken = cluster.follower();
        List<Object> questions = new ArrayList<>();
        cluster.network().lose((to, what) -> {
            if (what instanceof PeerRequest.ReadIndex && !questions.isEmpty()) {
                throw new IllegalStateException("of this test");
            }
            return what instanceof PeerRequest.ReadIndex && !questions.add(what);
        });
        CompletionStage<PublishedState> first = cluster.node(broken).readLinearizable(5_000);
        cluster.await(() -> questions.size() == 1);
        CompletionStage<PublishedState> second = cluster.node(broken).readLinearizable(5_000);

        // when that answer comes, and asking for the other fails in a way that nobody has thought of
        assertThat(cluster.get(first)).isNotNull();

        // then the node does not go on as if nothing were, and nobody waits for it
        assertThat(cluster.node(broken).status().degraded())
                .isEqualTo("an answer that this node waited for could not be dealt with");
        assertThat(second.toCompletableFuture()).isCompletedExceptionally();
        assertThat(cluster.failure(second)).isEqualTo(PeerResponse.Kind.NO_LEADER);
    }

    @Test
    void nodeThatCannotReadWhatItsPeersSendTakesNoPart() {
        // given a follower that is sent what it can't read
        VirtualCluster cluster = VirtualCluster.running(3, 1);
        NodeId behind = cluster.follower();
        cluster.network().unreadable(cluster.leader(), behind, "an entry of unknown type 99");

        // then it says why it takes no part any more, and shows its last state
        cluster.await(() -> cluster.node(behind).status().degraded() != null);
        assertThat(cluster.node(behind).status().degraded()).isEqualTo("an entry of unknown type 99");
        assertThat(cluster.node(behind).status().caughtUp()).isFalse();

        // and the others go on
        assertThat(cluster.get(cluster.put(cluster.leader(), "a", "1"))).isInstanceOf(Outcome.Applied.class);
    }

    @Test
    void blankNodeDoesNotCareForWhatABlankPeerSends() {
        // given two of three nodes that are to found a cluster
        VirtualCluster cluster = new VirtualCluster(3, 1);
        cluster.start(VirtualCluster.id(1));
        cluster.start(VirtualCluster.id(2));
        cluster.time().passMillis(100);

        // when one sends what the other can't read
        cluster.network().unreadable(VirtualCluster.id(1), VirtualCluster.id(2), "an entry of unknown type 99");
        cluster.time().passMillis(100);

        // then that takes part in the founding all the same
        cluster.start(VirtualCluster.id(3));
        cluster.awaitLeader();
        assertThat(cluster.node(VirtualCluster.id(2)).status().degraded()).isNull();
    }

    @Test
    void followerWhoseDiskFailsHoldsNobodyBack() {
        // given a follower whose disk refuses
        VirtualCluster cluster = VirtualCluster.running(3, 1);
        NodeId broken = cluster.follower();
        cluster.store(broken).breakDisk();

        // when something is written
        Outcome outcome = cluster.get(cluster.put(cluster.leader(), "a", "1"));

        // then it is done, without the follower having acknowledged anything
        assertThat(outcome).isInstanceOf(Outcome.Applied.class);
        cluster.await(() -> cluster.node(broken).status().degraded() != null);
        assertThat(cluster.disk(broken).entries()).hasSizeLessThan(cluster.disk(cluster.leader()).entries().size());
    }

    @Test
    void degradedNodeComesBackWithARestart() {
        // given a node that is degraded
        VirtualCluster cluster = VirtualCluster.running(3, 1);
        NodeId broken = cluster.follower();
        cluster.store(broken).breakDisk();
        cluster.get(cluster.put(cluster.leader(), "a", "1"));
        cluster.await(() -> cluster.node(broken).status().degraded() != null);

        // when it is stopped, the disk mended, and started again
        cluster.stop(broken);
        cluster.start(broken);

        // then it takes part
        cluster.await(() -> "1".equals(cluster.value(broken, "a")));
        assertThat(cluster.node(broken).status().degraded()).isNull();
    }

    @Test
    void leaderWhoseDiskHangsGivesWayAndComesBack() {
        // given a leader whose disk takes four seconds for the next commit
        VirtualCluster cluster = VirtualCluster.running(3, 1);
        NodeId hanging = cluster.leader();
        cluster.lanes(hanging).nextStoreTaskTakes(4_000_000);

        // when something is written through it, the others do it without its disk
        assertThat(cluster.get(cluster.put(hanging, "a", "1"))).isInstanceOf(Outcome.Applied.class);

        // then it gives way after an election timeout, and says why
        cluster.await(() -> cluster.node(hanging).status().degraded() != null);
        assertThat(cluster.node(hanging).status().degraded()).isEqualTo("the disk does not answer");
        cluster.await(() -> cluster.leaderOrNull() != null && !cluster.leader().equals(hanging));
        cluster.get(cluster.put(cluster.leader(), "b", "1"));

        // and takes part again when the disk does
        cluster.await(() -> cluster.node(hanging).status().degraded() == null);
        cluster.await(() -> cluster.disk(hanging).entries().size() == cluster.disk(cluster.leader()).entries().size());
    }
}
