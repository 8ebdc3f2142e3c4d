package io.quarkiverse.raftconfig.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;

import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

import io.quarkiverse.raftconfig.codec.ByteWriter;
import io.quarkiverse.raftconfig.codec.MessageCodec;
import io.quarkiverse.raftconfig.core.Bytes;
import io.quarkiverse.raftconfig.core.ClusterId;
import io.quarkiverse.raftconfig.core.Entry;
import io.quarkiverse.raftconfig.core.FoundingMessage;
import io.quarkiverse.raftconfig.core.Message;
import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.core.Payload;
import io.quarkiverse.raftconfig.core.Position;
import io.quarkiverse.raftconfig.core.ReplicaId;
import io.quarkiverse.raftconfig.core.StorageId;

/** How nodes find each other, lose each other and speak: over real sockets on loopback. */
class PeerTransportTest {
    private static final ClusterId ONE = new ClusterId(1, 1);

    private final List<TestNode> nodes = new ArrayList<>();
    /** Holds up loops that are to seem dead. */
    private final CountDownLatch release = new CountDownLatch(1);

    @AfterEach
    void closeAll() {
        release.countDown();
        nodes.forEach(TestNode::close);
    }

    @Test
    void carriesMessagesInBothDirections() {
        // given two nodes of which one dials the other
        TestNode a = node("a");
        TestNode b = node("b");
        b.connectTo(a);
        awaitConnected(a, b);

        // when both send
        var ping = new Message.Heartbeat(a.replica, b.replica, 3, 1, 0);
        var pong = new Message.HeartbeatResponse(b.replica, a.replica, 3, 1);
        a.send(ping);
        b.send(pong);

        // then both receive, and nobody is waited for
        soon().untilAsserted(() -> assertThat(b.messages).containsExactly(ping));
        soon().untilAsserted(() -> assertThat(a.messages).containsExactly(pong));
        assertThat(b.notConnected()).isEmpty();
        assertThat(a.connected).containsExactly(b.replica + " of null");
    }

    @Test
    void keepsTheOrderOfWhatItCarries() {
        // given two connected nodes
        TestNode a = node("a");
        TestNode b = node("b");
        b.connectTo(a);
        awaitConnected(a, b);

        // when one sends much within one turn of its loop
        List<Message> sent = new ArrayList<>();
        for (int i = 1; i <= 5000; i++) {
            sent.add(new Message.Heartbeat(a.replica, b.replica, 3, i, 0));
        }
        a.call(() -> {
            sent.forEach(a.transport::send);
            return null;
        });

        // then all arrives, in order
        soon().untilAsserted(() -> assertThat(b.messages).hasSize(sent.size()));
        assertThat(b.messages).isEqualTo(sent);
    }

    @Test
    void findsWhoeverIsAtAnAddress() {
        // given a node of which another knows the address and nothing else
        TestNode a = node("a");
        TestNode b = node("b");

        // when the other seeks it
        b.call(() -> {
            b.transport.seek(List.of("127.0.0.1:1", a.address()));
            return null;
        });

        // then both are connected, and each knows who the other is
        awaitConnected(a, b);
        assertThat(b.connected).containsExactly(a.replica + " of null");
        assertThat(a.connected).containsExactly(b.replica + " of null");
    }

    @Test
    void connectsAgainWithWhomItSeeks() {
        // given a node that was found by its address, and knows no address of the one that sought it
        TestNode a = node("a");
        TestNode b = node("b");
        b.call(() -> {
            b.transport.seek(List.of(a.address()));
            return null;
        });
        awaitConnected(a, b);

        // when the connection breaks
        a.call(() -> {
            PeerConnection connection = Objects.requireNonNull(a.transport.connection(b.replica.node()));
            connection.close("for this test");
            return null;
        });
        soon().untilAsserted(() -> assertThat(b.connected).hasSize(2));

        // then there is another
        awaitConnected(a, b);
    }

    @Test
    void sendsToAnIncarnationNotToAName() {
        // given two connected nodes
        TestNode a = node("a");
        TestNode b = node("b");
        b.connectTo(a);
        awaitConnected(a, b);

        // when one addresses an earlier incarnation of the other, and then the present one
        var earlier = new ReplicaId(b.replica.node(), new StorageId(0, 99));
        var present = new Message.HeartbeatResponse(a.replica, b.replica, 1, 2);
        a.send(new Message.HeartbeatResponse(a.replica, earlier, 1, 1));
        a.send(present);

        // then only the second arrives
        soon().untilAsserted(() -> assertThat(b.messages).containsExactly(present));
    }

    @Test
    void carriesFoundingMessages() {
        // given two connected blank nodes
        TestNode a = node("a");
        TestNode b = node("b");
        b.connectTo(a);
        awaitConnected(a, b);

        // when one asks, by name
        var ask = new FoundingMessage.Ask(a.replica, 4, new TreeSet<>(List.of(a.replica.node(), b.replica.node())));
        a.call(() -> {
            a.transport.send(b.replica.node(), ask);
            return null;
        });

        // then the other hears it
        soon().untilAsserted(() -> assertThat(b.foundings).containsExactly(ask));
    }

    @RepeatedTest(10)
    void keepsTheConnectionThatTheSmallerIdDialledIfBothDial() {
        // given two nodes that learn of each other at the same moment
        TestNode a = node("a");
        TestNode b = node("b");
        SortedMap<NodeId, String> toA = new TreeMap<>();
        toA.put(a.replica.node(), a.address());
        SortedMap<NodeId, String> toB = new TreeMap<>();
        toB.put(b.replica.node(), b.address());
        a.loop.execute(() -> a.transport.connectTo(toB));
        b.loop.execute(() -> b.transport.connectTo(toA));

        // then both come to use the same connection
        awaitConnected(a, b);
        soon().until(() -> idOfConnection(a, b) == idOfConnection(b, a));

        // and none was told that the other was gone, nor twice that it is there
        assertThat(a.connected).containsExactly(b.replica + " of null");
        assertThat(b.connected).containsExactly(a.replica + " of null");
        assertThat(a.unreachable).isEmpty();
        assertThat(b.unreachable).isEmpty();

        // and what is sent arrives
        var message = new Message.HeartbeatResponse(a.replica, b.replica, 1, 1);
        a.send(message);
        soon().untilAsserted(() -> assertThat(b.messages).containsExactly(message));
    }

    @Test
    void tellsOnceThatAKilledPeerIsGoneAndConnectsAgainWhenItIsBack() {
        // given two connected nodes that know each other's address
        TestNode a = node("a");
        TestNode b = node("b");
        a.connectTo(b);
        b.connectTo(a);
        awaitConnected(a, b);

        // when one is gone
        int port = b.port();
        nodes.remove(b);
        b.close();

        // then the other is told, once
        soon().untilAsserted(() -> assertThat(a.unreachable).containsExactly(b.replica));
        soon().untilAsserted(() -> assertThat(a.notConnected()).containsOnlyKeys(b.replica.node()));
        assertThat(a.notConnected().get(b.replica.node())).contains("accepts no connection");

        // and when it is back, they connect, whatever number of attempts failed meanwhile
        TestNode again = new TestNode("b", 1, null, TestNode.settings(port)).open();
        nodes.add(again);
        awaitConnected(a, again);
        assertThat(a.unreachable).containsExactly(b.replica);
        assertThat(a.connected).hasSize(2);
    }

    @Test
    void saysNothingOfAPeerWhoseConnectionWasResetButThatAccepts() throws IOException {
        // given two nodes connected through a network that resets
        TestNode a = node("a");
        TestNode b = node("b");
        try (Relay relay = new Relay(b.port())) {
            SortedMap<NodeId, String> throughRelay = new TreeMap<>();
            throughRelay.put(b.replica.node(), relay.address());
            a.connectTo(throughRelay);
            awaitConnected(a, b);

            for (int i = 2; i <= 6; i++) {
                // when it resets
                relay.cut();

                // then they connect anew
                int times = i;
                soon().untilAsserted(() -> assertThat(a.connected).hasSize(times));
                awaitConnected(a, b);
            }

            // and nobody was told to be gone
            assertThat(a.unreachable).isEmpty();
        }
    }

    @Test
    void carriesAnEntryThatIsLongerThanAFrameInParts() {
        // given two connected nodes
        TestNode a = node("a");
        TestNode b = node("b");
        b.connectTo(a);
        awaitConnected(a, b);

        // when one sends entries of 8 MiB, and a heartbeat behind them
        byte[] bytes = new byte[8 << 20];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (i * 31);
        }
        var entry = new Entry(new Position(8, 3), new Payload.Command(Bytes.wrap(bytes)));
        var append = new Message.AppendEntries(a.replica, b.replica, 3, new Position(7, 3), List.of(entry), 7, 2);
        var heartbeat = new Message.Heartbeat(a.replica, b.replica, 3, 1, 0);
        a.call(() -> {
            a.transport.send(append);
            a.transport.send(heartbeat);
            return null;
        });

        // then all arrives, the heartbeat first
        soon().untilAsserted(() -> assertThat(b.messages).containsExactly(heartbeat, append));
    }

    @Test
    void boundsWhatWaitsForAPeerThatDoesNotRead() throws InterruptedException {
        // given three nodes of which one gets stuck at a message
        TestNode a = node("a");
        TestNode b = node("b");
        TestNode c = node("c");
        b.connectTo(a);
        c.connectTo(a);
        awaitConnected(a, b);
        awaitConnected(a, c);
        b.loop.execute(() -> awaitUninterruptibly(release));

        // when much more is sent to it than may wait
        byte[] bytes = new byte[500_000];
        long bound = TestNode.settings(0).waitingBytesMax();
        for (int i = 1; i <= 100; i++) {
            var entry = new Entry(new Position(i, 1), new Payload.Command(Bytes.wrap(bytes)));
            a.send(new Message.AppendEntries(a.replica, b.replica, 1, i == 1 ? Position.ZERO : new Position(i - 1, 1),
                    List.of(entry), 0, 0));
            assertThat(waitingBytes(a, b)).isLessThanOrEqualTo(bound + bytes.length);
        }

        // then what waits has reached the bound, and others are served
        assertThat(waitingBytes(a, b)).isGreaterThan(bound / 2);
        var heartbeat = new Message.Heartbeat(a.replica, c.replica, 1, 1, 0);
        a.send(heartbeat);
        soon().untilAsserted(() -> assertThat(c.messages).containsExactly(heartbeat));

        // and when it reads again, it gets what waited, but not all that was sent
        release.countDown();
        soon().untilAsserted(() -> assertThat(b.messages).isNotEmpty());
        soon().until(() -> waitingBytes(a, b) == 0);
        assertThat(b.messages).hasSizeLessThan(100);
    }

    /** Decision 16: it is never skipped. */
    @Test
    void tellsOfAnEntryThatOnlyALaterVersionCanRead() {
        // given a connected pair
        TestNode a = node("a");
        TestNode b = node("b");
        b.connectTo(a);
        awaitConnected(a, b);

        // when one sends an entry of a type that the other does not know
        ByteWriter append = new ByteWriter();
        var noOp = new Entry(new Position(1, 1), Payload.NoOp.INSTANCE);
        MessageCodec.write(append,
                new Message.AppendEntries(a.replica, b.replica, 1, Position.ZERO, List.of(noOp), 0, 0));
        append.array()[append.size() - 17] = 99;
        a.call(() -> {
            PeerConnection connection = a.transport.connection(b.replica.node());
            return connection != null && connection.sendEncoded(append, Outbox.Lane.BULK);
        });

        // then it is told what it is and what to do, and no message is delivered
        soon().untilAsserted(() -> assertThat(b.unreadable).singleElement().asString()
                .contains("peer a", "unknown type 99", "start this node with the version that wrote it"));
        assertThat(b.messages).isEmpty();
    }

    @Test
    void tellsIfItFailsAgainAndAgainAtMessages() {
        // given a connected pair, of which one has no memory left for what it is sent
        TestNode a = node("a");
        TestNode b = node("b");
        b.connectTo(a);
        awaitConnected(a, b);
        b.failure = new OutOfMemoryError("of this test");
        var message = new Message.Heartbeat(a.replica, b.replica, 3, 1, 0);

        for (int times = 1; times <= 3; times++) {
            // when it is sent something, once, twice, and a third time
            assertThat(b.unreadable).isEmpty();
            a.send(message);
            int connected = times + 1;
            soon().untilAsserted(() -> assertThat(b.connected).hasSize(connected));
            awaitConnected(a, b);
        }

        // then it says so: it will not get over it
        assertThat(b.unreadable).singleElement().asString()
                .contains("again and again", "of a", "the process has run out of memory");
    }

    @Test
    void cutsOffAPeerThatIsSilent() {
        // given a peer whose host hangs: it accepts, and says nothing any more
        TestNode a = new TestNode("a", 1, null, new WireSettings("127.0.0.1", 0, 500, 3000, 300, 1 << 20, 10)).open();
        nodes.add(a);
        TestNode b = node("b");
        b.connectTo(a);
        awaitConnected(a, b);
        b.loop.execute(() -> awaitUninterruptibly(release));

        // then the connection does not stay
        soon().until(() -> !a.isConnectedWith(b));

        // and is made again when the host goes on
        release.countDown();
        awaitConnected(a, b);
    }

    @Test
    void findsAWayAroundAConnectionThatHasGoneSilent() throws IOException {
        // given two nodes with settings as in production, and a connection that carries nothing any more
        WireSettings settings = WireSettings.of("127.0.0.1", 0, 100, 1000);
        TestNode a = new TestNode("a", 1, null, settings).open();
        nodes.add(a);
        TestNode b = new TestNode("b", 1, null, settings).open();
        nodes.add(b);
        var heartbeat = new Message.Heartbeat(a.replica, b.replica, 3, 1, 0);
        try (Relay relay = new Relay(a.port())) {
            SortedMap<NodeId, String> throughRelay = new TreeMap<>();
            throughRelay.put(a.replica.node(), relay.address());
            b.connectTo(throughRelay);
            awaitConnected(a, b);
            long start = System.nanoTime();
            relay.silence();

            // when one goes on sending, as a leader does
            soon().pollInterval(Duration.ofMillis(20)).until(() -> {
                a.send(heartbeat);
                return !b.messages.isEmpty();
            });

            // then it is heard again after an election timeout, by another connection
            Duration silence = Duration.ofNanos(System.nanoTime() - start);
            System.out.printf("a silent connection: heard again after %d ms%n", silence.toMillis());
            assertThat(silence).isGreaterThan(Duration.ofMillis(700)).isLessThan(Duration.ofMillis(2500));
            assertThat(relay.accepted()).isGreaterThan(1);
        }
    }

    @Test
    void tellsConnectedPeersOfTheClusterThatItHasJoined() {
        // given two connected blank nodes
        TestNode a = node("a");
        TestNode b = node("b");
        b.connectTo(a);
        awaitConnected(a, b);

        // when one joins a cluster
        a.call(() -> {
            a.transport.joined(ONE);
            return null;
        });

        // then the other hears of it
        soon().untilAsserted(() -> assertThat(b.connected)
                .containsExactly(a.replica + " of null", a.replica + " of " + ONE));
    }

    @Test
    void leavesNoThreadAndNoPort() throws IOException {
        // given a connected pair
        TestNode a = node("a");
        TestNode b = node("b");
        b.connectTo(a);
        awaitConnected(a, b);
        int port = a.port();
        Thread loop = a.call(Thread::currentThread);
        assertThat(loop.getName()).isEqualTo("raft-config-loop");
        assertThat(loop.isDaemon()).isTrue();

        // when both stop
        nodes.clear();
        a.close();
        b.close();

        // then nothing is left
        assertThat(loop.isAlive()).isFalse();
        assertThat(Thread.getAllStackTraces().keySet()).extracting(Thread::getName)
                .noneMatch(name -> name.startsWith("raft-config-"));
        new ServerSocket(port, 1, InetAddress.getLoopbackAddress()).close();
    }

    @Test
    void opensNoPortIfThereIsNobodyToTalkTo() {
        // given a cluster of one, which lists itself
        TestNode alone = new TestNode("a");
        nodes.add(alone);
        SortedMap<NodeId, String> itself = new TreeMap<>();
        itself.put(alone.replica.node(), "127.0.0.1:7420");

        // when it starts
        alone.start(itself);

        // then there is no port, until somebody is named
        assertThat(alone.call(() -> alone.transport.port() == null)).isTrue();
        alone.connectTo(TestNode.nowhere());
        soon().until(() -> alone.call(() -> alone.transport.port() != null));
    }

    @Test
    void saysWhichSettingIsWrongIfThePortIsTaken() {
        // given a port that is taken
        TestNode a = node("a");
        TestNode b = new TestNode("b", 1, null, TestNode.settings(a.port()));
        nodes.add(b);

        // when another opens it, then it fails in words for the operator
        assertThatThrownBy(b::open).isInstanceOf(CompletionException.class).cause().isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("quarkus.raft-config.peer.port is " + a.port())
                .hasMessageContaining("127.0.0.1").hasMessageContaining("Stop what holds the port");
    }

    private TestNode node(String id) {
        TestNode node = new TestNode(id).open();
        nodes.add(node);
        return node;
    }

    static void awaitConnected(TestNode one, TestNode other) {
        soon().until(() -> one.isConnectedWith(other) && other.isConnectedWith(one));
    }

    private static long idOfConnection(TestNode from, TestNode to) {
        return from.call(() -> {
            PeerConnection connection = from.transport.connection(to.replica.node());
            return connection == null ? -1 : connection.id;
        });
    }

    private static long waitingBytes(TestNode from, TestNode to) {
        return from.call(() -> {
            PeerConnection connection = from.transport.connection(to.replica.node());
            return connection == null ? 0 : connection.waitingBytes();
        });
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    static ConditionFactory soon() {
        return await().atMost(Duration.ofSeconds(10)).pollInterval(Duration.ofMillis(10));
    }
}
