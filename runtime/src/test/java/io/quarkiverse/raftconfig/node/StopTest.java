package io.quarkiverse.raftconfig.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import org.junit.jupiter.api.Test;

import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.state.Outcome;

/** The orderly stop: nothing that was answered is lost, nobody is left waiting, nothing stays behind. */
class StopTest {

    @Test
    void inTheMiddleOfWritesAnswersEachOfThem() {
        // given a leader with fifty writes under way
        VirtualCluster cluster = VirtualCluster.running(3, 1);
        NodeId leader = cluster.leader();
        List<CompletionStage<Outcome>> writes = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            writes.add(cluster.put(leader, "name" + i, "value"));
        }
        cluster.time().schedule(100, () -> assertThat(writes.get(0).toCompletableFuture()).isNotDone());

        // when it is stopped
        cluster.time().passMillis(0);
        cluster.stop(leader);

        // then each write has an answer, and what was acknowledged is there
        assertThat(writes).allSatisfy(write -> assertThat(write.toCompletableFuture()).isDone());
        NodeId next = cluster.awaitLeader();
        for (int i = 0; i < 50; i++) {
            CompletableFuture<Outcome> write = writes.get(i).toCompletableFuture();
            if (!write.isCompletedExceptionally()) {
                assertThat(cluster.value(next, "name" + i)).isEqualTo("value");
            }
        }
    }

    @Test
    void waitsForWhatIsUnderWay() {
        // given a leader with a write under way
        VirtualCluster cluster = VirtualCluster.running(3, 1);
        NodeId leader = cluster.leader();
        CompletionStage<Outcome> write = cluster.put(leader, "a", "1");
        cluster.time().passMillis(0);

        // when it is stopped
        cluster.stop(leader);

        // then the write was done first
        assertThat(cluster.get(write)).isInstanceOf(Outcome.Applied.class);
    }

    @Test
    void refusesWhatComesLater() {
        // given a node that is stopping
        VirtualCluster cluster = VirtualCluster.running(3, 1);
        NodeId leader = cluster.leader();
        RaftNode node = cluster.node(leader);
        CompletionStage<Void> stopped = node.stop(3_000);

        // when something is written, or read
        CompletionStage<Outcome> write = node.propose(VirtualCluster.write("a", "1", null), 5_000);
        CompletionStage<?> read = node.readLinearizable(5_000);

        // then that is refused at once, for another node to do
        assertThat(cluster.failure(write)).isEqualTo(PeerResponse.Kind.NO_LEADER);
        assertThat(cluster.failure(read)).isEqualTo(PeerResponse.Kind.NO_LEADER);
        cluster.get(stopped);
        assertThat(node.status().stopping()).isTrue();
    }

    @Test
    void leavesNoTimerBehindAndMayBeAskedTwice() {
        // given a node
        VirtualCluster cluster = VirtualCluster.running(3, 1);
        NodeId id = cluster.leader();
        RaftNode node = cluster.node(id);

        // when it is stopped twice
        CompletionStage<Void> first = node.stop(3_000);
        CompletionStage<Void> second = node.stop(3_000);
        cluster.get(first);
        cluster.get(second);

        // then no timer is armed on its loop, and its lanes are closed
        cluster.time().passMillis(0);
        assertThat(cluster.loop(id).timers()).isZero();
        assertThat(cluster.lanes(id).isClosed()).isTrue();
    }

    @Test
    void endsInTimeThoughTheDiskHangs() {
        // given a node whose disk does not answer
        VirtualCluster cluster = VirtualCluster.running(3, 1);
        NodeId hanging = cluster.follower();
        cluster.lanes(hanging).nextStoreTaskTakes(60_000_000);
        cluster.get(cluster.put(cluster.leader(), "a", "1"));
        cluster.time().passMillis(10);

        // when it is stopped
        long begunAt = cluster.time().nowMillis();
        CompletionStage<Void> stopped = cluster.node(hanging).stop(3_000);
        cluster.await(() -> stopped.toCompletableFuture().isDone());

        // then the caller gets back in time, and knows that not all is closed
        assertThat(stopped.toCompletableFuture()).isCompletedExceptionally();
        assertThat(cluster.time().nowMillis() - begunAt).isEqualTo(3_000);
    }

    @Test
    void recordsHowFarTheLogIsCommitted() {
        // given a node that has just committed a write
        VirtualCluster cluster = VirtualCluster.running(1, 1);
        NodeId only = cluster.leader();
        cluster.get(cluster.put(only, "a", "1"));

        // when it is stopped at once, and started
        cluster.stop(only);
        RaftNode restarted = cluster.start(only);

        // then it shows that write before it has heard from anybody
        assertThat(restarted.state().find("a")).isNotNull();
    }

    @Test
    void ofALeaderLetsAnotherLeadFirst() {
        // given a leader, and a follower that writes all the time
        VirtualCluster cluster = VirtualCluster.running(3, 1);
        NodeId leader = cluster.leader();
        NodeId writer = cluster.follower();
        long undisturbed = cluster.longestWriteMillis(writer, 200);

        // when the leader is stopped
        CompletionStage<Void> stopped = cluster.node(leader).stop(3_000);
        long disturbed = cluster.longestWriteMillis(writer, 200);

        // then writes wait for a few round trips, not for an election timeout, and the node has stopped in time
        assertThat(disturbed).as("the longest write, undisturbed %d ms", undisturbed).isLessThan(20);
        cluster.get(stopped);
    }

    @Test
    void ofALeaderIsNotOverBeforeItHasVotedForTheNext() {
        // given two nodes: neither is elected without the other
        VirtualCluster cluster = VirtualCluster.running(2, 1);
        NodeId leader = cluster.leader();
        NodeId other = cluster.follower();

        // when the leader is stopped
        cluster.stop(leader);

        // then the other leads
        assertThat(cluster.leaderOrNull()).isEqualTo(other);
    }

    @Test
    void ofALeaderAloneWaitsForNobodyToTakeOver() {
        // given a leader whose followers are gone
        VirtualCluster cluster = VirtualCluster.running(3, 1);
        NodeId leader = cluster.leader();
        cluster.running().stream().filter(id -> !id.equals(leader)).toList().forEach(cluster::crash);

        // when it is stopped
        long begunAt = cluster.time().nowMillis();
        cluster.stop(leader);

        // then that takes no longer than the patience with what is under way
        assertThat(cluster.time().nowMillis() - begunAt).isLessThan(600);
    }
}
