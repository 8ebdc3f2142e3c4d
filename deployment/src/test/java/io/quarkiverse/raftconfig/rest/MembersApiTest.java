package io.quarkiverse.raftconfig.rest;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.quarkus.test.QuarkusUnitTest;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;

/** The members of a cluster of one, and what can't be done to them; {@code MembershipIT} changes those of real clusters. */
class MembersApiTest {
    private static final String API = "/raft-config/v1";
    private static final String MEMBERS = API + "/members";
    private static final String SNAPSHOTS = API + "/snapshots";
    private static final String TRANSFER = API + "/leader/transfer";

    @RegisterExtension
    static final QuarkusUnitTest APPLICATION = new QuarkusUnitTest().withEmptyApplication();

    @Test
    void theMembersAreShownWithWhatIsKnownOfEach() {
        String self = self();
        given().get(MEMBERS).then().statusCode(200).header("ETag", "\"1\"").header("Cache-Control", "no-store")
                .body("index", equalTo(1)).body("joint", equalTo(false)).body("changing", equalTo(false))
                .body("members.id", contains(self)).body("members[0].voter", equalTo(true))
                .body("members[0].storageId", not(nullValue())).body("members[0].connected", equalTo(true))
                .body("members[0].lag", equalTo(0)).body("members[0].catchUp", nullValue())
                .body("committed.index", equalTo(1)).body("committed.members.id", contains(self));
        given().get(API + "/status").then().statusCode(200).body("place", equalTo("VOTER"))
                .body("committedMembership.voters.id", contains(self)).body("changingMembership", equalTo(false))
                .body("wayOut", nullValue());
    }

    @Test
    void aChangeSaysFromWhichMembershipItWasComputed() {
        String body = "{\"members\": [{\"id\": \"" + self() + "\"}]}";
        problem(json(body).put(MEMBERS).then(), 428, "precondition-required");
        problem(json("{\"id\": \"b\", \"address\": \"localhost:1\"}").post(MEMBERS).then(), 428, "precondition-required");
        problem(given().delete(MEMBERS + "/b").then(), 428, "precondition-required");
        problem(json(body).header("If-Match", "\"999\"").put(MEMBERS).then(), 412, "revision-mismatch");
        problem(json("{\"id\": \"b\", \"address\": \"localhost:1\"}").header("If-Match", "\"999\"").post(MEMBERS).then(), 412,
                "revision-mismatch").header("ETag", "\"1\"").body("currentIndex", equalTo(1));
        for (String wrong : List.of("1", "*", "W/\"1\"", "\"1\", \"2\"", "\"x\"")) {
            problem(json(body).header("If-Match", wrong).put(MEMBERS).then(), 400, "invalid-request")
                    .body("violations[0].field", equalTo("ifMatch"));
        }
    }

    @Test
    void whatCanNotBeDoneAsThingsStandIsAConflict() {
        problem(matching().delete(MEMBERS + "/b").then(), 404, "not-found");
        problem(matching().delete(MEMBERS + "/{id}", "a b").then(), 404, "not-found");
        problem(matching().delete(MEMBERS + "/" + self()).then(), 409, "conflict");
        problem(json("{\"id\": \"b\", \"address\": \"localhost:1\"}").header("If-Match", "\"1\"")
                .queryParam("timeout", "500ms").post(MEMBERS).then(), 409, "conflict");
        given().get(MEMBERS).then().header("ETag", "\"1\"").body("members.size()", equalTo(1));
    }

    @Test
    void bodiesThatAreWrongAreNamed() {
        for (String wrong : List.of("", "{", "[]", "{\"members\": []}", "{\"members\": {}}", "{\"members\": [7]}",
                "{\"members\": [{}]}", "{\"members\": [{\"id\": \".a\"}]}", "{\"members\": [{\"id\": 7}]}",
                "{\"members\": [{\"id\": \"a\", \"voter\": 1}]}", "{\"members\": [{\"id\": \"a\", \"vote\": true}]}",
                "{\"members\": [{\"id\": \"a\"}, {\"id\": \"a\"}]}", "{\"members\": [{\"id\": \"a\", \"voter\": false}]}",
                "{\"members\": [{\"id\": \"a\"}], \"x\": 1}")) {
            problem(json(wrong).header("If-Match", "\"1\"").put(MEMBERS).then(), 400, "invalid-request");
        }
        for (String wrong : List.of("a", "a:", "a:0", "a:65536", "a:b", "http://a:1", "a:1/x", "a b:1", "u@a:1", "[::1:1",
                "x".repeat(254) + ":1")) {
            problem(json("{\"id\": \"b\", \"address\": \"" + wrong + "\"}").header("If-Match", "\"1\"").post(MEMBERS).then(),
                    400,
                    "invalid-request").body("violations.field", hasItem("address"));
        }
        problem(json("{\"members\": [{\"id\": \"a\"}, {\"id\": \"b\", \"address\": \"x\"}]}").header("If-Match", "\"1\"")
                .put(MEMBERS).then(), 400, "invalid-request").body("violations.field", contains("members[1].address"));
        problem(json("{\"id\": \"b\"}").header("If-Match", "\"1\"").queryParam("dryRun", true).post(MEMBERS).then(), 400,
                "invalid-request").body("violations[0].field", equalTo("dryRun"));
        problem(json("{\"id\": \"" + "x".repeat(70_000) + "\"}").post(MEMBERS).then(), 413, "too-large");
        problem(given().contentType("text/plain").body("{}").post(MEMBERS).then(), 415, "unsupported-media-type");
        problem(given().accept("text/plain").get(MEMBERS).then(), 406, "not-acceptable");
        problem(given().delete(MEMBERS).then(), 405, "method-not-allowed").header("Allow", "GET, HEAD, PUT, POST");
        problem(given().put(MEMBERS + "/b").then(), 405, "method-not-allowed").header("Allow", "DELETE");
        problem(given().get(MEMBERS + "/b/c").then(), 404, "not-found");
    }

    @Test
    void aSnapshotIsTakenByTheNodeThatIsNamed() {
        given().contentType("text/plain").body("1").put(API + "/properties/snapshot.a").then().statusCode(201);
        int index = json("{\"nodeId\": \"" + self() + "\"}").post(SNAPSHOTS).then().statusCode(200)
                .body("nodeId", equalTo(self())).body("snapshotIndex", greaterThan(1)).extract().path("snapshotIndex");
        assertThat(given().get(API + "/status").jsonPath().getInt("snapshotIndex")).isEqualTo(index);
        problem(json("{\"nodeId\": \"other\"}").post(SNAPSHOTS).then(), 409, "conflict")
                .body("detail", containsString(self()));
        problem(json("{}").post(SNAPSHOTS).then(), 400, "invalid-request").body("violations[0].field", equalTo("nodeId"));
        problem(json("{\"nodeId\": \"a b\"}").post(SNAPSHOTS).then(), 400, "invalid-request")
                .body("violations[0].field", equalTo("nodeId"));
        problem(given().post(SNAPSHOTS).then(), 415, "unsupported-media-type");
        problem(given().put(SNAPSHOTS).then(), 405, "method-not-allowed").header("Allow", "POST");
        problem(given().get(SNAPSHOTS).then(), 405, "method-not-allowed").header("Allow", "POST");
    }

    /** {@code MembershipIT} hands it over among real replicas. */
    @Test
    void theLeadershipGoesToAVoterThatIsNamed() {
        json("{\"to\": \"" + self() + "\"}").post(TRANSFER).then().statusCode(200).body("to", equalTo(self()));
        problem(json("{\"to\": \"other\"}").post(TRANSFER).then(), 404, "not-found").body("detail", containsString("other"));
        problem(json("{}").post(TRANSFER).then(), 400, "invalid-request").body("violations[0].field", equalTo("to"));
        problem(json("{\"to\": \"a b\"}").post(TRANSFER).then(), 400, "invalid-request");
        problem(json("{\"to\": \"b\", \"x\": 1}").post(TRANSFER).then(), 400, "invalid-request");
        problem(given().post(TRANSFER).then(), 415, "unsupported-media-type");
        problem(given().get(TRANSFER).then(), 405, "method-not-allowed").header("Allow", "POST");
    }

    private static String self() {
        return given().get(API + "/status").jsonPath().getString("nodeId");
    }

    private static RequestSpecification json(String body) {
        return given().contentType("application/json").body(body);
    }

    private static RequestSpecification matching() {
        return given().header("If-Match", "\"1\"");
    }

    private static ValidatableResponse problem(ValidatableResponse response, int status, String type) {
        return response.statusCode(status).contentType("application/problem+json")
                .body("type", equalTo("urn:raft-config:problem:" + type)).body("status", equalTo(status))
                .header("Cache-Control", "no-store").header("Raft-Config-Node", not(nullValue()));
    }
}
