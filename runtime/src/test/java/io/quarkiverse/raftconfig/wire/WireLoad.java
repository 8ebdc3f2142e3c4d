package io.quarkiverse.raftconfig.wire;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.quarkiverse.raftconfig.core.Bytes;
import io.quarkiverse.raftconfig.core.Entry;
import io.quarkiverse.raftconfig.core.Message;
import io.quarkiverse.raftconfig.core.Payload;
import io.quarkiverse.raftconfig.core.Position;
import io.quarkiverse.raftconfig.core.ReplicaId;

/**
 * How many messages go to and fro between two nodes on loopback, with so many in flight. A main, not a test: figures of a
 * busy machine prove nothing.
 */
final class WireLoad {
    private WireLoad() {
    }

    public static void main(String[] arguments) {
        for (int inFlight : new int[] { 1, 16, 128 }) {
            run(inFlight, 200_000);
            run(inFlight, 500_000);
        }
    }

    private static void run(int inFlight, int exchanges) {
        try (TestNode a = new Asker("a", inFlight, exchanges).open(); TestNode b = new Answerer("b").open()) {
            b.connectTo(a);
            PeerTransportTest.awaitConnected(a, b);
            ((Asker) a).measure(b);
        }
    }

    /** Answers each append of one entry of 200 bytes. */
    private static final class Answerer extends TestNode {
        Answerer(String id) {
            super(id);
        }

        @Override
        public void received(Message message) {
            Message.AppendEntries append = (Message.AppendEntries) message;
            transport.send(
                    new Message.AppendEntriesResponse(replica, append.from(), 1, true, append.lastIndex(), Position.ZERO));
        }
    }

    private static final class Asker extends TestNode {
        private final CompletableFuture<Void> done = new CompletableFuture<>();
        private final Payload payload = new Payload.Command(Bytes.wrap(new byte[200]));
        private final int inFlight;
        private final long[] sentNanos;
        private int sent;
        private int answered;

        Asker(String id, int inFlight, int exchanges) {
            super(id);
            this.inFlight = inFlight;
            this.sentNanos = new long[exchanges];
        }

        void measure(TestNode to) {
            long start = System.nanoTime();
            loop.execute(() -> {
                while (sent < inFlight) {
                    ask(to.replica);
                }
            });
            done.orTimeout(120, TimeUnit.SECONDS).join();
            double seconds = (System.nanoTime() - start) / 1e9;
            Arrays.sort(sentNanos);
            System.out.printf("in flight %4d: %8.0f exchanges/s, p50 %6.1f us, p99 %7.1f us%n", inFlight,
                    sentNanos.length / seconds, sentNanos[sentNanos.length / 2] / 1e3,
                    sentNanos[(int) (sentNanos.length * 0.99)] / 1e3);
        }

        private void ask(ReplicaId to) {
            Position prevLog = sent == 0 ? Position.ZERO : new Position(sent, 1);
            var entry = new Entry(new Position(sent + 1, 1), payload);
            sentNanos[sent++] = System.nanoTime();
            transport.send(new Message.AppendEntries(replica, to, 1, prevLog, List.of(entry), 0, 0));
        }

        @Override
        public void received(Message message) {
            sentNanos[answered] = System.nanoTime() - sentNanos[answered];
            answered++;
            if (sent < sentNanos.length) {
                ask(message.from());
            } else if (answered == sentNanos.length) {
                done.complete(null);
            }
        }
    }
}
