package io.quarkiverse.raftconfig.it.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.restassured.http.ContentType;
import io.restassured.response.Response;

/** Members come, go, die and lose their disks while a client writes a hundred times a second. */
class MembershipIT {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final String MEMBERS = "/raft-config/v1/members";

    private final List<Replica> started = new ArrayList<>();
    private final Map<String, Integer> peerPorts = new LinkedHashMap<>();

    @BeforeEach
    void beginWithNothing() {
        Cluster.delete(ThreeReplicas.directory(MembershipIT.class));
    }

    @AfterEach
    void leaveNoProcessBehind() {
        started.forEach(Replica::close);
    }

    @Test
    void membersChangeWhileWritesGoOnAndNoneIsLost() {
        // given three replicas that have founded a cluster
        List.of("a", "b", "c").forEach(id -> peerPorts.put(id, Ports.free(1).get(0)));
        Replica a = replica("a");
        Replica b = replica("b");
        Replica c = replica("c");
        List.of(a, b, c).forEach(Replica::start);
        List.of(a, b, c).forEach(it -> it.awaitReady(TIMEOUT));
        try (SteadyWrites writes = SteadyWrites.through(List.of(a, b, c))) {
            writes.awaitMore(200);
            writes.report("the three that founded the cluster");

            // when the leadership is handed over, by request
            Replica next = List.of(a, b, c).stream().filter(it -> !it.id().equals(Api.leader(a))).findFirst().orElseThrow();
            Response handedOver = Api.at(a).contentType(ContentType.JSON).body("{\"to\": \"" + next + "\"}")
                    .post("/raft-config/v1/leader/transfer");
            assertThat(handedOver.statusCode()).as(handedOver.asString()).isEqualTo(200);
            Awaitility.await().atMost(TIMEOUT).until(() -> next.id().equals(Api.leader(a)));
            writes.awaitMore(100);
            writes.report("the leadership handed over");

            // when two more are taken in, in one request
            Replica d = newcomer("d");
            Replica e = newcomer("e");
            change(a, List.of(a, b, c, d, e));
            List.of(d, e).forEach(it -> it.awaitReady(TIMEOUT));
            writes.goThrough(List.of(a, b, c, d, e));
            writes.awaitMore(100);
            writes.report("three to five");

            // and then three of the five stay, those that came last and one more
            writes.goThrough(List.of(c, d, e));
            change(e, List.of(c, d, e));
            writes.awaitMore(100);
            writes.report("five to three");
            a.stop();
            b.stop();

            // when one of them dies, and another takes its place
            writes.goThrough(List.of(c, d));
            e.kill();
            Replica f = newcomer("f");
            change(c, List.of(c, d, f));
            f.awaitReady(TIMEOUT);
            writes.goThrough(List.of(c, d, f));
            writes.awaitMore(100);
            writes.report("a dead one replaced");

            // when one loses its disk and comes back under its name
            writes.goThrough(List.of(c, f));
            d.kill();
            d.wipe();
            d.start();
            List.of(c, f).forEach(it -> awaitAnotherIncarnation(it, d));
            change(c, List.of(c, d, f));
            d.awaitReady(TIMEOUT);
            writes.goThrough(List.of(c, d, f));
            writes.awaitMore(100);
            writes.report("a lost disk replaced");
            writes.stop();

            // then nothing that was acknowledged is lost, and nothing failed that a client can't repeat
            writes.assertNoErrors();
            List.of(c, d, f).forEach(writes::assertNothingLostAt);

            // when it is backed up, and restored into a new cluster, then all is there as well
            byte[] backup = Api.at(f).get("/raft-config/v1/backup").then().statusCode(200).extract().asByteArray();
            peerPorts.clear();
            Replica alone = replica("alone");
            alone.start();
            alone.awaitReady(TIMEOUT);
            Response restored = Api.at(alone).contentType(ContentType.BINARY).body(backup).post("/raft-config/v1/restore");
            assertThat(restored.statusCode()).as(restored.asString()).isEqualTo(200);
            assertThat(Api.revision(alone)).isEqualTo(Api.revision(f));
            writes.assertNothingLostAt(alone);
        }
    }

    /** Asks for these members, all of them voters, until that is what they are. */
    private void change(Replica through, List<Replica> wanted) {
        String body = wanted.stream()
                .map(it -> "{\"id\": \"" + it + "\", \"address\": \"127.0.0.1:" + peerPorts.get(it.id()) + "\"}")
                .collect(Collectors.joining(", ", "{\"members\": [", "]}"));
        long began = System.nanoTime();
        Awaitility.await().atMost(TIMEOUT).pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(50))
                .until(() -> isDone(Api.at(through).contentType(ContentType.JSON).body(body)
                        .header("If-Match", Api.at(through).get(MEMBERS).header("ETag"))
                        .queryParam("timeout", "10s").put(MEMBERS)));
        System.out.printf("members %s after %s%n", wanted, Percentiles.millis(Duration.ofNanos(System.nanoTime() - began)));
        // A replica that does not lead hears of it a moment later.
        List<String> ids = wanted.stream().map(Replica::id).sorted().toList();
        Awaitility.await().atMost(TIMEOUT).pollInterval(Duration.ofMillis(10))
                .untilAsserted(() -> assertThat(Api.at(through).get(MEMBERS).jsonPath().getList("committed.members.id"))
                        .isEqualTo(ids));
    }

    /** A newcomer that does not listen yet is a conflict; a leader that has just changed is none to be reached. */
    private static boolean isDone(Response response) {
        assertThat(response.statusCode()).as(response.asString()).isIn(200, 202, 409, 412, 503, 504);
        if (response.statusCode() != 200) {
            System.out.printf("not yet: %d %s%n", response.statusCode(), response.asString());
        }
        return response.statusCode() == 200;
    }

    /** Until then the member of that name is the one that is lost, and stays it. */
    private static void awaitAnotherIncarnation(Replica at, Replica shown) {
        String known = storageId(Api.at(at).get(MEMBERS), "members", shown);
        Awaitility.await().atMost(TIMEOUT).pollInterval(Duration.ofMillis(50)).until(() -> {
            Response status = Api.at(at).get("/raft-config/v1/status");
            return status.jsonPath().getBoolean("peers.find { it.id == '" + shown + "' }.connected")
                    && !known.equals(storageId(status, "peers", shown));
        });
    }

    private static String storageId(Response response, String list, Replica of) {
        return response.jsonPath().getString(list + ".find { it.id == '" + of + "' }.storageId");
    }

    /** A blank replica that nobody knows yet: it knows the others, and waits to be taken in. */
    private Replica newcomer(String id) {
        peerPorts.put(id, Ports.free(1).get(0));
        Replica newcomer = replica(id);
        newcomer.start();
        return newcomer;
    }

    private Replica replica(String id) {
        Map<String, String> settings = new LinkedHashMap<>();
        if (!peerPorts.isEmpty()) {
            settings.put("quarkus.raft-config.members", peerPorts.entrySet().stream()
                    .map(it -> it.getKey() + "=127.0.0.1:" + it.getValue()).collect(Collectors.joining(",")));
            settings.put("quarkus.raft-config.peer.host", "127.0.0.1");
            settings.put("quarkus.raft-config.peer.port", String.valueOf(peerPorts.get(id)));
            settings.put("quarkus.raft-config.peer.insecure", "true");
        }
        Replica replica = new Replica(id, Ports.free(1).get(0), ThreeReplicas.directory(MembershipIT.class).resolve(id),
                ThreeReplicas.app(), Cluster.SMALL_JVM, settings);
        started.add(replica);
        return replica;
    }
}
