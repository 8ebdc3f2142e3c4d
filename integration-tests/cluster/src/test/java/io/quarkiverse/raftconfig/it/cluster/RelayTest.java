package io.quarkiverse.raftconfig.it.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The network does what the tests under faults say of it: seen from a client of an echo. */
class RelayTest {
    private static final int SILENCE_MILLIS = 200;
    private static final int PATIENCE_MILLIS = 10_000;

    private final Lane there = new Lane(1);
    private final Lane back = new Lane(2);
    private final ServerSocket echo;
    private final Relay relay;

    RelayTest() throws IOException {
        echo = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        relay = new Relay(echo.getLocalPort(), there, back);
    }

    @BeforeEach
    void startTheEcho() {
        Relay.daemon(() -> {
            try {
                while (true) {
                    Socket socket = echo.accept();
                    Relay.daemon(() -> repeat(socket), "echo");
                }
            } catch (IOException e) {
                // Closed.
            }
        }, "echoes");
    }

    private static void repeat(Socket socket) {
        try (socket) {
            socket.getInputStream().transferTo(socket.getOutputStream());
        } catch (IOException e) {
            // Reset.
        }
    }

    @AfterEach
    void closeAll() throws IOException {
        there.heal();
        back.heal();
        relay.close();
        echo.close();
    }

    @Test
    void whatIsCutArrivesWhenItIsHealed() throws IOException {
        for (Lane lane : new Lane[] { there, back }) {
            try (Socket client = dial()) {
                // given a connection that works, cut in one direction
                assertAnswered(client, 1);
                lane.cut();

                // when something is said, then nothing is heard until it is healed
                client.getOutputStream().write(2);
                assertSilent(client);
                lane.heal();
                assertThat(client.getInputStream().read()).isEqualTo(2);
            }
        }
    }

    @Test
    void aCutHidesTheEndOfAConnection() throws IOException {
        try (Socket client = dial()) {
            // given a connection whose way back is cut
            assertAnswered(client, 1);
            back.cut();

            // when the other side ends, then the client does not learn of it until it is healed
            client.shutdownOutput();
            assertSilent(client);
            back.heal();
            assertThat(client.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void aDelayTakesItsTimeInEachDirection() throws IOException {
        try (Socket client = dial()) {
            assertAnswered(client, 1);
            there.delay(Duration.ofMillis(50), Duration.ofMillis(60));
            back.delay(Duration.ofMillis(30), Duration.ofMillis(30));

            long start = System.nanoTime();
            assertAnswered(client, 2);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(80));
        }
    }

    @Test
    void aThinLineTakesLongerForMore() throws IOException {
        try (Socket client = dial()) {
            // given 10,000 bytes a second
            there.throttle(10_000);

            // when 2,000 are sent, then the last is there after 200 ms
            long start = System.nanoTime();
            client.getOutputStream().write(new byte[2000]);
            assertThat(client.getInputStream().readNBytes(2000)).hasSize(2000);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(190));
        }
    }

    @Test
    void aResetBreaksWhatIsOpenAndTakesWhatIsNew() throws IOException {
        try (Socket client = dial()) {
            assertAnswered(client, 1);
            relay.reset();
            assertThatThrownBy(() -> client.getInputStream().read()).hasMessageContaining("reset");
        }
        try (Socket client = dial()) {
            assertAnswered(client, 2);
        }
    }

    @Test
    void whatIsHeldIsOvertakenByANewConnection() throws IOException {
        try (Socket old = dial()) {
            // given a connection that is held with something on its way
            assertAnswered(old, 1);
            relay.hold();
            old.getOutputStream().write(2);

            // when another is made, then it works, and the held one goes on when it is released
            try (Socket fresh = dial()) {
                assertAnswered(fresh, 3);
            }
            assertSilent(old);
            relay.release();
            assertThat(old.getInputStream().read()).isEqualTo(2);
        }
    }

    private Socket dial() throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), relay.port());
        socket.setSoTimeout(PATIENCE_MILLIS);
        return socket;
    }

    private static void assertAnswered(Socket client, int said) throws IOException {
        client.getOutputStream().write(said);
        assertThat(client.getInputStream().read()).isEqualTo(said);
    }

    private static void assertSilent(Socket client) throws IOException {
        client.setSoTimeout(SILENCE_MILLIS);
        assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
        client.setSoTimeout(PATIENCE_MILLIS);
    }
}
