package io.quarkiverse.raftconfig.node;

import static io.quarkiverse.raftconfig.node.VirtualCluster.write;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;

import org.junit.jupiter.api.Test;

import io.quarkiverse.raftconfig.Expectation;
import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.state.Outcome;
import io.quarkiverse.raftconfig.state.Transaction;

/** What a caller is told: an outcome, that nothing was committed, or that nobody knows. */
class WritePromisesTest {

    @Test
    void isUnknownWhenTheLeaderIsCutOffWithIt() {
        // given a leader that is cut off from all others
        VirtualCluster cluster = VirtualCluster.running(3, 1);
        NodeId leader = cluster.leader();
        cluster.network().isolate(Set.of(leader));

        // when something is written through it, it lands in its log, and nowhere else
        CompletionStage<Outcome> write = cluster.put(leader, "a", "1");

        // then nobody can tell whether it will be committed, and nobody sees it
        assertThat(cluster.failure(write)).isEqualTo(PeerResponse.Kind.OUTCOME_UNKNOWN);
        assertThat(cluster.value(leader, "a")).as("what is not committed is not shown").isNull();
    }

    @Test
    void isCertainlyNotCommittedWhenNoLeaderTakesIt() {
        // given a node that is cut off and has noticed
        VirtualCluster cluster = VirtualCluster.running(3, 1);
        NodeId alone = cluster.leader();
        cluster.network().isolate(Set.of(alone));
        cluster.await(() -> cluster.node(alone).status().leader() == null);

        // when something is written through it
        CompletionStage<Outcome> write = cluster.put(alone, "a", "1");

        // then it was not committed, and never will be
        assertThat(cluster.failure(write)).isEqualTo(PeerResponse.Kind.NO_LEADER);
        cluster.network().heal();
        cluster.awaitLeader();
        cluster.time().passMillis(5_000);
        assertThat(cluster.value(alone, "a")).isNull();
    }

    @Test
    void isGivenToNobodyWhenItsTimeIsOverBeforeItsTurn() {
        // given a follower whose loop is so late that the time of a write is over when it comes to it
        VirtualCluster cluster = VirtualCluster.running(3, 1);
        List<Object> asked = new ArrayList<>();
        cluster.network().lose((to, what) -> what instanceof PeerRequest.Propose && asked.add(what));

        // when it does
        CompletionStage<Outcome> write = cluster.node(cluster.follower()).propose(write("a", "1", null), -1);

        // then the leader was not asked: a time that is negative is no time in the protocol, and would break the connection
        assertThat(cluster.failure(write)).isEqualTo(PeerResponse.Kind.NO_LEADER);
        assertThat(asked).isEmpty();
    }

    @Test
    void isTriedAgainWhenAnotherEntryTookItsPlace() {
        // given a leader that is cut off with a write in its log
        VirtualCluster cluster = VirtualCluster.running(3, 1);
        NodeId deposed = cluster.leader();
        cluster.network().isolate(Set.of(deposed));
        CompletionStage<Outcome> write = cluster.node(deposed).propose(write("a", "old", null), 20_000);

        // when the others go on, and it comes back
        cluster.await(() -> cluster.leaderOrNull() != null && !cluster.leader().equals(deposed));
        cluster.get(cluster.put(cluster.leader(), "b", "2"));
        cluster.network().heal();

        // then the write is known to be lost, and so is made again: once
        Outcome outcome = cluster.get(write);
        assertThat(outcome).isInstanceOfSatisfying(Outcome.Applied.class,
                applied -> assertThat(applied.revision()).isEqualTo(2));
        assertThat(cluster.value(deposed, "b")).isEqualTo("2");
    }

    @Test
    void isUnknownWhenTheLeaderDiesBeforeItsAnswer() {
        // given a cluster in which the leader's answers are lost
        VirtualCluster cluster = VirtualCluster.running(3, 1);
        NodeId leader = cluster.leader();
        NodeId follower = cluster.follower();
        cluster.network().lose((to, what) -> what instanceof PeerResponse);

        // when something is written through a follower, and the leader dies
        CompletionStage<Outcome> write = cluster.put(follower, "a", "1");
        cluster.time().passMillis(50);
        cluster.crash(leader);

        // then the caller is told that nobody knows, though it was committed
        assertThat(cluster.failure(write)).isEqualTo(PeerResponse.Kind.OUTCOME_UNKNOWN);
        assertThat(cluster.value(follower, "a")).isEqualTo("1");
    }

    @Test
    void happensOnceWhenItIsRepeatedWithItsKeyAcrossALeaderChange() {
        // given a write whose outcome is not known, because the leader died
        VirtualCluster cluster = VirtualCluster.running(3, 1);
        NodeId follower = cluster.follower();
        cluster.network().lose((to, what) -> what instanceof PeerResponse);
        CompletionStage<Outcome> first = cluster.node(follower).propose(write("a", "1", "key"), 5_000);
        cluster.time().passMillis(50);
        cluster.crash(cluster.leader());
        assertThat(cluster.failure(first)).isEqualTo(PeerResponse.Kind.OUTCOME_UNKNOWN);
        cluster.network().lose((to, what) -> false);
        cluster.awaitLeader();

        // when it is repeated
        Outcome repeated = cluster.get(cluster.node(follower).propose(write("a", "1", "key"), 5_000));

        // then it is answered as it was done the first time
        assertThat(repeated).isInstanceOfSatisfying(Outcome.Applied.class, applied -> {
            assertThat(applied.repeated()).isTrue();
            assertThat(applied.revision()).isEqualTo(1);
        });
        assertThat(cluster.node(follower).state().revision()).isEqualTo(1);
    }

    /** Whatever the nodes that take the writes see: what counts is what is there when they are applied. */
    @Test
    void isMadeForOneOfManyWhoExpectTheSame() {
        // given three nodes on which there is no property
        VirtualCluster cluster = VirtualCluster.running(3, 1);

        // when each of them is to make it, unless it is there
        List<CompletionStage<Outcome>> writes = new ArrayList<>();
        for (NodeId node : cluster.running()) {
            writes.add(cluster.node(node).propose(new Transaction("test", null, null,
                    List.of(new Transaction.Change("a", node.value(), Expectation.absent()))), 5_000));
        }

        // then it is made once, and the others are told that it is there
        List<Outcome> outcomes = writes.stream().map(cluster::get).toList();
        assertThat(outcomes).filteredOn(Outcome.Applied.class::isInstance).hasSize(1);
        assertThat(outcomes).filteredOn(Outcome.Mismatch.class::isInstance).hasSize(2);
    }

    @Test
    void isRefusedWhenTooManyAreUnderWay() {
        // given a node that allows two writes at once
        VirtualCluster cluster = new VirtualCluster(1, 1).with(settings -> new NodeSettings(settings.raft(),
                settings.members(), settings.snapshotEntries(), settings.snapshotBytes(), 2,
                settings.idempotencyKeysMax(), settings.idempotencyAgeMillis()));
        cluster.startAll();
        NodeId node = cluster.awaitLeader();

        // when three are begun
        List<CompletionStage<Outcome>> writes = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            writes.add(cluster.put(node, "a" + i, "1"));
        }

        // then the third is told so, the first two are done, and then there is room again
        assertThat(cluster.failure(writes.get(2))).isEqualTo(PeerResponse.Kind.TOO_MANY_REQUESTS);
        cluster.get(writes.get(0));
        cluster.get(writes.get(1));
        assertThat(cluster.get(cluster.put(node, "b", "1"))).isInstanceOf(Outcome.Applied.class);
    }

    @Test
    void isSentOnAtMostOnce() {
        // given a follower
        VirtualCluster cluster = VirtualCluster.running(3, 1);
        NodeId follower = cluster.follower();
        List<Object> passed = new ArrayList<>();
        cluster.network().lose((to, what) -> {
            if (what instanceof PeerRequest) {
                passed.add(what);
            }
            return false;
        });

        // when something is written through it
        cluster.get(cluster.put(follower, "a", "1"));

        // then the leader was asked, once
        assertThat(passed).hasSize(1);
    }
}
