package io.quarkiverse.raftconfig.wire;

import static io.quarkiverse.raftconfig.wire.PeerTransportTest.awaitConnected;
import static io.quarkiverse.raftconfig.wire.PeerTransportTest.soon;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.quarkiverse.raftconfig.core.ClusterId;
import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.core.ReplicaId;
import io.quarkiverse.raftconfig.core.StorageId;

/** Who is let in, and what is told to those who are not. */
class HandshakeTest {
    private static final ClusterId ONE = new ClusterId(1, 1);
    private static final ClusterId OTHER = new ClusterId(2, 2);

    private final List<TestNode> nodes = new ArrayList<>();

    @AfterEach
    void closeAll() {
        nodes.forEach(TestNode::close);
    }

    @Test
    void connectsABlankNodeWithAClusters() {
        // given a node of a cluster and a blank one
        TestNode a = node("a", 1, ONE);
        TestNode b = node("b", 1, null);

        // when they connect
        b.connectTo(a);
        awaitConnected(a, b);

        // then each knows of the other's state
        assertThat(a.connected).containsExactly(b.replica + " of null");
        assertThat(b.connected).containsExactly(a.replica + " of " + ONE);
    }

    @Test
    void refusesANodeOfAnotherCluster() {
        // given nodes of two clusters that have each other's address
        TestNode a = node("a", 1, ONE);
        TestNode b = node("b", 1, OTHER);
        b.connectTo(a);

        // then they don't connect, and it is told why
        soon().untilAsserted(() -> assertThat(b.notConnected().get(a.replica.node())).contains("belongs to another cluster"));
        assertThat(a.connected).isEmpty();
        assertThat(b.connected).isEmpty();
    }

    @Test
    void cutsOffAPeerThatHasJoinedAnotherCluster() {
        // given two connected nodes, one of them blank
        TestNode a = node("a", 1, ONE);
        TestNode b = node("b", 1, null);
        b.connectTo(a);
        awaitConnected(a, b);

        // when the blank one joins another cluster
        b.call(() -> {
            b.transport.joined(OTHER);
            return null;
        });

        // then both part, and stay apart
        soon().until(() -> !a.isConnectedWith(b) && !b.isConnectedWith(a));
        soon().untilAsserted(() -> assertThat(b.notConnected().get(a.replica.node())).contains("belongs to another cluster"));
    }

    @Test
    void refusesToBeTakenForAnotherNode() {
        // given a node whose address stands beside another's name
        TestNode a = node("a", 1, null);
        TestNode b = node("b", 1, null);
        SortedMap<NodeId, String> wrong = new TreeMap<>();
        wrong.put(new NodeId("c"), a.address());

        // when it is dialled by that name, it says so
        b.connectTo(wrong);
        soon().untilAsserted(() -> assertThat(b.notConnected().get(new NodeId("c"))).contains("not the node that was dialled"));
        assertThat(a.connected).isEmpty();
    }

    @Test
    void refusesASecondNodeOfTheSameNameAndLeavesTheFirstAlone() {
        // given a connected pair
        TestNode a = node("a", 1, null);
        TestNode first = node("b", 1, null);
        first.connectTo(a);
        awaitConnected(a, first);

        // when a second node comes with the name of one, and another data directory
        TestNode second = node("b", 2, null);
        second.connectTo(a);

        // then it is refused, and told why
        soon().untilAsserted(() -> assertThat(second.notConnected().get(a.replica.node()))
                .contains("a node id that another node with another data directory uses"));
        assertThat(a.isConnectedWith(first)).isTrue();
        assertThat(a.connected).containsExactly(first.replica + " of null");
        assertThat(first.connected).hasSize(1);

        // and let in once the first is gone
        nodes.remove(first);
        first.close();
        awaitConnected(a, second);
    }

    /** The directory of a node was copied, and both processes run. */
    @ParameterizedTest
    @CsvSource({ "a, true", "a, false", "c, true", "c, false" })
    void refusesACopyOfANodeThatRunsAndLeavesTheFirstAlone(String id, boolean firstDials) throws IOException {
        // given a connected pair, dialled by either side
        TestNode b = node("b", 1, ONE);
        TestNode first = node(id, 1, ONE);
        try (Relay ofFirst = new Relay(firstDials ? b.port() : first.port()); Relay ofCopy = new Relay(b.port())) {
            if (firstDials) {
                first.connectTo(through(ofFirst, b));
            } else {
                b.connectTo(through(ofFirst, first));
            }
            awaitConnected(first, b);
            int dialled = ofFirst.accepted();

            // when a process comes with the very identity of one of them
            long sinceNanos = System.nanoTime();
            TestNode copy = node(id, 1, ONE);
            copy.connectTo(through(ofCopy, b));

            // then it is refused, is told why, and takes more time between one attempt and the next
            soon().untilAsserted(() -> assertThat(copy.notConnected().get(b.replica.node()))
                    .contains("another process that runs").contains("was copied"));
            soon().until(() -> ofCopy.accepted() >= 8);
            assertThat(Duration.ofNanos(System.nanoTime() - sinceNanos)).isGreaterThan(Duration.ofMillis(1100));
            assertThat(copy.connected).isEmpty();

            // and the first goes on as if nothing had happened
            assertThat(first.isConnectedWith(b)).isTrue();
            assertThat(b.isConnectedWith(first)).isTrue();
            assertThat(ofFirst.accepted()).isEqualTo(dialled);
            assertThat(first.connected).hasSize(1);
            assertThat(b.connected).hasSize(1);
            assertThat(b.unreachable).isEmpty();

            // and the copy is let in once the first is gone
            nodes.remove(first);
            first.close();
            awaitConnected(b, copy);
        }
    }

    /** Where the first happens not to be, or two processes would speak in one name. */
    @Test
    void letsACopyInNowhereWhileOneNodeRefusesIt() {
        // given a node that is connected with one of two others, and a copy of it that is refused there
        TestNode b = node("b", 1, ONE);
        TestNode c = node("c", 1, ONE);
        TestNode first = node("a", 1, ONE);
        first.connectTo(b);
        awaitConnected(first, b);
        TestNode copy = node("a", 1, ONE);
        copy.connectTo(b);
        soon().untilAsserted(() -> assertThat(copy.notConnected().get(b.replica.node())).contains("another process"));

        // when it dials the other, and is dialled by it
        copy.connectTo(b, c);
        soon().untilAsserted(() -> assertThat(copy.notConnected().get(c.replica.node())).contains("another peer refuses"));
        c.connectTo(copy);
        soon().untilAsserted(() -> assertThat(c.notConnected().get(copy.replica.node())).contains("has dialled a process"));

        // then neither leads to a connection, and the first finds its place free
        assertThat(copy.connected).isEmpty();
        first.connectTo(b, c);
        awaitConnected(first, c);
    }

    @Test
    void letsACopyInOnceItIsNotToReachTheNodeThatRefusesIt() {
        // given a copy that is refused by one node, and so connects with no other
        TestNode b = node("b", 1, ONE);
        TestNode c = node("c", 1, ONE);
        TestNode first = node("a", 1, ONE);
        first.connectTo(b);
        awaitConnected(first, b);
        TestNode copy = node("a", 1, ONE);
        copy.connectTo(b, c);
        soon().untilAsserted(() -> assertThat(copy.notConnected().get(c.replica.node())).contains("another peer refuses"));

        // when the node that refuses it is not among those to connect with any more
        copy.connectTo(c);

        // then what that one said counts no longer
        awaitConnected(copy, c);
    }

    private static SortedMap<NodeId, String> through(Relay relay, TestNode to) {
        SortedMap<NodeId, String> addresses = new TreeMap<>();
        addresses.put(to.replica.node(), relay.address());
        return addresses;
    }

    @Test
    void refusesANodeWithItsOwnName() {
        TestNode a = node("a", 1, null);
        ReplicaId imposter = new ReplicaId(a.replica.node(), new StorageId(9, 9));
        assertThat(dial(a, new Hello(1, 1, null, imposter, a.replica.node(), 8, 5, 0))).isEqualTo("DUPLICATE_NODE_ID");
    }

    @Test
    void speaksTheVersionThatBothSpeak() {
        TestNode a = node("a", 1, null);
        ReplicaId b = new ReplicaId(new NodeId("b"), new StorageId(9, 9));
        assertThat(dial(a, new Hello(2, 3, null, b, a.replica.node(), 8, 5, 0))).isEqualTo("PROTOCOL_VERSION");
        assertThat(dial(a, new Hello(0, 0, null, b, a.replica.node(), 8, 6, 0))).isEqualTo("PROTOCOL_VERSION");
        assertThat(a.connected).isEmpty();
        assertThat(dial(a, new Hello(1, 9, null, b, a.replica.node(), 8, 7, 0))).isEqualTo("welcome in version 1");
    }

    @Test
    void takesBackAPeerThatHasLostAConnectionWhichItStillHolds() {
        // given a connection that this node has dialled and prefers, of which only this node knows that it is there
        TestNode a = node("a", 1, null);
        TestNode b = node("b", 1, null);
        a.connectTo(b);
        awaitConnected(a, b);
        long lost = a.call(() -> {
            PeerConnection connection = a.transport.connection(b.replica.node());
            return connection == null ? 0 : connection.id;
        });

        // when the peer dials and does not say that it has lost that one, then the one there stays
        assertThat(dial(a, new Hello(1, 1, null, b.replica, a.replica.node(), b.transport.process, 5, 0)))
                .isEqualTo("ALREADY_CONNECTED");

        // and when it says so, then it is let in
        assertThat(dial(a, new Hello(1, 1, null, b.replica, a.replica.node(), b.transport.process, 6, lost)))
                .isEqualTo("welcome in version 1");
    }

    private TestNode node(String id, long storage, @Nullable ClusterId cluster) {
        TestNode node = new TestNode(id, storage, cluster).open();
        nodes.add(node);
        return node;
    }

    /** What comes of dialling {@code node} with these very words. */
    private String dial(TestNode node, Hello hello) {
        CompletableFuture<String> outcome = new CompletableFuture<>();
        TestNode dialler = new TestNode("zz-dialler").start(new TreeMap<>());
        nodes.add(dialler);
        PeerConnection.Owner nobody = new SilentOwner();
        dialler.loop.execute(() -> new Dial(dialler.loop, nobody, new Dial.Outcome() {
            @Override
            public void established(Dial dial, PeerConnection connection, Welcome welcome) {
                outcome.complete("welcome in version " + welcome.version());
            }

            @Override
            public void refused(Dial dial, Refusal refusal) {
                outcome.complete(refusal.name());
            }

            @Override
            public void failed(Dial dial, boolean accepted, String reason) {
                outcome.complete(reason);
            }
        }, TestNode.settings(0), hello, new HostAndPort("127.0.0.1", node.port()), 2000).start());
        return outcome.orTimeout(10, TimeUnit.SECONDS).join();
    }
}
