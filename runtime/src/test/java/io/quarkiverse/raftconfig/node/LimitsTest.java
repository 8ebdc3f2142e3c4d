package io.quarkiverse.raftconfig.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;

import org.junit.jupiter.api.Test;

import io.quarkiverse.raftconfig.Expectation;
import io.quarkiverse.raftconfig.core.Message;
import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.state.Outcome;
import io.quarkiverse.raftconfig.state.StoreLimits;
import io.quarkiverse.raftconfig.state.Transaction;

/** The limits of the store hold for the cluster, and what they forbid is in no log (security 18). */
class LimitsTest {
    private static final StoreLimits THREE_PROPERTIES = new StoreLimits(3, 1 << 20);
    private static final long KEY_AGE_MILLIS = 10_000;

    @Test
    void holdWhicheverNodesAreWrittenThroughAtOnce() {
        // given three nodes, with room for three properties
        VirtualCluster cluster = limited();
        long before = cluster.node(cluster.leader()).status().commitIndex();

        // when ten are written at once, through all nodes
        List<CompletionStage<Outcome>> writes = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            writes.add(cluster.put(VirtualCluster.id(1 + i % 3), "p" + i, "1"));
        }
        int done = 0;
        for (CompletionStage<Outcome> write : writes) {
            if (cluster.get(write.handle((outcome, failure) -> failure == null))) {
                done++;
            } else {
                assertThat(cluster.failure(write)).isEqualTo(PeerResponse.Kind.STORE_FULL);
            }
        }

        // then there are three, and the others were not appended
        assertThat(done).isEqualTo(3);
        NodeId leader = cluster.leader();
        assertThat(cluster.node(leader).state().properties()).hasSize(3);
        assertThat(cluster.node(leader).status().commitIndex()).isEqualTo(before + 3);

        // and what makes room is taken, also by another node
        String some = cluster.node(leader).state().properties().firstKey();
        cluster.get(cluster.put(cluster.follower(), some, "2"));
    }

    @Test
    void countWhatAnEarlierLeaderHasLeftInTheLog() {
        // given a leader that dies before it knows that three writes are on the others' disks
        VirtualCluster cluster = limited();
        NodeId leader = cluster.leader();
        cluster.network().lose((to, what) -> what instanceof Message.AppendEntriesResponse);
        for (int i = 0; i < 3; i++) {
            cluster.put(leader, "p" + i, "1");
        }
        cluster.time().passMillis(50);
        cluster.crash(leader);

        // when one more is written through the next one, before that has applied them
        cluster.await(() -> cluster.leaderOrNull() != null);
        NodeId next = cluster.leader();
        assertThat(cluster.node(next).state().properties()).isEmpty();
        CompletionStage<Outcome> write = cluster.put(next, "p3", "1");
        cluster.network().lose((to, what) -> false);

        // then it is refused
        assertThat(cluster.failure(write)).isEqualTo(PeerResponse.Kind.STORE_FULL);
        cluster.awaitLeader();
        assertThat(cluster.node(next).state().properties()).containsOnlyKeys("p0", "p1", "p2");
    }

    @Test
    void doNotCountWhatALaterLeaderHasOverwritten() {
        // given a leader that is cut off, and has appended as much as the store may hold
        VirtualCluster cluster = limited(new StoreLimits(100, 1 << 20));
        NodeId first = cluster.leader();
        cluster.network().isolate(Set.of(first));
        for (int i = 0; i < 100; i++) {
            var put = cluster.node(first).propose(VirtualCluster.write("lost" + i, "1", null), 100);
            assertThat(put.toCompletableFuture()).isNotDone();
        }
        cluster.await(() -> cluster.leaderOrNull() != null && !first.equals(cluster.leaderOrNull()));
        cluster.network().heal();
        cluster.awaitLeader();

        // when it leads again, with a log that is much shorter
        while (!cluster.leader().equals(first)) {
            NodeId other = cluster.leader();
            cluster.network().isolate(Set.of(other));
            cluster.await(() -> cluster.leaderOrNull() != null && !other.equals(cluster.leaderOrNull()));
            cluster.network().heal();
            cluster.awaitLeader();
        }
        assertThat(cluster.node(first).status().lastLogIndex()).isLessThan(50);

        // then there is room for as much as there was
        List<Transaction.Change> changes = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            changes.add(new Transaction.Change("p" + i, "1", Expectation.none()));
        }
        Transaction all = new Transaction("test", null, null, changes);
        assertThat(cluster.get(cluster.node(first).propose(all, 5_000))).isInstanceOf(Outcome.Applied.class);
    }

    @Test
    void aWriteThatIsRepeatedIsAnsweredThoughTheStoreIsFull() {
        // given a store that a write with a key has filled, and that has been made to hold others since
        VirtualCluster cluster = limited();
        NodeId follower = cluster.follower();
        cluster.get(cluster.node(follower).propose(VirtualCluster.write("a", "1", "key"), 5_000));
        cluster.get(cluster.node(follower).propose(VirtualCluster.write("a", null, null), 5_000));
        for (String name : List.of("b", "c", "d")) {
            cluster.get(cluster.put(follower, name, "1"));
        }

        // when it is repeated, then it is answered as the first time
        assertThat(cluster.get(cluster.node(follower).propose(VirtualCluster.write("a", "1", "key"), 5_000)))
                .isInstanceOfSatisfying(Outcome.Applied.class, it -> assertThat(it.repeated()).isTrue());
        assertThat(cluster.failure(cluster.put(follower, "a", "1"))).isEqualTo(PeerResponse.Kind.STORE_FULL);
    }

    @Test
    void holdForAWriteWhoseKeyHasExpired() {
        // given a full store, which still remembers the key of a write to what is not there any more
        VirtualCluster cluster = limited();
        NodeId follower = cluster.follower();
        cluster.get(cluster.node(follower).propose(VirtualCluster.write("a", "1", "key"), 5_000));
        cluster.get(cluster.node(follower).propose(VirtualCluster.write("a", null, null), 5_000));
        for (String name : List.of("b", "c", "d")) {
            cluster.get(cluster.put(follower, name, "1"));
        }

        // when the key has expired, and nothing was written since that would have it forgotten
        cluster.time().passMillis(KEY_AGE_MILLIS);

        // then the same write is a new one, for which there is no room
        assertThat(cluster.failure(cluster.node(follower).propose(VirtualCluster.write("a", "1", "key"), 5_000)))
                .isEqualTo(PeerResponse.Kind.STORE_FULL);
    }

    private static VirtualCluster limited() {
        return limited(THREE_PROPERTIES);
    }

    private static VirtualCluster limited(StoreLimits limits) {
        VirtualCluster cluster = new VirtualCluster(3, 1).with(its -> new NodeSettings(its.raft(), its.members(),
                its.snapshotEntries(), its.snapshotBytes(), its.inFlightMax(), its.idempotencyKeysMax(),
                KEY_AGE_MILLIS, limits));
        cluster.startAll();
        cluster.awaitLeader();
        return cluster;
    }
}
