package io.quarkiverse.raftconfig.it.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.awaitility.Awaitility;

import io.restassured.http.ContentType;
import io.restassured.response.Response;

/** Replicas that come and go, each with a data directory of its own, and the requests by which they become members. */
final class Fleet implements AutoCloseable {
    static final Duration TIMEOUT = Duration.ofSeconds(60);
    static final String MEMBERS = "/raft-config/v1/members";
    private static final String SETTINGS = "quarkus.raft-config.";

    private final Path directory;
    private final Map<String, String> common = new LinkedHashMap<>();
    private final List<Replica> started = new ArrayList<>();
    private final Map<String, Integer> peerPorts = new LinkedHashMap<>();

    /** @param directory for data and logs; emptied first */
    Fleet(Path directory) {
        this.directory = directory;
        Cluster.delete(directory);
    }

    /** A setting of all replicas that are made from now on. */
    Fleet with(String name, String value) {
        common.put(SETTINGS + name, value);
        return this;
    }

    /** Replicas that have founded a cluster, and are ready. */
    List<Replica> found(String... ids) {
        Stream.of(ids).forEach(this::givePort);
        List<Replica> founders = Stream.of(ids).map(id -> replica(id, "members", list())).toList();
        founders.forEach(Replica::start);
        founders.forEach(it -> it.awaitReady(TIMEOUT));
        return founders;
    }

    /** A blank replica that nobody knows yet: it knows the others, and waits to be taken in by request. */
    Replica newcomer(String id) {
        givePort(id);
        Replica newcomer = replica(id, "members", list());
        newcomer.start();
        return newcomer;
    }

    /** A blank replica that knows the address of {@code member} and nothing else: it asks there to be taken in. */
    Replica joiner(String id, Replica member) {
        givePort(id);
        Replica joiner = replica(id, "join", address(member));
        joiner.start();
        return joiner;
    }

    /** A cluster of one, which has nothing to do with the others. */
    Replica alone(String id) {
        Replica alone = make(id, Map.of());
        alone.start();
        alone.awaitReady(TIMEOUT);
        return alone;
    }

    /** Asks for these members, all of them voters, until that is what they are. */
    void change(Replica through, List<Replica> wanted) {
        String body = wanted.stream()
                .map(it -> "{\"id\": \"" + it + "\", \"address\": \"" + address(it) + "\"}")
                .collect(Collectors.joining(", ", "{\"members\": [", "]}"));
        long began = System.nanoTime();
        Awaitility.await().atMost(TIMEOUT).pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(50))
                .until(() -> isDone(Api.at(through).contentType(ContentType.JSON).body(body)
                        .header("If-Match", Api.at(through).get(MEMBERS).header("ETag"))
                        .queryParam("timeout", "10s").put(MEMBERS)));
        System.out.printf("members %s after %s%n", wanted, Percentiles.millis(Duration.ofNanos(System.nanoTime() - began)));
        awaitVoters(through, wanted);
    }

    /** Takes a member out, by request. */
    void remove(Replica through, Replica member) {
        Awaitility.await().atMost(TIMEOUT).pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(50))
                .until(() -> isDone(Api.at(through).header("If-Match", Api.at(through).get(MEMBERS).header("ETag"))
                        .queryParam("timeout", "10s").delete(MEMBERS + "/" + member)));
    }

    /** A newcomer that does not listen yet is a conflict; a leader that has just changed is none to be reached. */
    private static boolean isDone(Response response) {
        assertThat(response.statusCode()).as(response.asString()).isIn(200, 202, 409, 412, 503, 504);
        if (response.statusCode() != 200) {
            System.out.printf("not yet: %d %s%n", response.statusCode(), response.asString());
        }
        return response.statusCode() == 200;
    }

    /** Has the leadership handed over, by request; all of {@code members} know of it then. */
    static void handOver(Replica next, List<Replica> members) {
        Awaitility.await().atMost(TIMEOUT).pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(50)).until(() -> {
            Response response = Api.at(next).contentType(ContentType.JSON).body("{\"to\": \"" + next + "\"}")
                    .post("/raft-config/v1/leader/transfer");
            // A target that is not quick enough on a busy machine is a conflict, and nothing has changed.
            assertThat(response.statusCode()).as(response.asString()).isIn(200, 409, 503);
            return response.statusCode() == 200;
        });
        Awaitility.await().atMost(TIMEOUT).pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(10))
                .until(() -> members.stream().allMatch(it -> next.id().equals(Api.leader(it))));
    }

    /** Waits until these are the voters, and that is committed. */
    static void awaitVoters(Replica at, List<Replica> voters) {
        List<String> ids = voters.stream().map(Replica::id).sorted().toList();
        Awaitility.await().atMost(TIMEOUT).pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(10))
                .untilAsserted(() -> assertThat(voters(at)).isEqualTo(ids));
    }

    /** The ids of the committed voters, in order, as far as {@code at} has heard. */
    static List<String> voters(Replica at) {
        Response response = Api.at(at).get(MEMBERS);
        assertThat(response.statusCode()).as(response.asString()).isEqualTo(200);
        return response.jsonPath().getList("committed.members.findAll { it.voter }.id");
    }

    /** Until then the member of that name is the one that is lost, and stays it. */
    static void awaitAnotherIncarnation(Replica at, Replica shown) {
        String known = memberStorageId(at, shown);
        Awaitility.await().atMost(TIMEOUT).pollInterval(Duration.ofMillis(50)).until(() -> {
            Response status = Api.at(at).get("/raft-config/v1/status");
            return status.jsonPath().getBoolean("peers.find { it.id == '" + shown + "' }.connected")
                    && !known.equals(storageId(status, "peers", shown));
        });
    }

    /** Of the member of that name, as far as {@code at} has heard. */
    static String memberStorageId(Replica at, Replica member) {
        return storageId(Api.at(at).get(MEMBERS), "committed.members", member);
    }

    private static String storageId(Response response, String list, Replica of) {
        return response.jsonPath().getString(list + ".find { it.id == '" + of + "' }.storageId");
    }

    /** The last lines of every replica's log. */
    String logTails(int lines) {
        return started.stream().map(replica -> replica.logTail(lines)).collect(Collectors.joining("\n"));
    }

    /** Leaves no process behind. The data stays. */
    @Override
    public void close() {
        started.forEach(Replica::close);
    }

    private Replica replica(String id, String how, String addresses) {
        Map<String, String> settings = new LinkedHashMap<>(common);
        settings.put(SETTINGS + how, addresses);
        settings.put(SETTINGS + "peer.host", "127.0.0.1");
        settings.put(SETTINGS + "peer.port", String.valueOf(peerPorts.get(id)));
        settings.put(SETTINGS + "peer.insecure", "true");
        return make(id, settings);
    }

    private Replica make(String id, Map<String, String> settings) {
        Replica replica = new Replica(id, Ports.free(1).get(0), directory.resolve(id), ThreeReplicas.app(), Cluster.SMALL_JVM,
                settings);
        started.add(replica);
        return replica;
    }

    private void givePort(String id) {
        peerPorts.put(id, Ports.free(1).get(0));
    }

    private String list() {
        return peerPorts.entrySet().stream().map(it -> it.getKey() + "=127.0.0.1:" + it.getValue())
                .collect(Collectors.joining(","));
    }

    private String address(Replica replica) {
        return "127.0.0.1:" + peerPorts.get(replica.id());
    }
}
