package io.quarkiverse.raftconfig.wire;

import static io.quarkiverse.raftconfig.wire.PeerTransportTest.awaitConnected;
import static io.quarkiverse.raftconfig.wire.PeerTransportTest.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.quarkiverse.raftconfig.core.Bytes;
import io.quarkiverse.raftconfig.core.Message;
import io.quarkiverse.raftconfig.core.SnapshotPoint;
import io.quarkiverse.raftconfig.node.PeerRequest;
import io.quarkiverse.raftconfig.node.PeerResponse;
import io.quarkiverse.raftconfig.node.PeerTransport.AnswerLostException;
import io.quarkiverse.raftconfig.node.PeerTransport.NotConnectedException;

/** What one node asks of another. */
class PeerRequestTest {
    private static final PeerRequest QUESTION = new PeerRequest.ReadIndex(1000);

    private final List<TestNode> nodes = new ArrayList<>();
    private final TestNode a = new TestNode("a");
    private final TestNode b = new TestNode("b");

    @BeforeEach
    void connect() {
        nodes.addAll(List.of(a.open(), b.open()));
        b.connectTo(a);
        awaitConnected(a, b);
    }

    @AfterEach
    void closeAll() {
        nodes.forEach(TestNode::close);
    }

    @Test
    void isAnsweredInBothDirections() {
        a.answers = (from, request) -> CompletableFuture.completedFuture(new PeerResponse.ReadIndex(11));
        b.answers = (from, request) -> CompletableFuture.completedFuture(new PeerResponse.ReadIndex(22));
        assertThat(join(a.request(b, QUESTION, 5000))).isEqualTo(new PeerResponse.ReadIndex(22));
        assertThat(join(b.request(a, QUESTION, 5000))).isEqualTo(new PeerResponse.ReadIndex(11));
    }

    @Test
    void isToldFromOthersThatAreUnderWay() {
        // given a peer that answers each question with its content, in reverse order
        List<Runnable> answers = new CopyOnWriteArrayList<>();
        b.answers = (from, request) -> {
            CompletableFuture<PeerResponse> answer = new CompletableFuture<>();
            answers.add(0, () -> answer.complete(new PeerResponse.Applied(1, ((PeerRequest.Propose) request).command())));
            return answer;
        };

        // when many are asked at once, one of them long
        List<CompletableFuture<PeerResponse>> asked = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            asked.add(a.request(b, new PeerRequest.Propose(content(i), 1000), 10_000));
        }
        soon().untilAsserted(() -> assertThat(answers).hasSize(100));
        b.loop.execute(() -> answers.forEach(Runnable::run));

        // then each gets its own answer
        for (int i = 0; i < 100; i++) {
            assertThat(join(asked.get(i))).isEqualTo(new PeerResponse.Applied(1, content(i)));
        }
    }

    private static Bytes content(int i) {
        byte[] bytes = new byte[i == 50 ? 1_000_000 : 10];
        bytes[0] = (byte) i;
        return Bytes.wrap(bytes);
    }

    @Test
    void aChunkOfASnapshotDelaysNobody() {
        // given a peer that answers questions, and takes its time with snapshots
        List<PeerRequest> chunks = new CopyOnWriteArrayList<>();
        b.answers = (from, request) -> {
            if (request instanceof PeerRequest.InstallSnapshot) {
                chunks.add(request);
                return new CompletableFuture<>();
            }
            return CompletableFuture.completedFuture(new PeerResponse.ReadIndex(22));
        };

        // when a long chunk goes to it, then a question, and a heartbeat
        var chunk = new PeerRequest.InstallSnapshot(5, 3, SnapshotPoint.NONE, 5_000_000, 1, 0, Bytes.wrap(new byte[5_000_000]),
                2);
        var heartbeat = new Message.Heartbeat(a.replica, b.replica, 3, 1, 0);
        CompletableFuture<PeerResponse> taken = a.request(b, chunk, 60_000);
        CompletableFuture<PeerResponse> answer = a.request(b, QUESTION, 5000);
        a.send(heartbeat);

        // then these have come before it, for they are on other streams, and it comes whole
        assertThat(join(answer)).isEqualTo(new PeerResponse.ReadIndex(22));
        soon().untilAsserted(() -> assertThat(b.messages).containsExactly(heartbeat));
        soon().untilAsserted(() -> assertThat(chunks).containsExactly(chunk));
        assertThat(taken).isNotDone();
    }

    @Test
    void failsAsNotSentIfThereIsNoConnection() {
        TestNode stranger = new TestNode("c");
        nodes.add(stranger.open());
        assertThatThrownBy(() -> join(a.request(stranger, QUESTION, 1000))).hasCauseInstanceOf(NotConnectedException.class);
    }

    @Test
    void failsAsUnansweredIfNoAnswerComesInTime() {
        b.answers = (from, request) -> new CompletableFuture<>();
        assertThatThrownBy(() -> join(a.request(b, QUESTION, 50))).hasCauseInstanceOf(AnswerLostException.class)
                .hasMessageContaining("within 50 ms");
    }

    @Test
    void failsAsUnansweredIfTheConnectionBreaks() {
        // given a question that is not answered
        CompletableFuture<PeerRequest> asked = new CompletableFuture<>();
        b.answers = (from, request) -> {
            asked.complete(request);
            return new CompletableFuture<>();
        };
        CompletableFuture<PeerResponse> answer = a.request(b, QUESTION, 60_000);
        assertThat(asked.orTimeout(10, TimeUnit.SECONDS).join()).isEqualTo(QUESTION);

        // when the peer is gone
        nodes.remove(b);
        b.close();

        // then the asker does not wait
        assertThatThrownBy(() -> join(answer)).hasCauseInstanceOf(AnswerLostException.class);
    }

    @Test
    void isAnsweredAsUnknownIfThePeerFailsAtIt() {
        b.answers = (from, request) -> CompletableFuture.failedFuture(new IllegalStateException("s3cret"));
        assertThat(join(a.request(b, QUESTION, 5000))).isInstanceOfSatisfying(PeerResponse.Failed.class, failed -> {
            assertThat(failed.kind()).isEqualTo(PeerResponse.Kind.OUTCOME_UNKNOWN);
            assertThat(failed.reason()).doesNotContain("s3cret");
        });
    }

    private static PeerResponse join(CompletableFuture<PeerResponse> answer) {
        return answer.orTimeout(20, TimeUnit.SECONDS).join();
    }
}
