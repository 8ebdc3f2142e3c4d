package io.quarkiverse.raftconfig.rest;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.quarkiverse.raftconfig.Expectation;
import io.quarkiverse.raftconfig.Property;
import io.quarkiverse.raftconfig.state.Backup;
import io.quarkiverse.raftconfig.state.CommandCodec;
import io.quarkiverse.raftconfig.state.ConfigState;
import io.quarkiverse.raftconfig.state.Transaction;
import io.quarkus.test.QuarkusUnitTest;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;

/** The whole state out and in. */
class BackupApiTest {
    private static final String BACKUP = "/raft-config/v1/backup";
    private static final String RESTORE = "/raft-config/v1/restore";
    private static final String LIST = "/raft-config/v1/properties";

    @RegisterExtension
    static final QuarkusUnitTest APPLICATION = new QuarkusUnitTest().withEmptyApplication()
            .overrideRuntimeConfigKey("quarkus.raft-config.data-dir", newDirectory().toString());

    /** One test, for a cluster is fresh once. */
    @Test
    void aFreshClusterIsGivenWhatAnotherHadAndGivesItOutAgain() {
        // given a backup of another cluster, of several parts, with a secret in it
        String large = "x".repeat(60_000);
        byte[] file = backup(new String[] { "a", "1", "db.password", "canary", "large.0", large, "large.1", large, "large.2",
                large, "large.3", large, "large.4", large });

        // when it is tried first, then all is checked and nothing changed
        restoring(file).queryParam("dryRun", true).post(RESTORE).then().statusCode(200).body("dryRun", equalTo(true))
                .body("revision", equalTo(7)).body("properties", equalTo(7)).body("clusterId", equalTo("cafe"));
        given().get(LIST).then().body("revision", equalTo(0));

        // when it is restored
        restoring(file).post(RESTORE).then().statusCode(200).header("ETag", "\"7\"").header("Raft-Config-Revision", "7")
                .body("revision", equalTo(7)).body("nodeId", equalTo("other")).body("takenAt", equalTo("1970-01-01T00:00:02Z"));

        // then the properties are as they were there, and the secret is one still
        given().get(LIST + "/a").then().statusCode(200).header("ETag", "\"1\"").body("value", equalTo("1"))
                .body("version", equalTo(1)).body("modifiedBy", equalTo("ann")).body("comment", equalTo("why"));
        given().get(LIST + "/db.password").then().statusCode(200).body("value", nullValue()).body("masked", equalTo(true));

        // and a write goes on from there
        given().contentType("text/plain").body("2").put(LIST + "/b").then().statusCode(201).body("revision", equalTo(8));

        // when it is backed up here, then the file holds all of it, and says what it is
        Response out = given().get(BACKUP);
        out.then().statusCode(200).contentType("application/octet-stream").header("ETag", "\"8\"")
                .header("Content-Disposition", "attachment; filename=\"raft-config-8.backup\"")
                .header("Cache-Control", "no-store");
        Backup again = Backup.read(out.asByteArray());
        assertThat(again.state().properties()).containsOnlyKeys("a", "b", "db.password", "large.0", "large.1", "large.2",
                "large.3", "large.4");
        assertThat(again.state().get("db.password").map(Property::value)).contains("canary");
        assertThat(again.nodeId()).isEqualTo(out.header("Raft-Config-Node"));
        assertThat(again.clusterId()).isEqualTo(given().get("/raft-config/v1/status").jsonPath().getString("clusterId"));

        // and nothing is restored over what is there
        for (byte[] some : List.of(file, out.asByteArray())) {
            problem(restoring(some).post(RESTORE).then(), 409, "conflict");
            problem(restoring(some).queryParam("dryRun", true).post(RESTORE).then(), 409, "conflict");
        }
    }

    @Test
    void aDamagedBackupIsRefusedWithWhatIsWrong() {
        byte[] file = backup("a", "canary");
        byte[] flipped = file.clone();
        flipped[file.length / 2] ^= 1;
        byte[] later = file.clone();
        later[8] = 2;
        for (byte[] wrong : List.of(flipped, later, Arrays.copyOf(file, file.length - 1), new byte[0],
                "{\"a\": 1}".getBytes(StandardCharsets.UTF_8))) {
            problem(restoring(wrong).post(RESTORE).then(), 400, "invalid-request").body("violations[0].field", equalTo("body"))
                    .body("detail", containsString("backup")).body("detail", not(containsString("canary")));
        }
    }

    @Test
    void whatCouldNotBeWrittenIsNotRestoredEither() {
        problem(restoring(backup("quarkus.http.port", "1")).post(RESTORE).then(), 422, "refused")
                .body("violations.field", hasItem("quarkus.http.port"));
        problem(restoring(backup("a", "x".repeat(65_537))).post(RESTORE).then(), 413, "too-large")
                .body("detail", containsString("limits.value-size"));
    }

    @Test
    void parametersMediaTypesAndMethodsThatAreWrongAreNamed() throws Exception {
        byte[] file = backup("a", "1");
        for (String wrong : List.of("dryRun=yes", "timeout=5", "unknown=1")) {
            problem(restoring(file).urlEncodingEnabled(false).post(RESTORE + "?" + wrong).then(), 400, "invalid-request")
                    .body("violations[0].field", equalTo(wrong.substring(0, wrong.indexOf('='))));
        }
        problem(given().queryParam("minRevision", "x").get(BACKUP).then(), 400, "invalid-request");
        problem(given().accept("application/json").get(BACKUP).then(), 406, "not-acceptable");
        for (String type : List.of("application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain",
                "application/json")) {
            assertThat(postRaw(type, file).statusCode()).as(type).isEqualTo(415);
        }
        problem(given().get(RESTORE).then(), 405, "method-not-allowed");
        problem(given().put(RESTORE).then(), 405, "method-not-allowed").header("Allow", "POST");
        problem(given().post(BACKUP).then(), 405, "method-not-allowed").header("Allow", "GET, HEAD");
        given().head(BACKUP).then().statusCode(200);
        given().queryParam("consistency", "local").get(BACKUP).then().statusCode(200);
    }

    /** It may be larger than a write may; as large as the application's HTTP server lets in. */
    @Test
    void aFileThatNobodyWouldReadIsNotTaken() throws Exception {
        try (Socket socket = new Socket("localhost", RestAssured.port)) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(("POST " + RESTORE + " HTTP/1.1\r\nHost: localhost\r\n"
                    + "Content-Type: application/octet-stream\r\nContent-Length: 11000000\r\n\r\nRAFTCFBK")
                    .getBytes(StandardCharsets.UTF_8));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(answer).startsWith("HTTP/1.1 413 ").contains("\"urn:raft-config:problem:too-large\"");
        }
        problem(restoring(new byte[9_000_000]).post(RESTORE).then(), 400, "invalid-request");
    }

    /** @param namesAndValues in turn */
    private static byte[] backup(String... namesAndValues) {
        ConfigState state = new ConfigState();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            Transaction write = new Transaction(new Transaction.Stamp(1_000, 10, Long.MAX_VALUE), "ann", "why", "k" + i,
                    List.of(new Transaction.Change(namesAndValues[i], namesAndValues[i + 1], Expectation.none())));
            state.apply(i / 2 + 1, CommandCodec.encode(write));
        }
        state.publish();
        return Backup.of(state.published(), "cafe", "other", 2_000).toBytes();
    }

    private static RequestSpecification restoring(byte[] file) {
        return given().contentType("application/octet-stream").body(file);
    }

    private static Path newDirectory() {
        try {
            Files.createDirectories(Path.of("target"));
            return Files.createTempDirectory(Path.of("target"), "backup-").toAbsolutePath();
        } catch (IOException e) {
            throw new IllegalStateException("there is no place for the test", e);
        }
    }

    /** As it is: RestAssured would encode a form. */
    private static HttpResponse<String> postRaw(String contentType, byte[] body) throws IOException, InterruptedException {
        URI uri = URI.create("http://localhost:" + RestAssured.port + RESTORE);
        return HttpClient.newHttpClient().send(HttpRequest.newBuilder(uri).header("Content-Type", contentType)
                .POST(HttpRequest.BodyPublishers.ofByteArray(body)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private static ValidatableResponse problem(ValidatableResponse response, int status, String type) {
        return response.statusCode(status).contentType("application/problem+json")
                .body("type", equalTo("urn:raft-config:problem:" + type)).body("status", equalTo(status))
                .header("Cache-Control", "no-store").header("Raft-Config-Node", not(nullValue()));
    }
}
