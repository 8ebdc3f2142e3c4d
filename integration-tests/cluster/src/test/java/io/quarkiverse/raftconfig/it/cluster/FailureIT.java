package io.quarkiverse.raftconfig.it.cluster;

import static io.quarkiverse.raftconfig.it.cluster.Api.at;
import static io.quarkiverse.raftconfig.it.cluster.Api.injectedBanner;
import static io.quarkiverse.raftconfig.it.cluster.Api.property;
import static io.quarkiverse.raftconfig.it.cluster.Api.readLinearizable;
import static io.quarkiverse.raftconfig.it.cluster.Api.readLocal;
import static io.quarkiverse.raftconfig.it.cluster.Api.revision;
import static io.quarkiverse.raftconfig.it.cluster.Api.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.oneOf;

import java.time.Duration;
import java.util.List;
import java.util.UUID;

import org.junit.jupiter.api.Test;

import io.restassured.http.ContentType;
import io.restassured.response.Response;

/** Three replicas of which some are killed, stopped, or alone. */
@ClusterTest
class FailureIT {
    private static final Duration SOON = Duration.ofSeconds(10);

    @Test
    void theOthersGoOnWhenTheLeaderIsKilled(Cluster cluster) {
        // given a value on which all agree
        Replica leader = cluster.awaitLeader(SOON);
        write(leader, "shop.banner", "before the kill");

        // when the leader is killed
        Cluster.Takeover takeover = cluster.killAndWrite(leader, "shop.news", "after the kill");

        // then the next write is acknowledged, under another leader, and nothing is lost
        assertThat(takeover.firstAck()).isLessThan(SOON);
        assertThat(cluster.awaitLeader(SOON)).isNotSameAs(leader);
        for (Replica survivor : cluster.alive()) {
            assertThat(readLinearizable(survivor, "shop.news")).isEqualTo("after the kill");
            assertThat(injectedBanner(survivor)).isEqualTo("before the kill");
        }

        // and the killed one catches up when it is back
        cluster.start();
        assertThat(readLocal(leader, "shop.news", revision(takeover.through()))).isEqualTo("after the kill");
    }

    @Test
    void nobodyNoticesAKilledFollower(Cluster cluster) {
        // given a follower that was killed
        Replica leader = cluster.awaitLeader(SOON);
        Replica victim = cluster.allBut(leader).get(0);
        Replica other = cluster.allBut(leader).get(1);
        long term = at(leader).get("/raft-config/v1/status").jsonPath().getLong("term");
        victim.kill();

        // when the other two are written to
        // then no write fails, and nobody seeks election
        for (int i = 0; i < 50; i++) {
            write(i % 2 == 0 ? leader : other, "shop.counter", Integer.toString(i));
        }
        at(leader).get("/raft-config/v1/status").then().body("role", is("LEADER")).body("term", is((int) term));

        // and the killed one has it all when it is ready again
        cluster.start();
        assertThat(readLinearizable(victim, "shop.counter")).isEqualTo("49");
        assertThat(at(victim).get("/shop/config/counter").asString()).isEqualTo("49");
    }

    @Test
    void whatWasAcknowledgedOutlivesAKillOfAllAtOnce(Cluster cluster) {
        // given clients that write
        try (Load load = Load.start(cluster, "all-killed", 4)) {
            await("some writes").atMost(SOON).until(() -> load.acknowledged() > 100);

            // when all replicas are killed at that
            cluster.replicas().forEach(replica -> replica.handle().destroyForcibly());
            cluster.replicas().forEach(Replica::kill);
            load.stop();
            assertThat(cluster.alive()).isEmpty();

            // then every one of them has all that was acknowledged, as soon as it is ready again
            cluster.start();
            cluster.replicas().forEach(load::assertNothingLostAt);
        }
        write(cluster.awaitLeader(SOON), "shop.banner", "after all were killed");
    }

    @Test
    void aReplicaAloneServesItsLastKnownStateAndSaysThatItIsNotReady(Cluster cluster) {
        // given a value on which all agreed before all stopped
        long revision = write(cluster.replicas().get(0), "shop.banner", "last known");
        cluster.replicas().forEach(replica -> readLocal(replica, "shop.banner", revision));
        cluster.replicas().forEach(Replica::stop);

        // when one starts alone
        Replica alone = cluster.replicas().get(2);
        alone.start();
        alone.awaitServing(Cluster.START_TIMEOUT);

        // then the application runs, with that value
        assertThat(injectedBanner(alone)).isEqualTo("last known");
        at(alone).get("/shop/quote").then().statusCode(200);
        at(alone).queryParam("consistency", "local").get(property("shop.banner")).then().statusCode(200)
                .body("value", is("last known"));

        // and it is alive and started, but not ready, and says why
        at(alone).get("/q/health/live").then().statusCode(200);
        at(alone).get("/q/health/started").then().statusCode(200);
        at(alone).get("/q/health/ready").then().statusCode(503)
                .body("checks.find { it.name == 'raft-config' }.status", is("DOWN"))
                .body("checks.find { it.name == 'raft-config' }.data.reason.empty", is(false));

        // and it takes no write and no read that others would have to confirm
        Api.put(alone, "shop.banner", "alone").then().statusCode(503).body("type", is("urn:raft-config:problem:no-leader"));
        at(alone).queryParam("timeout", "1s").get(property("shop.banner")).then().statusCode(503)
                .body("type", is("urn:raft-config:problem:no-leader"));
        assertThat(injectedBanner(alone)).isEqualTo("last known");
    }

    @Test
    void aFollowerLeftAloneRefusesWrites(Cluster cluster) {
        // given a follower whose two peers were killed
        Replica leader = cluster.awaitLeader(SOON);
        write(leader, "shop.banner", "agreed");
        Replica left = cluster.allBut(leader).get(0);
        readLocal(left, "shop.banner", revision(leader));
        leader.kill();
        cluster.allBut(leader).get(1).kill();

        assertRefusesButServes(left);
    }

    @Test
    void aLeaderLeftAloneRefusesWrites(Cluster cluster) {
        // given a leader whose two followers were killed
        Replica leader = cluster.awaitLeader(SOON);
        write(leader, "shop.banner", "agreed");
        cluster.allBut(leader).forEach(Replica::kill);

        assertRefusesButServes(leader);
    }

    private static void assertRefusesButServes(Replica left) {
        // when it is written to
        Response write = at(left).contentType(ContentType.TEXT).queryParam("timeout", "2s").body("minority")
                .put(property("shop.banner"));

        // then it says that the write was not done or, if it was still leading, that nobody knows
        write.then().statusCode(oneOf(503, 504))
                .body("type", oneOf("urn:raft-config:problem:no-leader", "urn:raft-config:problem:outcome-unknown"));

        // and soon it knows that it can do nothing alone
        await().atMost(SOON).untilAsserted(() -> Api.put(left, "shop.news", "minority").then().statusCode(503)
                .header("Retry-After", notNullValue()));
        await().atMost(SOON).untilAsserted(() -> at(left).get("/q/health/ready").then().statusCode(503));
        at(left).queryParam("timeout", "1s").get(property("shop.banner")).then().statusCode(503);
        at(left).get("/raft-config/v1/status").then().statusCode(200).body("role", oneOf("FOLLOWER", "CANDIDATE"));

        // and what was agreed is still read
        assertThat(injectedBanner(left)).isEqualTo("agreed");
        at(left).queryParam("consistency", "local").get(property("shop.banner")).then().statusCode(200)
                .body("value", is("agreed"));
        at(left).get("/q/health/live").then().statusCode(200);
    }

    @Test
    void aWriteRepeatedThroughAnotherReplicaAfterItsLeaderDiedIsDoneOnce(Cluster cluster) {
        // given a write with a key, acknowledged by the leader
        Replica leader = cluster.awaitLeader(SOON);
        String key = UUID.randomUUID().toString();
        String name = "shop.once-" + key.substring(0, 8);
        Response first = at(leader).contentType(ContentType.TEXT).header("Idempotency-Key", key).body("1").put(property(name));
        first.then().statusCode(201);
        int revision = first.jsonPath().getInt("revision");

        // when that leader dies, and the client, not having heard, repeats the write through another replica
        leader.kill();
        cluster.awaitLeader(SOON);
        Replica other = cluster.alive().get(0);

        // then it is answered as the first time, and nothing has moved
        await().atMost(SOON).untilAsserted(() -> at(other).contentType(ContentType.TEXT).header("Idempotency-Key", key)
                .body("1").put(property(name))
                .then().statusCode(oneOf(200, 201)).body("revision", is(revision)).body("version", is(1)));
        assertThat(revision(other)).isEqualTo(revision);

        // and so it is through the first one, when it is back
        cluster.start();
        at(leader).contentType(ContentType.TEXT).header("Idempotency-Key", key).body("1").put(property(name))
                .then().body("revision", is(revision)).body("version", is(1));
        assertThat(cluster.replicas()).extracting(Api::revision).containsOnly((long) revision);
    }

    @Test
    void aStoppedReplicaEndsInOrder(Cluster cluster) {
        // when a follower is told to stop
        Replica follower = cluster.allBut(cluster.awaitLeader(SOON)).get(0);
        long start = System.nanoTime();
        follower.stop();

        // then it ends within the time that it has for that, and says nothing of an error
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(6));
        assertThat(List.of(follower.logTail(20).split("\n"))).noneMatch(line -> line.contains("ERROR"));
    }
}
