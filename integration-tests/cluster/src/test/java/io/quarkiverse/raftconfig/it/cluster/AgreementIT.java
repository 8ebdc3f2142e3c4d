package io.quarkiverse.raftconfig.it.cluster;

import static io.quarkiverse.raftconfig.it.cluster.Api.at;
import static io.quarkiverse.raftconfig.it.cluster.Api.injectedBanner;
import static io.quarkiverse.raftconfig.it.cluster.Api.property;
import static io.quarkiverse.raftconfig.it.cluster.Api.readLinearizable;
import static io.quarkiverse.raftconfig.it.cluster.Api.readLocal;
import static io.quarkiverse.raftconfig.it.cluster.Api.revision;
import static io.quarkiverse.raftconfig.it.cluster.Api.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;

import java.util.Map;
import java.util.UUID;

import org.junit.jupiter.api.Test;

import io.restassured.http.ContentType;

/** Three replicas in good health: whichever is asked, they are one store. */
@ClusterTest
class AgreementIT {
    @Test
    void aWriteThroughEachReplicaIsReadByInjectionOnAll(Cluster cluster) {
        for (Replica writer : cluster.replicas()) {
            // when a banner is written through one replica
            String banner = "written through " + writer.id();
            long revision = write(writer, "shop.banner", banner);

            // then that replica's @ConfigProperty reads it at once
            assertThat(injectedBanner(writer)).isEqualTo(banner);

            // and every other one's as soon as the replica has reached that revision
            for (Replica reader : cluster.allBut(writer)) {
                assertThat(readLocal(reader, "shop.banner", revision)).isEqualTo(banner);
                assertThat(injectedBanner(reader)).isEqualTo(banner);
            }
        }
    }

    @Test
    void everyLiveInjectionReadsTheSame(Cluster cluster) {
        // when a banner is written
        long revision = write(cluster.replicas().get(0), "shop.banner", "Sale");

        // then Supplier, Provider and Instance read it on every replica
        for (Replica reader : cluster.replicas()) {
            readLocal(reader, "shop.banner", revision);
            at(reader).get("/shop/config").then().statusCode(200)
                    .body("bannerByInjection", is(Map.of("instance", "Sale", "provider", "Sale", "supplier", "Sale")));
        }
    }

    @Test
    void aRemovedPropertyGivesWayToTheFileOnAll(Cluster cluster) {
        // given a banner in front of that of application.properties
        Replica a = cluster.replicas().get(0);
        write(a, "shop.banner", "Sale");

        // when it is removed through another replica
        Replica b = cluster.replicas().get(1);
        at(b).delete(property("shop.banner")).then().statusCode(200);
        long removed = revision(b);

        // then the file's is back on every replica
        for (Replica reader : cluster.replicas()) {
            at(reader).queryParam("consistency", "local").queryParam("minRevision", removed)
                    .get(property("shop.banner")).then().statusCode(404);
            assertThat(injectedBanner(reader)).isEqualTo("Welcome");
        }
    }

    @Test
    void aLinearizableReadSeesEveryAcknowledgedWrite(Cluster cluster) {
        for (int i = 0; i < 60; i++) {
            // when a write is acknowledged by one replica
            Replica writer = cluster.replicas().get(i % 3);
            Replica reader = cluster.replicas().get((i + 1) % 3);
            write(writer, "shop.counter", Integer.toString(i));

            // then the next read through another sees it
            assertThat(readLinearizable(reader, "shop.counter")).isEqualTo(Integer.toString(i));
        }
    }

    @Test
    void anETagHoldsOnEveryReplica(Cluster cluster) {
        // given a property, and its ETag as one replica gave it
        Replica a = cluster.replicas().get(0);
        Replica b = cluster.replicas().get(1);
        Replica c = cluster.replicas().get(2);
        write(a, "shop.stock", "7");
        String seen = at(a).get(property("shop.stock")).then().statusCode(200).extract().header("ETag");

        // when a second replica is asked to replace just that
        String next = at(b).contentType(ContentType.TEXT).header("If-Match", seen).body("6").put(property("shop.stock"))
                .then().statusCode(200).extract().header("ETag");

        // then a third one refuses who still holds the first, and changes nothing
        at(c).contentType(ContentType.TEXT).header("If-Match", seen).body("8").put(property("shop.stock"))
                .then().statusCode(412).contentType("application/problem+json")
                .body("type", is("urn:raft-config:problem:revision-mismatch")).header("ETag", next);
        assertThat(next).isNotEqualTo(seen);
        assertThat(readLinearizable(a, "shop.stock")).isEqualTo("6");

        // and creating what is there is refused everywhere
        for (Replica replica : cluster.replicas()) {
            at(replica).contentType(ContentType.TEXT).header("If-None-Match", "*").body("9").put(property("shop.stock"))
                    .then().statusCode(412);
        }

        // and nothing new is told to who has the newest
        at(c).header("If-None-Match", next).get(property("shop.stock")).then().statusCode(304);
    }

    @Test
    void aRepeatedWriteIsDoneOnce(Cluster cluster) {
        // given a write with a key, of a property that is new, however often the cluster has seen this test
        String key = UUID.randomUUID().toString();
        String name = "shop.once-" + key;
        Replica first = cluster.replicas().get(0);
        long revision = at(first).contentType(ContentType.TEXT).header("Idempotency-Key", key).body("1").put(property(name))
                .then().extract().jsonPath().getLong("revision");

        // when it is repeated through each replica
        // then each answers what the first one did, and the store has not moved
        for (Replica replica : cluster.replicas()) {
            at(replica).contentType(ContentType.TEXT).header("Idempotency-Key", key).body("1").put(property(name))
                    .then().body("revision", is((int) revision)).body("version", is(1));
            assertThat(revision(replica)).isEqualTo(revision);
        }
    }

    @Test
    void everyAnswerSaysWhoseItIs(Cluster cluster) {
        Replica leader = cluster.awaitLeader(Cluster.START_TIMEOUT);
        for (Replica replica : cluster.replicas()) {
            at(replica).get("/raft-config/v1/properties").then().statusCode(200)
                    .header("Raft-Config-Node", is(replica.id()))
                    .header("Raft-Config-Leader", is(leader.id()))
                    .header("Raft-Config-Revision", not(is("")));
        }
    }

    @Test
    void eachReplicaSaysHowItIs(Cluster cluster) {
        Replica leader = cluster.awaitLeader(Cluster.START_TIMEOUT);
        for (Replica replica : cluster.replicas()) {
            String check = "checks.find { it.name == 'raft-config' }";
            at(replica).get("/q/health/ready").then().statusCode(200)
                    .body(check + ".status", is("UP"))
                    .body(check + ".data.nodeId", is(replica.id()))
                    .body(check + ".data.role", is(replica == leader ? "LEADER" : "FOLLOWER"))
                    .body(check + ".data.leader", is(leader.id()))
                    .body(check + ".data.voters", is(3))
                    .body(check + ".data.reachableVoters", is(3));
            at(replica).get("/raft-config/v1/status").then().statusCode(200)
                    .body("nodeId", is(replica.id()))
                    .body("role", is(replica == leader ? "LEADER" : "FOLLOWER"))
                    .body("leader", is(leader.id()));
        }
    }

    @Test
    void aRefusalIsAProblemWithAName(Cluster cluster) {
        for (Replica replica : cluster.replicas()) {
            Api.put(replica, "quarkus.http.port", "1").then().statusCode(422)
                    .contentType(startsWith("application/problem+json")).body("type", is("urn:raft-config:problem:refused"));
        }
    }
}
