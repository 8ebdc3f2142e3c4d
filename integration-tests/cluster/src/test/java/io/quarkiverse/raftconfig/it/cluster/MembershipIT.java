package io.quarkiverse.raftconfig.it.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.ClassTemplate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import io.restassured.http.ContentType;
import io.restassured.response.Response;

/** Members come, go, die and lose their disks while a client writes a hundred times a second. */
@ClassTemplate
@ExtendWith(Repetitions.class)
@ExtendWith(FleetOfTest.class)
class MembershipIT {
    @Test
    void membersChangeWhileWritesGoOnAndNoneIsLost(Fleet fleet) {
        // given three replicas that have founded a cluster
        List<Replica> founders = fleet.found("a", "b", "c");
        Replica a = founders.get(0);
        Replica b = founders.get(1);
        Replica c = founders.get(2);
        try (SteadyWrites writes = SteadyWrites.through(founders)) {
            writes.awaitMore(200);
            writes.report("the three that founded the cluster");

            // when the leadership is handed over, by request
            Fleet.handOver("a".equals(Api.leader(a)) ? b : a, founders);
            writes.awaitMore(100);
            writes.report("the leadership handed over");

            // when two more are taken in, in one request
            Replica d = fleet.newcomer("d");
            Replica e = fleet.newcomer("e");
            fleet.change(a, List.of(a, b, c, d, e));
            List.of(d, e).forEach(it -> it.awaitReady(Fleet.TIMEOUT));
            writes.goThrough(List.of(a, b, c, d, e));
            writes.awaitMore(100);
            writes.report("three to five");

            // and then three of the five stay: the leader is left out
            if (!List.of("a", "b").contains(Api.leader(e))) {
                Fleet.handOver(a, List.of(a, b, c, d, e));
            }
            writes.goThrough(List.of(c, d, e));
            fleet.change(e, List.of(c, d, e));
            writes.awaitMore(100);
            writes.report("five to three, without the leader");
            a.stop();
            b.stop();

            // when one of them dies, and another takes its place
            writes.goThrough(List.of(c, d));
            e.kill();
            Replica f = fleet.newcomer("f");
            fleet.change(c, List.of(c, d, f));
            f.awaitReady(Fleet.TIMEOUT);
            writes.goThrough(List.of(c, d, f));
            writes.awaitMore(100);
            writes.report("a dead one replaced");

            // when one loses its disk and comes back under its name
            writes.goThrough(List.of(c, f));
            d.kill();
            d.wipe();
            d.start();
            List.of(c, f).forEach(it -> Fleet.awaitAnotherIncarnation(it, d));
            fleet.change(c, List.of(c, d, f));
            d.awaitReady(Fleet.TIMEOUT);
            writes.goThrough(List.of(c, d, f));
            writes.awaitMore(100);
            writes.report("a lost disk replaced, by request");
            writes.stop();

            // then nothing that was acknowledged is lost, and nothing failed that a client can't repeat
            writes.assertNoErrors();
            List.of(c, d, f).forEach(writes::assertNothingLostAt);

            // when it is backed up, and restored into a new cluster, then all is there as well
            byte[] backup = Api.at(f).get("/raft-config/v1/backup").then().statusCode(200).extract().asByteArray();
            Replica alone = fleet.alone("alone");
            Response restored = Api.at(alone).contentType(ContentType.BINARY).body(backup).post("/raft-config/v1/restore");
            assertThat(restored.statusCode()).as(restored.asString()).isEqualTo(200);
            assertThat(Api.revision(alone)).isEqualTo(Api.revision(f));
            writes.assertNothingLostAt(alone);
        }
    }

    @Test
    void allThreeAreReplacedOneByOne(Fleet fleet) {
        // given three replicas, of which a follower is to go first and the leader next
        List<Replica> founders = fleet.found("a", "b", "c");
        List<Replica> members = new ArrayList<>(founders);
        try (SteadyWrites writes = SteadyWrites.through(members)) {
            Fleet.handOver(founders.get(1), founders);
            writes.awaitMore(200);
            writes.report("the three that founded the cluster");

            // when each gives its place to a new one, in one request; clients learn of it afterwards
            for (String id : List.of("d", "e", "f")) {
                Replica newcomer = fleet.newcomer(id);
                Replica leaving = members.remove(0);
                String what = leaving + ", which " + (leaving.id().equals(Api.leader(leaving)) ? "leads" : "follows");
                writes.awaitMore(100);
                writes.report(newcomer + " starts");
                members.add(newcomer);
                fleet.change(members.get(0), members);
                newcomer.awaitReady(Fleet.TIMEOUT);
                writes.goThrough(members);
                writes.awaitMore(100);
                writes.report(what + ", replaced by " + newcomer);
            }
            founders.forEach(Replica::stop);
            writes.awaitMore(100);
            writes.report("the old three stopped");
            writes.stop();

            // then nothing that was acknowledged is lost, and nothing failed that a client can't repeat
            writes.assertNoErrors();
            members.forEach(writes::assertNothingLostAt);

            // and the new three need none of the old to start
            members.forEach(Replica::stop);
            members.forEach(Replica::start);
            members.forEach(it -> it.awaitReady(Fleet.TIMEOUT));
            members.forEach(writes::assertNothingLostAt);
            members.forEach(it -> Fleet.awaitVoters(it, members));
            Api.write(members.get(0), "shop.banner", "without the old three");
        }
    }

    @Test
    void whoHasLostItsDiskIsReplacedWithoutARequestIfTheSettingsSaySo(Fleet fleet) {
        // given three replicas, and a leader that loses its disk
        List<Replica> founders = fleet.with("replace-lost-after", "2s").found("a", "b", "c");
        Replica a = founders.get(0);
        Replica b = founders.get(1);
        Replica c = founders.get(2);
        try (SteadyWrites writes = SteadyWrites.through(founders)) {
            Fleet.handOver(c, founders);
            writes.awaitMore(200);
            writes.report("three");
            String lost = Fleet.memberStorageId(a, c);
            c.kill();
            c.wipe();
            writes.awaitMore(100);
            writes.report("the leader killed");

            // when it comes back under its name, with an empty one
            c.start();
            Awaitility.await().atMost(Fleet.TIMEOUT).pollInterval(Duration.ofMillis(50))
                    .until(() -> !lost.equals(Fleet.memberStorageId(a, c)));

            // then it is a voter again, and nobody had to ask for it
            c.awaitReady(Fleet.TIMEOUT);
            Fleet.awaitVoters(c, founders);
            writes.awaitMore(100);
            writes.report("a lost disk replaced, without a request");

            // and one of two without which the cluster could decide nothing
            b.kill();
            writes.awaitMore(100);
            writes.report("another killed");
            writes.stop();
            writes.assertNoErrors();
            List.of(a, c).forEach(writes::assertNothingLostAt);
        }
    }

    @Test
    void whoAsksToBeTakenInLearnsAndIsAVoterAsSoonAsOneIsMissing(Fleet fleet) {
        // given a cluster that is to have three voters, and has them
        List<Replica> founders = fleet.with("voters", "3").found("a", "b", "c");
        Replica a = founders.get(0);
        Replica b = founders.get(1);
        Replica c = founders.get(2);
        try (SteadyWrites writes = SteadyWrites.through(founders)) {
            Fleet.handOver(a, founders);
            writes.awaitMore(200);
            writes.report("three");

            // when another starts that knows the address of one that does not lead, and nothing else
            Replica d = fleet.joiner("d", b);
            d.awaitReady(Fleet.TIMEOUT);
            writes.goThrough(List.of(a, b, c, d));
            writes.awaitMore(100);
            writes.report("one has joined");

            // then it learns, and reads through it show what was just written through another
            assertThat(d.status().json().path("role").asText()).isEqualTo("LEARNER");
            for (int i = 0; i < 30; i++) {
                String value = Integer.toString(i);
                Api.write(founders.get(i % 3), "shop.learner", value);
                assertThat(Api.readLinearizable(d, "shop.learner")).isEqualTo(value);
            }
            assertThat(Fleet.voters(d)).containsExactly("a", "b", "c");
            writes.report("reads through the learner");

            // when a voter leaves
            writes.goThrough(List.of(a, b, d));
            fleet.remove(a, c);
            Fleet.awaitVoters(a, List.of(a, b, d));
            writes.awaitMore(100);
            writes.report("the learner votes in the place of one that has left");
            c.stop();

            // then the learner's vote counts: without it, nothing could be decided when another is gone
            b.kill();
            writes.awaitMore(100);
            writes.report("another killed");
            writes.stop();
            writes.assertNoErrors();
            List.of(a, d).forEach(writes::assertNothingLostAt);
        }
    }
}
