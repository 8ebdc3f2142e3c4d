package io.quarkiverse.raftconfig.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

import org.junit.jupiter.api.Test;

import io.quarkiverse.raftconfig.core.ClusterId;
import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.log.Logged;

/** A cluster is founded once, by all together, and a blank node says what it waits for. */
class FoundingOfThreeTest {
    private static final NodeId N1 = VirtualCluster.id(1);
    private static final NodeId N2 = VirtualCluster.id(2);
    private static final NodeId N3 = VirtualCluster.id(3);

    @Test
    void waitsForTheLastAndSaysSo() {
        // given two of three
        VirtualCluster cluster = new VirtualCluster(3, 1);
        cluster.start(N1);
        cluster.start(N2);

        // when time passes
        cluster.time().passMillis(10_000);

        // then no cluster was founded, and each says what it waits for
        assertThat(cluster.node(N1).status().identity().clusterId()).isNull();
        assertThat(cluster.node(N1).status().waitingFor()).contains("n3", "connected with n2", "n3: not reachable");
        assertThat(cluster.node(N2).status().waitingFor()).contains("n1", "promised itself");
        assertThat(cluster.node(N1).status().hasState()).isFalse();
        assertThat(cluster.node(N1).firstState().toCompletableFuture()).isNotDone();

        // and the third completes it
        cluster.start(N3);
        cluster.awaitLeader();
        assertThat(cluster.node(N3).status().waitingFor()).isNull();
    }

    @Test
    void survivesACrashOfTheFounderAtAnyMoment() {
        for (long crashMicros = 0; crashMicros < 12_000; crashMicros += 97) {
            // given three nodes that are about to found a cluster
            VirtualCluster cluster = new VirtualCluster(3, crashMicros);
            cluster.startAll();

            // when the founder crashes in the middle of it, and comes back
            cluster.time().passMicros(crashMicros);
            cluster.crash(N1);
            cluster.time().passMillis(20);
            cluster.start(N1);

            // then there is one cluster
            cluster.awaitLeader();
            ClusterId founded = Objects.requireNonNull(cluster.node(N1).status().identity().clusterId());
            cluster.await(() -> founded.equals(cluster.node(N2).status().identity().clusterId())
                    && founded.equals(cluster.node(N3).status().identity().clusterId()));
        }
    }

    @Test
    void survivesACrashOfAMemberAtAnyMoment() {
        for (long crashMicros = 0; crashMicros < 12_000; crashMicros += 97) {
            // given three nodes that are about to found a cluster
            VirtualCluster cluster = new VirtualCluster(3, crashMicros);
            cluster.startAll();

            // when another than the founder crashes in the middle of it, and comes back
            cluster.time().passMicros(crashMicros);
            cluster.crash(N3);
            cluster.time().passMillis(20);
            cluster.start(N3);

            // then there is one cluster
            cluster.awaitLeader();
            ClusterId founded = Objects.requireNonNull(cluster.node(N1).status().identity().clusterId());
            cluster.await(() -> founded.equals(cluster.node(N3).status().identity().clusterId()));
        }
    }

    @Test
    void isRefusedByAMemberThatListsOthers() {
        // given a member whose list is another
        VirtualCluster cluster = new VirtualCluster(3, 1);
        cluster.start(N1);
        cluster.start(N2);
        cluster.with(settings -> {
            SortedMap<NodeId, String> other = new TreeMap<>(settings.members());
            other.remove(N2);
            return new NodeSettings(settings.raft(), other, settings.snapshotEntries(), settings.snapshotBytes(),
                    settings.inFlightMax(), settings.idempotencyKeysMax(), settings.idempotencyAgeMillis());
        });

        try (Logged logged = Logged.forOperators()) {
            // when it is asked, again and again
            cluster.start(N3);
            cluster.time().passMillis(10_000);

            // then it says why it refuses, once
            assertThat(logged.warnings()).filteredOn(said -> said.contains("Node n3:")).singleElement().asString()
                    .contains("lists the members n1, n2, n3", "quarkus.raft-config.members", "this node lists n1, n3");
        }
        assertThat(cluster.node(N3).status().waitingFor()).contains("n1 lists the members n1, n2, n3", "this node n1, n3");

        // and nothing is founded, and the founder names the setting
        assertThat(cluster.node(N1).status().identity().clusterId()).isNull();
        assertThat(cluster.node(N1).status().waitingFor()).contains("n3 lists other members in quarkus.raft-config.members");
    }

    @Test
    void warnsOfListedNodesThatTheStoredMembershipDoesNotHave() {
        // given the data of a trial with a single node
        VirtualCluster cluster = new VirtualCluster(3, 1).with(FoundingOfThreeTest::listingNobody);
        cluster.start(N1);
        cluster.awaitLeader();
        cluster.stop(N1);

        try (Logged logged = Logged.forOperators()) {
            // when the list is as before, then there is nothing to say
            cluster.start(N1);
            cluster.stop(N1);
            assertThat(logged.warnings()).isEmpty();

            // when it is started with a list of three
            cluster.with(settings -> settings);
            cluster.start(N1);
            cluster.awaitLeader();

            // then it goes on alone, and says whom it leaves out, and what to do
            assertThat(cluster.node(N1).status().membership().voters()).hasSize(1);
            assertThat(logged.warnings()).singleElement().asString()
                    .contains("quarkus.raft-config.members lists n2, n3 too", "has the members n1,",
                            "empty the data directory");
        }
    }

    private static NodeSettings listingNobody(NodeSettings settings) {
        return new NodeSettings(settings.raft(), new TreeMap<>(), settings.snapshotEntries(), settings.snapshotBytes(),
                settings.inFlightMax(), settings.idempotencyKeysMax(), settings.idempotencyAgeMillis());
    }

    @Test
    void refusesToStartABlankNodeThatIsNotListed() {
        // given a blank node that its own list does not name
        VirtualCluster cluster = new VirtualCluster(3, 1).with(settings -> {
            SortedMap<NodeId, String> others = new TreeMap<>(settings.members());
            others.remove(N1);
            return new NodeSettings(settings.raft(), others, settings.snapshotEntries(), settings.snapshotBytes(),
                    settings.inFlightMax(), settings.idempotencyKeysMax(), settings.idempotencyAgeMillis());
        });

        // then it does not start
        assertThatThrownBy(() -> cluster.start(N1)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("n1");
    }

    @Test
    void nodeWithoutItsDiskIsNotTakenForTheOldOne() {
        // given a cluster, of which one node loses its disk
        VirtualCluster cluster = VirtualCluster.running(3, 1);
        NodeId wiped = cluster.follower();
        cluster.crash(wiped);
        cluster.wipe(wiped);

        // when it comes back blank
        cluster.start(wiped);
        cluster.time().passMillis(10_000);

        // then it founds nothing, is no voter, and waits; the others go on
        assertThat(cluster.node(wiped).status().identity().clusterId()).isNull();
        assertThat(cluster.node(wiped).status().hasState()).isFalse();
        assertThat(cluster.disk(wiped).hardState().term()).isZero();
        cluster.get(cluster.put(cluster.leader(), "a", "1"));
    }
}
