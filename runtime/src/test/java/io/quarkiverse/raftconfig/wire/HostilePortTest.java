package io.quarkiverse.raftconfig.wire;

import static io.quarkiverse.raftconfig.wire.PeerTransportTest.awaitConnected;
import static io.quarkiverse.raftconfig.wire.PeerTransportTest.soon;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import io.quarkiverse.raftconfig.core.Message;
import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.log.Logged;

/** Whoever reaches the peer port without being a peer learns nothing there and does no harm. */
class HostilePortTest {
    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII);
    private static final byte[] EMPTY_SETTINGS = { 0, 0, 0, 4, 0, 0, 0, 0, 0 };

    private final List<TestNode> nodes = new ArrayList<>();
    private final TestNode a = node("a", new WireSettings("127.0.0.1", 0, 500, 500, 3000, 1 << 20, 8));

    @AfterEach
    void closeAll() {
        nodes.forEach(TestNode::close);
    }

    @Test
    void cutsOffWhoSaysNothing() throws IOException {
        assertThat(answerTo(new byte[0])).isEmpty();
    }

    @Test
    void cutsOffWhoSpeaksHttpOne() throws IOException {
        String get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
        assertThat(new String(answerTo(get.getBytes(US_ASCII)), US_ASCII)).doesNotContain("200").doesNotContain("raft");
    }

    @Test
    void cutsOffWhoSpeaksHttpTwoAndNothingMore() throws IOException {
        assertThat(new String(answerTo(PREFACE), US_ASCII)).doesNotContain("raft");
        byte[] settled = new byte[PREFACE.length + EMPTY_SETTINGS.length];
        System.arraycopy(PREFACE, 0, settled, 0, PREFACE.length);
        System.arraycopy(EMPTY_SETTINGS, 0, settled, PREFACE.length, EMPTY_SETTINGS.length);
        assertThat(new String(answerTo(settled), US_ASCII)).doesNotContain("raft");
    }

    /** HTTP/2 waits for open streams before it closes: not for this one. */
    @Test
    void cutsOffWhoOpensAStreamAndSaysNothing() throws IOException {
        // given a request for the stream of Raft messages, of which nothing follows
        byte[] path = HttpOptions.RAFT_PATH.getBytes(US_ASCII);
        ByteArrayOutputStream headers = new ByteArrayOutputStream();
        headers.write(0x83); // :method POST
        headers.write(0x86); // :scheme http
        headers.write(0x04); // :path
        headers.write(path.length);
        headers.writeBytes(path);
        headers.write(0x01); // :authority
        headers.write(1);
        headers.write('a');
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(PREFACE);
        all.writeBytes(EMPTY_SETTINGS);
        all.writeBytes(new byte[] { 0, 0, (byte) headers.size(), 1, 4, 0, 0, 0, 1 });
        all.writeBytes(headers.toByteArray());

        // then it is cut off like any other
        assertThat(new String(answerTo(all.toByteArray()), US_ASCII)).doesNotContain("raft");
    }

    /** Whatever it is that floods the port: pings, settings, or the head of a request without an end. */
    @Test
    void cutsOffWhoSaysTooMuchBeforeTheHandshake() throws IOException {
        // given a port with a deadline that is far away
        TestNode patient = node("p", new WireSettings("127.0.0.1", 0, 500, 500, 60_000, 1 << 20, 8));
        byte[] ping = new byte[17];
        ping[2] = 8;
        ping[3] = 6;

        for (byte[] frame : List.of(ping, EMPTY_SETTINGS)) {
            // when somebody floods it
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), patient.port())) {
                socket.getOutputStream().write(PREFACE);
                socket.getOutputStream().write(EMPTY_SETTINGS);
                ByteArrayOutputStream flood = new ByteArrayOutputStream();
                while (flood.size() < 100_000) {
                    flood.writeBytes(frame);
                }
                socket.getOutputStream().write(flood.toByteArray());

                // then it is cut off
                rest(socket);
            } catch (SocketException e) {
                // Cut off while it was still talking.
            }
        }
    }

    @Test
    void isNotHarmedByGarbage() throws IOException {
        // given a connected pair
        TestNode b = node("b", TestNode.settings(0));
        b.connectTo(a);
        awaitConnected(a, b);

        // when garbage comes, some of it behind a proper beginning
        Random random = new Random(3);
        for (int i = 0; i < 40; i++) {
            byte[] garbage = new byte[1 + random.nextInt(4000)];
            random.nextBytes(garbage);
            if (i % 2 == 0 && garbage.length > PREFACE.length) {
                System.arraycopy(PREFACE, 0, garbage, 0, PREFACE.length);
            }
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), a.port())) {
                socket.getOutputStream().write(garbage);
            } catch (IOException e) {
                // Cut off while it was still talking.
            }
        }

        // then the pair goes on
        var message = new Message.HeartbeatResponse(a.replica, b.replica, 1, 1);
        a.send(message);
        soon().untilAsserted(() -> assertThat(b.messages).containsExactly(message));
        assertThat(a.connected).hasSize(1);
    }

    @Test
    void takesOnlySoManyConnectionsAndPeersAgainWhenTheyAreGone() throws IOException {
        // given more silent connections than the port takes
        List<Socket> silent = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            silent.add(new Socket(InetAddress.getLoopbackAddress(), a.port()));
        }

        // then those beyond the cap are cut off at once, and the others for their silence
        for (Socket socket : silent) {
            assertThat(rest(socket)).isEmpty();
            socket.close();
        }

        // and a peer is let in
        TestNode b = node("b", TestNode.settings(0));
        b.connectTo(a);
        awaitConnected(a, b);
    }

    /** However many strangers there are, and however long they have to show who they are. */
    @Test
    void letsPeersInThoughStrangersFillThePort() throws IOException {
        // given a port with room for 8 strangers, which may take a minute each, and many more of them
        TestNode patient = node("p", new WireSettings("127.0.0.1", 0, 500, 60_000, 60_000, 1 << 20, 8));
        List<Socket> strangers = new ArrayList<>();
        try (Logged logged = Logged.forOperators()) {
            for (int i = 0; i < 40; i++) {
                strangers.add(new Socket(InetAddress.getLoopbackAddress(), patient.port()));
            }

            // when peers come
            TestNode b = node("b", TestNode.settings(0));
            b.connectTo(patient);
            awaitConnected(patient, b);

            // then they are let in, the oldest strangers have given way, and the operator is told, once
            assertThat(rest(strangers.get(0))).isEmpty();
            assertThat(logged.warnings()).filteredOn(said -> said.contains("have not shown who they are")).hasSize(1);

            // and they keep their place, whoever comes after them
            for (int i = 0; i < 40; i++) {
                strangers.add(new Socket(InetAddress.getLoopbackAddress(), patient.port()));
            }
            assertThat(rest(strangers.get(strangers.size() - 20))).isEmpty();
            assertThat(patient.isConnectedWith(b)).isTrue();
            assertThat(patient.connected).hasSize(1);
        } finally {
            for (Socket stranger : strangers) {
                stranger.close();
            }
        }
    }

    /** Nor do those that shake hands, under names of their own. */
    @Test
    void letsMembersInThoughOthersTakeAllTheRoom() {
        // given a port with room for 2 nodes that are no members, which are there
        TestNode narrow = node("n", new WireSettings("127.0.0.1", 0, 500, 3000, 3000, 1 << 20, 2));
        for (String name : List.of("x", "y")) {
            TestNode stranger = node(name, TestNode.settings(0));
            stranger.connectTo(narrow);
            awaitConnected(narrow, stranger);
        }

        // when another comes, then there is no room for it
        TestNode another = node("z", TestNode.settings(0));
        another.connectTo(narrow);
        soon().untilAsserted(() -> assertThat(another.notConnected().get(narrow.replica.node())).contains("no room"));

        // but there is for a member
        TestNode member = node("m", TestNode.settings(0));
        SortedMap<NodeId, String> members = new TreeMap<>();
        members.put(member.replica.node(), "127.0.0.1:1");
        narrow.connectTo(members);
        member.connectTo(narrow);
        awaitConnected(narrow, member);
    }

    @Test
    void closesWithoutAWordWhileOthersDial() throws Exception {
        try (Logged logged = Logged.by("io.netty")) {
            for (int i = 0; i < 10; i++) {
                // given a node with a peer, and somebody who dials again and again
                TestNode node = node("s" + i, TestNode.settings(0));
                TestNode peer = node("t" + i, TestNode.settings(0));
                peer.connectTo(node);
                awaitConnected(node, peer);
                int port = node.port();
                CountDownLatch dialled = new CountDownLatch(20);
                Thread dialler = new Thread(() -> {
                    try {
                        while (true) {
                            new Socket(InetAddress.getLoopbackAddress(), port).close();
                            dialled.countDown();
                        }
                    } catch (IOException e) {
                        // The port is closed.
                    }
                });
                dialler.start();
                assertThat(dialled.await(10, TimeUnit.SECONDS)).isTrue();

                // when the node stops
                nodes.remove(node);
                node.close();
                dialler.join(10_000);
            }

            // then nothing was logged of connections that came too late
            assertThat(logged.warnings()).isEmpty();
        }
    }

    @Test
    void letsAPeerStayBeyondTheHandshakesDeadline() throws IOException {
        // given a connected peer
        TestNode b = node("b", TestNode.settings(0));
        b.connectTo(a);
        awaitConnected(a, b);

        // when a silent connection that came later is cut off by its deadline
        assertThat(answerTo(new byte[0])).isEmpty();

        // then the peer's was not
        assertThat(a.isConnectedWith(b)).isTrue();
        assertThat(a.connected).hasSize(1);
    }

    /** All that comes back until the port cuts the connection. */
    private byte[] answerTo(byte[] bytes) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), a.port())) {
            socket.getOutputStream().write(bytes);
            return rest(socket);
        }
    }

    private static byte[] rest(Socket socket) throws IOException {
        socket.setSoTimeout(10_000);
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] piece = new byte[1000];
        try {
            for (int read = socket.getInputStream().read(piece); read >= 0; read = socket.getInputStream().read(piece)) {
                all.write(piece, 0, read);
            }
        } catch (SocketTimeoutException e) {
            throw new AssertionError("not cut off", e);
        } catch (SocketException e) {
            // Reset: cut off all the same.
        }
        return all.toByteArray();
    }

    private TestNode node(String id, WireSettings settings) {
        TestNode node = new TestNode(id, 1, null, settings).open();
        nodes.add(node);
        return node;
    }
}
