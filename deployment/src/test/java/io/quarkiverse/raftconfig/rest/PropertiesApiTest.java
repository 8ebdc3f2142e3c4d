package io.quarkiverse.raftconfig.rest;

import static io.restassured.RestAssured.config;
import static io.restassured.RestAssured.given;
import static io.restassured.config.EncoderConfig.encoderConfig;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.quarkus.test.QuarkusUnitTest;
import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;

/** Each verb, each header and each problem of the properties. */
class PropertiesApiTest {
    private static final String LIST = "/raft-config/v1/properties";
    private static final String MERGE_PATCH = "application/merge-patch+json";
    private static final String ONE = LIST + "/{name}";

    @RegisterExtension
    static final QuarkusUnitTest APPLICATION = new QuarkusUnitTest().withEmptyApplication();

    @Test
    void aPropertyIsCreatedReadReplacedAndRemoved() {
        json("{\"value\": \"1\", \"comment\": \"why\"}").put(ONE, "crud.a").then().statusCode(201)
                .body("name", equalTo("crud.a")).body("value", equalTo("1")).body("version", equalTo(1))
                .body("comment", equalTo("why")).body("modifiedBy", equalTo("")).header("ETag", containsString("\""))
                .header("Cache-Control", "no-store").header("Raft-Config-Node", not(equalTo("")))
                .header("Raft-Config-Leader", not(equalTo(""))).header("Raft-Config-Revision", not(equalTo("0")));
        text("zwei ä").put(ONE, "crud.a").then().statusCode(200).body("version", equalTo(2));
        given().accept("text/plain").get(ONE, "crud.a").then().statusCode(200).contentType("text/plain")
                .body(equalTo("zwei ä"));
        given().get(ONE, "crud.a").then().statusCode(200).contentType("application/json").body("value", equalTo("zwei ä"));
        given().head(ONE, "crud.a").then().statusCode(200);
        given().contentType("text/plain;charset=ISO-8859-1").body("drei ä".getBytes(StandardCharsets.ISO_8859_1))
                .put(ONE, "crud.a").then().statusCode(200).body("value", equalTo("drei ä"));
        given().delete(ONE, "crud.a").then().statusCode(200).body("value", nullValue()).body("removed", equalTo(true));
        problem(given().get(ONE, "crud.a").then(), 404, "not-found");
        problem(given().delete(ONE, "crud.a").then(), 404, "not-found");
    }

    @Test
    void nothingIsSentToWhoHasTheNewest() {
        String etag = text("1").put(ONE, "etag.a").header("ETag");
        for (String seen : List.of(etag, "W/" + etag, "*", "\"0\", " + etag)) {
            given().header("If-None-Match", seen).get(ONE, "etag.a").then().statusCode(304).header("ETag", etag)
                    .header("Raft-Config-Revision", not(nullValue()));
        }
        given().header("If-None-Match", "\"999999\"").get(ONE, "etag.a").then().statusCode(200);
        String list = given().get(LIST).header("ETag");
        given().header("If-None-Match", list).get(LIST).then().statusCode(304);
    }

    @Test
    void aWriteMayExpectWhatItHasSeen() {
        problem(text("1").header("If-Match", "*").put(ONE, "cas.a").then(), 412, "revision-mismatch");
        String etag = text("1").header("If-None-Match", "*").put(ONE, "cas.a").header("ETag");
        problem(text("2").header("If-None-Match", "*").put(ONE, "cas.a").then(), 412, "revision-mismatch")
                .header("ETag", etag);
        problem(text("2").header("If-Match", "\"999999\"").put(ONE, "cas.a").then(), 412, "revision-mismatch")
                .header("ETag", etag);
        problem(given().header("If-Match", "\"999999\"").delete(ONE, "cas.a").then(), 412, "revision-mismatch");
        text("2").header("If-Match", etag).put(ONE, "cas.a").then().statusCode(200);
        given().header("If-Match", "*").delete(ONE, "cas.a").then().statusCode(200);
        for (String wrong : List.of("7", "W/\"7\"", "\"x\"", "\"1\", \"2\"")) {
            problem(text("1").header("If-Match", wrong).put(ONE, "cas.a").then(), 400, "invalid-request")
                    .body("violations.field", hasItem("ifMatch"));
        }
    }

    @Test
    void aRepeatedWriteIsAnsweredAsTheFirst() {
        var first = text("1").header("Idempotency-Key", "k1").put(ONE, "once.a").then().statusCode(201).extract();
        text("2").put(ONE, "once.a").then().statusCode(200);
        text("1").header("Idempotency-Key", "k1").put(ONE, "once.a").then().statusCode(201)
                .body("revision", equalTo(first.jsonPath().getInt("revision"))).header("ETag", first.header("ETag"));
        problem(text("3").header("Idempotency-Key", "k1").put(ONE, "once.a").then(), 422, "refused");
        given().accept("text/plain").get(ONE, "once.a").then().body(equalTo("2"));
    }

    @Test
    void aPatchChangesSeveralOrNone() {
        text("1").put(ONE, "patch.a").then().statusCode(201);
        String etag = patch("{\"patch.a\": null, \"patch.b\": \"2\", \"patch.c\": null}").patch(LIST).then().statusCode(200)
                .body("changes.name", contains("patch.a", "patch.b", "patch.c"))
                .body("changes[0].removed", equalTo(true)).body("changes[1].value", equalTo("2"))
                .body("changes[2].removed", equalTo(false)).extract().header("ETag");
        problem(patch("{\"patch.d\": \"1\", \"quarkus.http.port\": \"1\"}").patch(LIST).then(), 422, "refused")
                .body("violations.field", contains("quarkus.http.port"));
        problem(patch("{\"patch.d\": \"1\", \"a..b\": 7}").patch(LIST).then(), 400, "invalid-request")
                .body("violations.size()", equalTo(2));
        given().get(ONE, "patch.d").then().statusCode(404);
        patch("{\"patch.e\": \"1\"}").header("If-Match", etag).patch(LIST).then().statusCode(200);
        problem(patch("{\"patch.e\": \"2\"}").header("If-Match", etag).patch(LIST).then(), 412, "revision-mismatch")
                .header("ETag", given().get(LIST).header("ETag"));
    }

    @Test
    void aListComesInPagesOfOneRevision() {
        for (int i = 0; i < 5; i++) {
            text("v" + i).put(ONE, "page." + i).then().statusCode(201);
        }
        var first = given().queryParam("prefix", "page.").queryParam("limit", 2).get(LIST).then().statusCode(200)
                .body("properties.name", contains("page.0", "page.1")).extract();
        text("later").put(ONE, "page.3").then().statusCode(200);
        List<String> values = new ArrayList<>(first.jsonPath().getList("properties.value"));
        String link = first.header("Link");
        while (link != null) {
            assertThat(link).endsWith(">; rel=\"next\"");
            var next = given().urlEncodingEnabled(false).get(link.substring(1, link.indexOf('>'))).then().statusCode(200)
                    .body("revision", equalTo(first.jsonPath().getInt("revision"))).extract();
            values.addAll(next.jsonPath().getList("properties.value"));
            link = next.header("Link");
        }
        assertThat(values).containsExactly("v0", "v1", "v2", "v3", "v4");
        problem(given().queryParam("revision", 0).get(LIST).then(), 410, "revision-compacted")
                .body("oldestRevision", greaterThan(0));
        problem(given().queryParam("revision", 999_999).get(LIST).then(), 404, "not-found");
        for (String forged : List.of("nonsense", "LTE6YQ", "MTIz", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OmE")) {
            problem(given().queryParam("after", forged).get(LIST).then(), 400, "invalid-request");
        }
    }

    @Test
    void aSecretIsWrittenAndNeverShown() {
        text("canary").put(ONE, "db.password").then().statusCode(201).body("value", nullValue()).body("masked", equalTo(true));
        problem(text("other").put(ONE, "db.password").then(), 428, "precondition-required");
        problem(patch("{\"db.password\": \"other\"}").patch(LIST).then(), 428, "precondition-required");
        var shown = given().get(ONE, "db.password").then().statusCode(200).body("masked", equalTo(true)).extract();
        assertThat(shown.asString()).doesNotContain("canary");
        assertThat(given().get(LIST).asString()).doesNotContain("canary");
        problem(given().accept("text/plain").get(ONE, "db.password").then(), 406, "not-acceptable");
        problem(text("${x}").put(ONE, "db.password").then(), 422, "refused");
        text("other").header("If-Match", shown.header("ETag")).put(ONE, "db.password").then().statusCode(200);
        given().delete(ONE, "db.password").then().statusCode(200);
    }

    @Test
    void whatIsNotAllowedIsRefused() {
        for (String name : List.of("quarkus.http.port", "%prod.quarkus.http.port", "%{dev,prod}.mp.x", "\"quarkus\".x",
                "QUARKUS.x", "java.x", "quarkus.raft-config.node-id")) {
            String path = LIST + "/" + URLEncoder.encode(name, StandardCharsets.UTF_8);
            problem(text("1").urlEncodingEnabled(false).put(path).then(), 422, "refused")
                    .body("violations[0].field", equalTo(name));
        }
        problem(text("canary${b}").put(ONE, "refused.a").then(), 422, "refused").body(not(containsString("canary")));
        for (String name : List.of("a..b", ".a", "a b", "a/b", "a\u001b", "ä", "[0]", "a".repeat(256))) {
            problem(text("1").put(ONE, name).then(), 400, "invalid-request").body("violations[0].field", equalTo("name"));
            problem(given().get(ONE, name).then(), 400, "invalid-request");
        }
        problem(text("1").urlEncodingEnabled(false).put(LIST + "/refused.a;x=1").then(), 400, "invalid-request");
        problem(given().get(ONE, "refused.a").then(), 404, "not-found");
    }

    @Test
    void whatIsTooLargeIsNotTaken() {
        text("x".repeat(65_536)).put(ONE, "large.a").then().statusCode(201);
        problem(text("x".repeat(65_537)).put(ONE, "large.a").then(), 413, "too-large");
        problem(text("x".repeat(2_000_000)).put(ONE, "large.a").then(), 413, "too-large");
        StringBuilder many = new StringBuilder("{\"large.0\": \"1\"");
        for (int i = 1; i <= 128; i++) {
            many.append(", \"large.").append(i).append("\": \"1\"");
        }
        problem(patch(many.append('}').toString()).patch(LIST).then(), 413, "too-large");
        given().delete(ONE, "large.a");
    }

    @Test
    void aDryRunChecksAndChangesNothing() {
        String before = given().get(LIST).header("ETag");
        text("1").queryParam("dryRun", true).put(ONE, "dry.a").then().statusCode(200).body("dryRun", equalTo(true));
        problem(text("${x}").queryParam("dryRun", true).put(ONE, "dry.a").then(), 422, "refused");
        problem(text("1").header("If-Match", "*").queryParam("dryRun", true).put(ONE, "dry.a").then(), 412,
                "revision-mismatch");
        assertThat(given().get(LIST).header("ETag")).isEqualTo(before);
    }

    @Test
    void readsMayBeLocalAndWaitForARevision() {
        int revision = text("1").put(ONE, "fresh.a").jsonPath().getInt("revision");
        given().queryParam("consistency", "local").queryParam("minRevision", revision).get(ONE, "fresh.a").then()
                .statusCode(200);
        problem(given().queryParam("minRevision", 999_999).queryParam("timeout", "100ms").get(ONE, "fresh.a").then(), 503,
                "no-leader").header("Retry-After", "1");
    }

    @Test
    void parametersThatAreWrongAreNamed() {
        for (String wrong : List.of("consistency=eventual", "minRevision=-1", "minRevision=x", "timeout=5", "timeout=0s",
                "timeout=61s", "limit=0", "limit=1001", "limit=x", "revision=x", "unknown=1", "limit=1&limit=2")) {
            problem(given().urlEncodingEnabled(false).get(LIST + "?" + wrong).then(), 400, "invalid-request")
                    .body("violations[0].field", equalTo(wrong.substring(0, wrong.indexOf('='))));
        }
        problem(text("1").queryParam("dryrun", true).put(ONE, "typo.a").then(), 400, "invalid-request");
        given().get(ONE, "typo.a").then().statusCode(404);
    }

    @Test
    void bodiesThatAreWrongAreNamed() throws Exception {
        for (String wrong : List.of("", "{", "[]", "\"x\"", "{} {}", "{\"value\": \"1\", \"value\": \"2\"}")) {
            problem(json(wrong).put(ONE, "body.a").then(), 400, "invalid-request").body("violations[0].field", equalTo("body"));
        }
        for (String wrong : List.of("{}", "{\"value\": null}", "{\"value\": 7}", "{\"value\": \"1\", \"comments\": \"x\"}",
                "{\"value\": \"1\", \"comment\": \"" + "x".repeat(1025) + "\"}")) {
            problem(json(wrong).put(ONE, "body.a").then(), 400, "invalid-request");
        }
        assertThat(putRaw("body.a", "text/plain", new byte[] { (byte) 0xff }).statusCode()).isEqualTo(400);
    }

    @Test
    void otherMediaTypesMethodsAndPathsAreNotTaken() throws Exception {
        for (String type : List.of("application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml",
                "text/plain; charset=no-such-charset")) {
            HttpResponse<String> response = putRaw("media.a", type, "a=b".getBytes(StandardCharsets.UTF_8));
            assertThat(response.statusCode()).as(type).isEqualTo(415);
            assertThat(response.body()).contains("urn:raft-config:problem:unsupported-media-type");
        }
        problem(json("{}").patch(LIST).then(), 415, "unsupported-media-type");
        problem(given().accept("application/xml").get(ONE, "media.a").then(), 406, "not-acceptable");
        problem(given().accept("text/html").get(LIST).then(), 406, "not-acceptable");
        problem(json("{}").post(LIST).then(), 405, "method-not-allowed").header("Allow", "GET, HEAD, PATCH");
        problem(given().delete(LIST).then(), 405, "method-not-allowed");
        problem(json("{}").put(LIST).then(), 405, "method-not-allowed");
        problem(json("{}").post(ONE, "a").then(), 405, "method-not-allowed");
        problem(given().put("/raft-config/v1/status").then(), 405, "method-not-allowed");
        for (String path : List.of("", "/nothing", "/properties/a/history", "/status/x")) {
            problem(given().get("/raft-config/v1" + path).then(), 404, "not-found");
        }
        problem(given().put("/raft-config/v1/nothing").then(), 404, "not-found");
        given().get("/raft-configs").then().statusCode(404);
    }

    @Test
    void methodsThatNoResourceCanHaveAreNotTakenEither() {
        for (String method : List.of("OPTIONS", "TRACE", "PROPFIND", "MADE-UP")) {
            problem(given().request(method, LIST).then(), 405, "method-not-allowed").header("Allow", "GET, HEAD, PATCH");
            problem(given().request(method, ONE, "a").then(), 405, "method-not-allowed")
                    .header("Allow", "GET, HEAD, PUT, DELETE");
            problem(given().request(method, "/raft-config/v1/status").then(), 405, "method-not-allowed")
                    .header("Allow", "GET, HEAD");
            problem(given().request(method, "/raft-config/v1/nothing").then(), 404, "not-found");
        }
        // The application's own paths answer as they always did.
        assertThat(given().request("OPTIONS", "/raft-configs").contentType()).doesNotContain("problem");
    }

    @Test
    void bodiesThatNobodyWouldReadAreNotTakenEither() throws Exception {
        // The client is told before it has sent them: this one announces more than it will ever say.
        try (Socket socket = new Socket("localhost", RestAssured.port)) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(("PUT " + LIST + "/large.b HTTP/1.1\r\nHost: localhost\r\n"
                    + "Content-Type: text/plain\r\nContent-Length: 11000000\r\n\r\nonce upon a time")
                    .getBytes(StandardCharsets.UTF_8));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(answer).startsWith("HTTP/1.1 413 ").contains("\"urn:raft-config:problem:too-large\"")
                    .containsIgnoringCase("Content-Type: application/problem+json").containsIgnoringCase("Raft-Config-Node: ")
                    .containsIgnoringCase("Cache-Control: no-store");
        }
    }

    @Test
    void aCursorServesOnAnotherNodeWhileWhatIsLeftOfTheListIsAsItWas() {
        // given a list, and a cursor of its revision that another node has pinned and this one has not
        for (int i = 0; i < 4; i++) {
            text("v" + i).put(ONE, "other." + i).then().statusCode(201);
        }
        int revision = text("x").put(ONE, "other.3").then().extract().jsonPath().getInt("revision");
        String after = cursor(revision, "other.1");

        // when what is left of it stays as it was, then it goes on, at its revision
        text("later").put(ONE, "other.0").then().statusCode(200);
        given().queryParam("prefix", "other.").queryParam("after", after).get(LIST).then().statusCode(200)
                .body("revision", equalTo(revision)).header("ETag", "\"" + revision + "\"")
                .body("properties.name", contains("other.2", "other.3"));

        // when one of its properties is written, or a name comes or goes, then it can't be told any more how it was
        text("later").put(ONE, "other.3").then().statusCode(200);
        problem(given().queryParam("prefix", "other.").queryParam("after", after).get(LIST).then(), 410,
                "revision-compacted");
        int newer = text("y").put(ONE, "other.3").then().extract().jsonPath().getInt("revision");
        given().delete(ONE, "other.2").then().statusCode(200);
        problem(given().queryParam("prefix", "other.").queryParam("after", cursor(newer, "other.1")).get(LIST).then(), 410,
                "revision-compacted");
    }

    private static String cursor(int revision, String after) {
        return Base64.getUrlEncoder().withoutPadding()
                .encodeToString((revision + ":" + after).getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void aSecretThatWasNotOverwrittenUsesUpNoKey() {
        // given a secret that was made with a key
        text("canary").header("Idempotency-Key", "s1").put(ONE, "key.secret").then().statusCode(201);

        // when it is to be overwritten unseen, then that is refused, and the key serves for the write that says what it means
        problem(text("other").header("Idempotency-Key", "s2").put(ONE, "key.secret").then(), 428, "precondition-required");
        text("other").header("Idempotency-Key", "s2").header("If-Match", "*").put(ONE, "key.secret").then().statusCode(200);

        // and who repeats the first is answered as the first time
        text("canary").header("Idempotency-Key", "s1").put(ONE, "key.secret").then().statusCode(201);
        given().delete(ONE, "key.secret").then().statusCode(200);
    }

    @Test
    void theStatusTellsHowTheNodeIs() {
        given().get("/raft-config/v1/status").then().statusCode(200).body("role", equalTo("LEADER"))
                .body("nodeId", equalTo(given().get("/raft-config/v1/status").header("Raft-Config-Node")))
                .body("term", greaterThan(0)).body("commitIndex", greaterThan(0)).body("lastApplied", greaterThan(0))
                .body("degraded", nullValue()).body("membership.voters.size()", equalTo(1))
                .header("Cache-Control", "no-store");
    }

    private static RequestSpecification json(String body) {
        return given().contentType("application/json").body(body);
    }

    private static RequestSpecification text(String body) {
        return given().contentType("text/plain;charset=UTF-8").body(body);
    }

    private static RequestSpecification patch(String body) {
        return given().config(config().encoderConfig(encoderConfig().encodeContentTypeAs(MERGE_PATCH, ContentType.TEXT)))
                .contentType(MERGE_PATCH + ";charset=UTF-8").body(body);
    }

    /** As it is: RestAssured would add a charset, or encode a form. */
    private static HttpResponse<String> putRaw(String name, String contentType, byte[] body)
            throws IOException, InterruptedException {
        URI uri = URI.create("http://localhost:" + RestAssured.port + LIST + "/" + name);
        return HttpClient.newHttpClient().send(HttpRequest.newBuilder(uri).header("Content-Type", contentType)
                .PUT(HttpRequest.BodyPublishers.ofByteArray(body)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private static ValidatableResponse problem(ValidatableResponse response, int status, String type) {
        return response.statusCode(status).contentType("application/problem+json")
                .body("type", equalTo("urn:raft-config:problem:" + type)).body("status", equalTo(status))
                .header("Cache-Control", "no-store").header("Raft-Config-Node", not(nullValue()))
                .header("Raft-Config-Revision", not(nullValue())).header("Raft-Config-Leader", not(nullValue()));
    }
}
