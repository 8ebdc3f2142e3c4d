package io.quarkiverse.raftconfig.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import io.quarkiverse.raftconfig.core.Message;
import io.quarkiverse.raftconfig.core.NodeId;

/** Two or three transports over real sockets on loopback. */
class PeerTransportTest {
    private final List<TestNode> nodes = new ArrayList<>();

    @AfterEach
    void closeAll() {
        nodes.forEach(TestNode::close);
    }

    @Test
    void carriesMessagesInBothDirections() {
        // given two nodes of which one dials the other
        TestNode a = node("a");
        TestNode b = node("b");
        b.connectTo(a);
        soon().until(() -> a.isConnectedWith(b) && b.isConnectedWith(a));

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
        assertThat(a.notConnected()).containsOnlyKeys(new NodeId("zz-nobody"));
    }

    private TestNode node(String id) {
        TestNode node = new TestNode(id).open();
        nodes.add(node);
        return node;
    }

    static ConditionFactory soon() {
        return await().atMost(Duration.ofSeconds(10)).pollInterval(Duration.ofMillis(10));
    }
}
