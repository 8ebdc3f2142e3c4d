package io.quarkiverse.raftconfig.rest;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.quarkus.test.QuarkusUnitTest;
import io.restassured.RestAssured;

/** How much of a body is taken, whether it says beforehand how long it is or comes in chunks. */
class BodiesApiTest {
    private static final String LIST = "/raft-config/v1/properties";
    private static final String RESTORE = "/raft-config/v1/restore";
    /** What a value of 64 KiB may be in JSON, each of its bytes escaped, and room for the rest. */
    private static final int PUT_BYTES_MAX = 6 * 65_536 + 16_384;
    /** What all values of one write may be, likewise; no write has a larger body. */
    private static final int WRITE_BYTES_MAX = 6 * (1 << 20) + 16_384;
    /** What Quarkus lets in unless it is told otherwise. */
    private static final int SERVER_BYTES_MAX = 10 << 20;

    @RegisterExtension
    static final QuarkusUnitTest APPLICATION = new QuarkusUnitTest().withEmptyApplication();

    /** A client that says no more than it is told to. */
    private static final class Talk implements AutoCloseable {
        private final Socket socket;

        Talk() throws IOException {
            socket = new Socket("localhost", RestAssured.port);
            socket.setSoTimeout(10_000);
            socket.setTcpNoDelay(true);
        }

        Talk say(String text) throws IOException {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
            return this;
        }

        Talk head(String method, String path, String... headers) throws IOException {
            return say(method + " " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n"
                    + String.join("\r\n", headers) + "\r\n\r\n");
        }

        Talk chunk(String text) throws IOException {
            return say(Integer.toHexString(text.length()) + "\r\n" + text + "\r\n");
        }

        /** The next line that the server says. */
        String line() throws IOException {
            StringBuilder line = new StringBuilder();
            for (int next = socket.getInputStream().read(); next >= 0 && next != '\n'; next = socket.getInputStream().read()) {
                line.append((char) next);
            }
            return line.toString().trim();
        }

        /** All that the server still says, to the end of the connection. */
        String rest() throws IOException {
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }

        /** Nothing more will come from here. */
        void hangUp() throws IOException {
            socket.shutdownOutput();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    @Test
    void aBodyInChunksIsTakenAsAnyOther() throws Exception {
        // given a client that sends its body piece by piece, and lets others do something in between
        try (Talk talk = new Talk()) {
            talk.head("PUT", LIST + "/chunked.a", "Transfer-Encoding: chunked", "Connection: close");
            for (String piece : List.of("once", " upon", " a time")) {
                talk.chunk(piece);
                given().contentType("text/plain").body(piece).put(LIST + "/chunked.between").then().header("ETag",
                        notNullValue());
                given().get(LIST + "/chunked.a").then().statusCode(404);
            }

            // when it is at its end, then all of it counts
            talk.say("0\r\n\r\n");
            assertThat(talk.rest()).startsWith("HTTP/1.1 201 ");
        }
        given().get(LIST + "/chunked.a").then().statusCode(200).body("value", equalTo("once upon a time"));

        // and so it is with one that is more than a few packets, and with one that is empty
        String large = "x".repeat(65_536);
        assertThat(put("chunked.b", "text/plain", inChunks(large.getBytes(StandardCharsets.US_ASCII))).statusCode())
                .isEqualTo(201);
        given().get(LIST + "/chunked.b").then().body("value", equalTo(large));
        assertThat(put("chunked.c", "text/plain", inChunks(new byte[0])).statusCode()).isEqualTo(201);
        given().get(LIST + "/chunked.c").then().body("value", equalTo(""));
    }

    @Test
    void exactlyAsMuchAsMayBeIsTakenAndNoByteMore() throws Exception {
        byte[] most = padded(PUT_BYTES_MAX);
        byte[] tooMuch = padded(PUT_BYTES_MAX + 1);
        assertThat(put("limit.a", "application/json", BodyPublishers.ofByteArray(most)).statusCode()).isEqualTo(201);
        assertThat(put("limit.b", "application/json", inChunks(most)).statusCode()).isEqualTo(201);
        assertTooLarge(put("limit.c", "application/json", BodyPublishers.ofByteArray(tooMuch)));
        assertTooLarge(put("limit.c", "application/json", inChunks(tooMuch)));
        given().get(LIST + "/limit.b").then().body("value", equalTo("1"));
        given().get(LIST + "/limit.c").then().statusCode(404);
    }

    @Test
    void theLimitOfTheServerIsToldInTheSameForm() throws Exception {
        // What is no backup is refused as such, up to the last byte that the server lets in.
        HttpResponse<String> most = send("POST", RESTORE, "application/octet-stream", inChunks(new byte[SERVER_BYTES_MAX]));
        assertThat(most.statusCode()).as(most.body()).isEqualTo(400);
        assertTooLarge(send("POST", RESTORE, "application/octet-stream", inChunks(new byte[SERVER_BYTES_MAX + 1])));
    }

    @Test
    void aBodyWithoutEndIsAnsweredBeforeItsEnd() throws Exception {
        // given a client that has sent more than may be, and would go on
        try (Talk talk = new Talk()) {
            talk.head("PUT", LIST + "/endless", "Transfer-Encoding: chunked");
            for (int sent = 0; sent <= WRITE_BYTES_MAX; sent += 100_000) {
                talk.chunk("x".repeat(100_000));
            }

            // then it is told so, and the connection ends
            assertThat(talk.rest()).startsWith("HTTP/1.1 413 ").contains("\"urn:raft-config:problem:too-large\"")
                    .containsIgnoringCase("Content-Type: application/problem+json").containsIgnoringCase("Connection: close");
        }
        given().get(LIST + "/endless").then().statusCode(404);
    }

    @Test
    void aBodyThatBreaksOffChangesNothing() throws Exception {
        for (String framing : List.of("Transfer-Encoding: chunked", "Content-Length: 100")) {
            // given a client that hangs up in the middle of its body
            try (Talk talk = new Talk()) {
                talk.head("PUT", LIST + "/broken.off", framing);
                if (framing.startsWith("Transfer")) {
                    talk.chunk("half of it");
                } else {
                    talk.say("half of it");
                }
                talk.hangUp();

                // then when the server has seen that, what was sent is no value
                assertThat(talk.rest()).doesNotContain("HTTP/1.1 2");
            }
            given().get(LIST + "/broken.off").then().statusCode(404);
        }
    }

    @Test
    void whoeverAsksBeforehandIsToldToGoOnOnce() throws Exception {
        for (String framing : List.of("Transfer-Encoding: chunked", "Content-Length: 4")) {
            try (Talk talk = new Talk()) {
                // given a client that sends its body when it is told to
                talk.head("PUT", LIST + "/expected", framing, "Expect: 100-continue", "Connection: close");

                // when it is, then it is answered as any other
                assertThat(talk.line()).isEqualTo("HTTP/1.1 100 Continue");
                assertThat(talk.line()).isEmpty();
                if (framing.startsWith("Transfer")) {
                    talk.chunk("once").say("0\r\n\r\n");
                } else {
                    talk.say("once");
                }
                assertThat(talk.rest()).startsWith("HTTP/1.1 20").doesNotContain("100 Continue");
            }
            given().get(LIST + "/expected").then().body("value", equalTo("once"));
        }
        // and one that announces too much is told at once that it need not send it
        try (Talk talk = new Talk()) {
            talk.head("PUT", LIST + "/expected", "Content-Length: 11000000", "Expect: 100-continue");
            assertThat(talk.rest()).startsWith("HTTP/1.1 413 ").contains("\"urn:raft-config:problem:too-large\"");
        }
    }

    /** JSON of so many bytes, of which most are none of the value's. */
    private static byte[] padded(int bytes) {
        String value = "{\"value\": \"1\"}";
        return (value + " ".repeat(bytes - value.length())).getBytes(StandardCharsets.US_ASCII);
    }

    private static BodyPublisher inChunks(byte[] bytes) {
        return BodyPublishers.fromPublisher(BodyPublishers.ofByteArray(bytes));
    }

    private static HttpResponse<String> put(String name, String contentType, BodyPublisher body) throws Exception {
        return send("PUT", LIST + "/" + name, contentType, body);
    }

    /** As it is: RestAssured would know how long it is. */
    private static HttpResponse<String> send(String method, String path, String contentType, BodyPublisher body)
            throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:" + RestAssured.port + path))
                .version(HttpClient.Version.HTTP_1_1).header("Content-Type", contentType).method(method, body).build();
        return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    }

    private static void assertTooLarge(HttpResponse<String> response) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(413);
        assertThat(response.headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(response.body()).contains("\"urn:raft-config:problem:too-large\"");
        assertThat(response.headers().firstValue("Raft-Config-Node")).isPresent();
    }
}
