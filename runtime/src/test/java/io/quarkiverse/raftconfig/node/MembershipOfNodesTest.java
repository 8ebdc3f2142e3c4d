package io.quarkiverse.raftconfig.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;

import org.junit.jupiter.api.Test;

import io.quarkiverse.raftconfig.core.Message;
import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.core.ReplicaId;
import io.quarkiverse.raftconfig.state.Outcome;

/** §6, as an operator sees it: members come and go while the cluster goes on. */
class MembershipOfNodesTest {
    private static final NodeId N1 = VirtualCluster.id(1);
    private static final NodeId N2 = VirtualCluster.id(2);
    private static final NodeId N3 = VirtualCluster.id(3);
    private static final NodeId N4 = VirtualCluster.id(4);
    private static final NodeId N5 = VirtualCluster.id(5);

    /** Writes, one after the other, through whoever leads or follows; each is tried once. */
    private static final class Writer {
        private final VirtualCluster cluster;
        private final NodeId through;
        private final List<String> acknowledged = new ArrayList<>();
        private final List<PeerResponse.Kind> failures = new ArrayList<>();
        private long longestMillis;
        private int count;
        private boolean stopped;

        Writer(VirtualCluster cluster, NodeId through) {
            this.cluster = cluster;
            this.through = through;
            next();
        }

        private void next() {
            if (stopped) {
                return;
            }
            String name = "w" + count++;
            long begunAt = cluster.time().nowMillis();
            cluster.put(through, name, "v").whenComplete((outcome, failure) -> {
                longestMillis = Math.max(longestMillis, cluster.time().nowMillis() - begunAt);
                if (failure == null) {
                    acknowledged.add(name);
                } else if (Failures.cause(failure) instanceof ProposalFailedException failed) {
                    failures.add(failed.kind());
                }
                cluster.time().schedule(1_000, this::next);
            });
        }

        /** All that was acknowledged is on each of {@code nodes}. */
        void check(List<NodeId> nodes) {
            stopped = true;
            cluster.time().passMillis(500);
            assertThat(failures).isEmpty();
            assertThat(acknowledged).isNotEmpty();
            for (NodeId node : nodes) {
                for (String name : acknowledged) {
                    assertThat(cluster.value(node, name)).as(name + " on " + node).isEqualTo("v");
                }
            }
        }
    }

    private static CompletionStage<Long> change(VirtualCluster cluster, NodeId through, List<NodeId> voters) {
        return change(cluster, through, voters, List.of());
    }

    private static CompletionStage<Long> change(VirtualCluster cluster, NodeId through, List<NodeId> voters,
            List<NodeId> learners) {
        NodeStatus now = cluster.node(through).status();
        return cluster.node(through).changeMembership(request(now.membershipIndex(), voters, learners), 10_000);
    }

    private static MembershipRequest request(long index, List<NodeId> voters, List<NodeId> learners) {
        SortedMap<NodeId, Seat> members = new TreeMap<>();
        voters.forEach(id -> members.put(id, new Seat(id + ":7420", true)));
        learners.forEach(id -> members.put(id, new Seat(id + ":7420", false)));
        return new MembershipRequest(index, members);
    }

    private static void assertVoters(VirtualCluster cluster, NodeId at, NodeId... voters) {
        NodeStatus status = cluster.node(at).status();
        assertThat(status.membership().isJoint()).isFalse();
        assertThat(status.membership().voters()).extracting(ReplicaId::node).containsExactly(voters);
        assertThat(status.changing()).isFalse();
        assertThat(status.committedMembershipIndex()).isEqualTo(status.membershipIndex());
    }

    @Test
    void growsFromThreeToFiveAndBackUnderWrites() {
        // given three nodes and a writer, and two blank nodes that nobody knows
        VirtualCluster cluster = VirtualCluster.running(3, 1);
        NodeId leader = cluster.leader();
        Writer writer = new Writer(cluster, cluster.follower());
        cluster.startBlank(N4);
        cluster.startBlank(N5);

        // when these are to be members, too
        long index = cluster.get(change(cluster, leader, List.of(N1, N2, N3, N4, N5)));

        // then they are, and nobody else leads
        assertThat(index).isEqualTo(cluster.node(leader).status().membershipIndex());
        cluster.await(() -> cluster.node(N5).status().caughtUp() && cluster.node(N4).status().caughtUp());
        cluster.time().passMillis(100);
        assertVoters(cluster, N5, N1, N2, N3, N4, N5);
        assertThat(cluster.node(N5).status().place()).isEqualTo(NodeStatus.Place.VOTER);
        assertThat(cluster.leader()).isEqualTo(leader);

        // and when they are to leave, they do
        cluster.get(change(cluster, leader, List.of(N1, N2, N3)));
        cluster.time().passMillis(100);
        assertVoters(cluster, N2, N1, N2, N3);
        assertThat(cluster.node(N5).status().place()).isEqualTo(NodeStatus.Place.REMOVED);
        assertThat(cluster.leader()).isEqualTo(leader);
        writer.check(List.of(N1, N2, N3));
        assertThat(writer.longestMillis).isLessThan(50);
    }

    @Test
    void becomesAnyOtherSetInOneRequest() {
        // given a node alone
        VirtualCluster cluster = VirtualCluster.running(1, 1);
        cluster.get(cluster.put(N1, "a", "1"));
        List.of(N2, N3, N4).forEach(cluster::startBlank);

        // when three others are to take its place
        cluster.get(change(cluster, N1, List.of(N2, N3, N4)));

        // then one of them leads, they have its data, and it can be stopped
        cluster.await(() -> {
            NodeId leader = cluster.node(N2).status().leader();
            return leader != null && List.of(N2, N3, N4).contains(leader);
        });
        cluster.stop(N1);
        NodeId leader = cluster.awaitLeader();
        assertVoters(cluster, leader, N2, N3, N4);
        assertThat(cluster.value(leader, "a")).isEqualTo("1");
        cluster.get(cluster.put(N3, "a", "2"));
    }

    @Test
    void replacesADeadNodeByAnother() {
        // given three of which one is dead
        VirtualCluster cluster = VirtualCluster.running(3, 1);
        NodeId dead = cluster.follower();
        cluster.crash(dead);
        cluster.startBlank(N4);
        Writer writer = new Writer(cluster, cluster.leader());

        // when a fourth is to take its place
        List<NodeId> wanted = new ArrayList<>(List.of(N1, N2, N3, N4));
        wanted.remove(dead);
        cluster.get(change(cluster, cluster.leader(), wanted));

        // then it has
        cluster.await(() -> cluster.node(N4).status().caughtUp() && !cluster.node(N4).status().changing());
        assertVoters(cluster, N4, wanted.toArray(NodeId[]::new));
        writer.check(wanted);
    }

    @Test
    void takesARequestThroughAnyNode() {
        // given a follower
        VirtualCluster cluster = VirtualCluster.running(3, 1);
        NodeId follower = cluster.follower();
        cluster.startBlank(N4);

        // when it is asked
        long index = cluster.get(change(cluster, follower, List.of(N1, N2, N3), List.of(N4)));

        // then the leader has done it, and the follower shows it at once
        assertThat(cluster.node(follower).status().committedMembershipIndex()).isEqualTo(index);
        assertThat(cluster.node(follower).status().membership().learners()).extracting(ReplicaId::node).containsExactly(N4);
        cluster.await(() -> cluster.node(N4).status().hasState());
        assertThat(cluster.node(N4).status().place()).isEqualTo(NodeStatus.Place.LEARNER);
        assertVoters(cluster, follower, N1, N2, N3);
    }

    @Test
    void theLeaderShowsWhatItAnswers() {
        // given a leader, when it is asked for a change, and then for its status at the moment of the answer
        VirtualCluster cluster = VirtualCluster.running(3, 1);
        NodeId leader = cluster.leader();
        CompletionStage<Long> changed = change(cluster, leader, List.of(leader));
        CompletionStage<Long> shown = changed.thenApply(index -> cluster.node(leader).status().committedMembershipIndex());

        // then that shows the change
        assertThat(cluster.get(shown)).isEqualTo(cluster.get(changed));
    }

    @Test
    void aNodeThatIsToGoIsAnsweredAtOnceWhenItIsAskedItself() {
        // given a follower, when it is asked that it leave
        VirtualCluster cluster = VirtualCluster.running(3, 1);
        NodeId follower = cluster.follower();
        List<NodeId> rest = new ArrayList<>(List.of(N1, N2, N3));
        rest.remove(follower);
        long begunAt = cluster.time().nowMillis();
        long index = cluster.get(change(cluster, follower, rest));

        // then it still hears that it has left
        assertThat(cluster.node(follower).status().committedMembershipIndex()).isEqualTo(index);
        assertThat(cluster.node(follower).status().place()).isEqualTo(NodeStatus.Place.REMOVED);
        assertThat(cluster.time().nowMillis() - begunAt).isLessThan(200);
    }

    @Test
    void whatIsDoneIsAnsweredInTimeThoughItIsNotShownHere() {
        // given a follower that gets the leader's answers, and nothing of its log
        VirtualCluster cluster = VirtualCluster.running(3, 1);
        NodeId follower = cluster.follower();
        long before = cluster.node(follower).status().membershipIndex();
        cluster.network().lose((receiver, what) -> receiver.equals(follower) && what instanceof Message);

        // when it is asked for a change
        long begunAt = cluster.time().nowMillis();
        List<NodeId> others = List.of(cluster.leader(), third(cluster.leader(), follower));
        long index = cluster.get(cluster.node(follower).changeMembership(request(before, others, List.of()), 2_000));

        // then it says that it is done, when the time is over
        assertThat(index).isGreaterThan(before);
        assertThat(cluster.time().nowMillis() - begunAt).isBetween(2_000L, 2_010L);
        assertThat(cluster.node(follower).status().committedMembershipIndex()).isEqualTo(before);
    }

    @Test
    void goesOnThoughTheLeaderIsNotAmongThem() {
        // given three nodes and a writer
        VirtualCluster cluster = VirtualCluster.running(3, 1);
        NodeId leader = cluster.leader();
        NodeId follower = cluster.follower();
        Writer writer = new Writer(cluster, follower);
        List<NodeId> rest = new ArrayList<>(List.of(N1, N2, N3));
        rest.remove(leader);

        // when the leader is to leave
        cluster.get(change(cluster, follower, rest));

        // then another leads soon, and the old one knows that it has left
        cluster.await(() -> cluster.leaderOrNull() != null && rest.contains(cluster.leader()));
        assertVoters(cluster, cluster.leader(), rest.toArray(NodeId[]::new));
        assertThat(cluster.node(leader).status().place()).isEqualTo(NodeStatus.Place.REMOVED);
        writer.check(rest);
        assertThat(writer.longestMillis).isLessThan(30);
    }

    @Test
    void whoHasLeftLetsNobodyWait() {
        for (boolean leads : new boolean[] { false, true }) {
            // given a writer through one that is to leave
            VirtualCluster cluster = VirtualCluster.running(3, 1);
            NodeId leaving = leads ? cluster.leader() : cluster.follower();
            List<NodeId> rest = new ArrayList<>(List.of(N1, N2, N3));
            rest.remove(leaving);
            Writer writer = new Writer(cluster, leaving);

            // when it has left
            cluster.get(change(cluster, cluster.leader(), rest));
            cluster.time().passMillis(3_000);

            // then each write through it was done soon, or was certainly not, so that clients ask another
            assertThat(writer.longestMillis).as("milliseconds, leader: " + leads).isLessThan(50);
            assertThat(writer.failures).isNotEmpty().containsOnly(PeerResponse.Kind.NO_LEADER);
            assertThat(cluster.failureText(cluster.put(leaving, "a", "1"))).contains("no member of the cluster any more");
            assertThat(cluster.failure(cluster.node(leaving).readLinearizable(10_000))).isEqualTo(PeerResponse.Kind.NO_LEADER);
            long asked = cluster.time().nowMillis();
            assertThat(cluster.failure(cluster.node(leaving).awaitRevision(1_000_000, 10_000)))
                    .isEqualTo(PeerResponse.Kind.NO_LEADER);
            assertThat(cluster.time().nowMillis() - asked).isLessThan(50);
            writer.failures.clear();
            writer.check(rest);

            // and it takes them again when it is taken in again
            cluster.get(change(cluster, rest.get(0), List.of(N1, N2, N3)));
            cluster.await(() -> cluster.node(leaving).status().place() == NodeStatus.Place.VOTER);
            cluster.get(cluster.put(leaving, "a", "1"));
        }
    }

    @Test
    void refusesVotersMostOfWhomAreDown() {
        // given three nodes, of which one is down for longer than an election timeout
        VirtualCluster cluster = VirtualCluster.running(3, 1);
        NodeId leader = cluster.leader();
        NodeId down = cluster.follower();
        cluster.stop(down);
        cluster.time().passMillis(3_000);

        // when that one and the leader are to be all, then it is refused, and the cluster goes on
        assertThat(cluster.failureText(change(cluster, leader, List.of(leader, down)))).startsWith("CONFLICT")
                .contains("no majority is heard from");
        assertThat(cluster.node(leader).status().changing()).isFalse();
        cluster.get(cluster.put(leader, "a", "1"));
    }

    @Test
    void refusesWhatCantBe() {
        // given three nodes
        VirtualCluster cluster = VirtualCluster.running(3, 1);
        NodeId leader = cluster.leader();
        RaftNode node = cluster.node(leader);
        long index = node.status().membershipIndex();

        // when what can't be is asked for, it is refused, and nothing has changed
        assertThat(cluster.failure(change(cluster, leader, List.of()))).isEqualTo(PeerResponse.Kind.CONFLICT);
        assertThat(cluster.failure(change(cluster, leader, List.of(), List.of(N1)))).isEqualTo(PeerResponse.Kind.CONFLICT);
        assertThat(cluster.failure(node.changeMembership(request(index - 1, List.of(N1), List.of()), 5_000)))
                .isEqualTo(PeerResponse.Kind.MEMBERSHIP_MISMATCH);
        assertThat(node.status().membershipIndex()).isEqualTo(index);
    }

    @Test
    void saysWhoCantBeReached() {
        // given three nodes, and a fourth that does not run
        VirtualCluster cluster = VirtualCluster.running(3, 1);
        NodeId follower = cluster.follower();
        long begunAt = cluster.time().nowMillis();

        // when it is to be a member
        CompletionStage<Long> changed = change(cluster, follower, List.of(N1, N2, N3, N4));

        // then that fails in time, and names it; the members are as they were, and may be changed
        assertThat(cluster.failureText(changed)).startsWith("CONFLICT").contains("n4 can't be reached: not reachable");
        assertThat(cluster.time().nowMillis() - begunAt).isLessThan(10_000);
        cluster.startBlank(N4);
        cluster.get(change(cluster, follower, List.of(N1, N2, N3, N4)));
    }

    @Test
    void givesUpANodeThatAnswersButTakesUpNothing() {
        List<BiConsumer<VirtualCluster, NodeId>> faults = List.of(
                (cluster, node) -> cluster.lanes(node).holdStore(),
                (cluster, node) -> cluster.network()
                        .lose((receiver, what) -> receiver.equals(node) && what instanceof Message.AppendEntries));
        for (BiConsumer<VirtualCluster, NodeId> fault : faults) {
            // given three nodes, and a fourth that hears the leader, but whose disk hangs, or who gets no entries
            VirtualCluster cluster = VirtualCluster.running(3, 1);
            NodeId leader = cluster.leader();
            NodeId follower = cluster.follower();
            cluster.get(change(cluster, leader, List.of(N1, N2, N3)));
            cluster.startBlank(N4);
            cluster.time().passMillis(1_000);
            fault.accept(cluster, N4);

            // when it is to be a voter
            NodeStatus before = cluster.node(follower).status();
            CompletionStage<Long> changed = cluster.node(follower)
                    .changeMembership(request(before.membershipIndex(), List.of(N1, N2, N3, N4), List.of()), 60_000);

            // then that is refused in time, with a reason that names it, and the members are as they were
            long begunAt = cluster.time().nowMillis();
            assertThat(cluster.failureText(changed)).startsWith("CONFLICT").contains("n4", "does not take up the log");
            assertThat(cluster.time().nowMillis() - begunAt).isBetween(10_000L, 12_000L);
            assertVoters(cluster, leader, N1, N2, N3);
            assertThat(cluster.node(leader).status().membership().learners()).isEmpty();

            // and others may change: it may be a learner, however little it takes up, and go again
            cluster.get(change(cluster, leader, List.of(N1, N2, N3), List.of(N4)));
            cluster.get(change(cluster, leader, List.of(N1, N2, N3)));
            assertVoters(cluster, leader, N1, N2, N3);
        }
    }

    @Test
    void aChangeThatNobodyWaitsForHoldsUpOthersForAWhileOnly() {
        // given a node that hears the leader, but gets no entries, and who asked that it be a voter waits no longer
        VirtualCluster cluster = VirtualCluster.running(3, 1);
        NodeId leader = cluster.leader();
        cluster.startBlank(N4);
        cluster.time().passMillis(1_000);
        cluster.network().lose((receiver, what) -> receiver.equals(N4) && what instanceof Message.AppendEntries);
        long index = cluster.node(leader).status().membershipIndex();
        assertThat(cluster.failure(cluster.node(leader)
                .changeMembership(request(index, List.of(N1, N2, N3, N4), List.of()), 1_000)))
                .isEqualTo(PeerResponse.Kind.OUTCOME_UNKNOWN);
        assertThat(cluster.failure(change(cluster, leader, List.of(N1, N2)))).isEqualTo(PeerResponse.Kind.CHANGE_IN_PROGRESS);

        // when ten election timeouts have passed
        cluster.time().passMillis(10_000);

        // then the members are as they were, and may be changed
        assertVoters(cluster, leader, N1, N2, N3);
        cluster.get(change(cluster, leader, List.of(N1, N2)));
        assertVoters(cluster, leader, N1, N2);
    }

    @Test
    void doesOneChangeAtATime() {
        // given a change under way
        VirtualCluster cluster = VirtualCluster.running(3, 1);
        NodeId leader = cluster.leader();
        CompletionStage<Long> first = change(cluster, leader, List.of(N1, N2, N3, N4));

        // when another is asked for
        CompletionStage<Long> second = change(cluster, leader, List.of(N1, N2));

        // then it is refused, and the first goes on
        assertThat(cluster.failure(second)).isEqualTo(PeerResponse.Kind.CHANGE_IN_PROGRESS);
        assertThat(first.toCompletableFuture()).isNotDone();
        cluster.startBlank(N4);
        cluster.get(first);
    }

    @Test
    void saysThatTheOutcomeIsUnknownIfTheLeaderDiesInTheMiddle() {
        for (int crashMillis = 1; crashMillis < 12; crashMillis++) {
            // given a change through a follower
            VirtualCluster cluster = VirtualCluster.running(3, crashMillis);
            NodeId leader = cluster.leader();
            NodeId follower = cluster.follower();
            cluster.startBlank(N4);
            CompletionStage<Long> changed = change(cluster, follower, List.of(N1, N2, N3, N4));

            // when the leader dies in the middle of it
            cluster.time().passMillis(crashMillis);
            boolean answered = changed.toCompletableFuture().isDone();
            cluster.crash(leader);

            // then the caller is told what is known, and the cluster comes to rest with old or new members
            CompletableFuture<String> told = changed.toCompletableFuture().handle((index, failure) -> failure == null ? "done"
                    : ((ProposalFailedException) Objects.requireNonNull(Failures.cause(failure))).kind().name());
            assertThat(cluster.get(told)).isIn("done", "OUTCOME_UNKNOWN");
            assertThat(told.join().equals("done") || !answered).isTrue();
            cluster.await(() -> cluster.leaderOrNull() != null && !cluster.node(cluster.leader()).status().changing());
            NodeStatus status = cluster.node(cluster.leader()).status();
            assertThat(status.membership().isJoint()).isFalse();
            CompletionStage<Outcome> write = cluster.put(follower, "after", "1");
            assertThat(cluster.get(write)).isInstanceOf(Outcome.Applied.class);
        }
    }

    @Test
    void wipedNodeDoesNotHelpElect() {
        // given three nodes, of which one has written with the leader alone what the third does not know
        VirtualCluster cluster = VirtualCluster.running(3, 1);
        NodeId leader = cluster.leader();
        NodeId wiped = cluster.follower();
        NodeId third = third(leader, wiped);
        cluster.network().isolate(Set.of(third));
        cluster.get(cluster.put(leader, "a", "1"));

        // when it comes back without its disk, and the leader is gone
        cluster.crash(wiped);
        cluster.crash(leader);
        cluster.wipe(wiped);
        cluster.start(wiped);
        cluster.network().heal();
        cluster.time().passMillis(20_000);

        // then these two elect nobody, for the third would lead without the write
        assertThat(cluster.leaderOrNull()).isNull();
        assertThat(cluster.disk(wiped).hardState().term()).isZero();

        // and both say why
        assertThat(cluster.node(wiped).status().waitingFor()).contains("not the one that it had", "PUT /members");
        assertThat(cluster.node(wiped).status().place()).isEqualTo(NodeStatus.Place.BLANK);
        assertThat(cluster.node(third).status().peers().get(wiped)).extracting(NodeStatus.Peer::problem).asString()
                .contains("empty data directory");

        // and with the old leader the write is there again
        cluster.start(leader);
        cluster.await(() -> cluster.leaderOrNull() != null);
        assertThat(cluster.leader()).isEqualTo(leader);
        cluster.await(() -> cluster.value(third, "a") != null);
    }

    private static NodeId third(NodeId one, NodeId other) {
        return List.of(N1, N2, N3).stream().filter(id -> !id.equals(one) && !id.equals(other)).findFirst().orElseThrow();
    }

    @Test
    void replacesAWipedNodeInOneChange() {
        // given three nodes, of which one comes back without its disk
        VirtualCluster cluster = VirtualCluster.running(3, 1);
        NodeId leader = cluster.leader();
        NodeId wiped = cluster.follower();
        cluster.crash(wiped);
        cluster.wipe(wiped);
        cluster.start(wiped);
        cluster.time().passMillis(1_000);
        ReplicaId old = replica(cluster.node(leader).status(), wiped);
        Writer writer = new Writer(cluster, leader);

        // when the members are asked for as they are
        cluster.get(change(cluster, leader, List.of(N1, N2, N3)));

        // then the new replica has the place of the old one
        cluster.await(() -> cluster.node(wiped).status().caughtUp());
        assertVoters(cluster, leader, N1, N2, N3);
        assertThat(replica(cluster.node(leader).status(), wiped)).isNotEqualTo(old)
                .isEqualTo(cluster.node(wiped).status().identity().replica());
        assertThat(cluster.node(leader).status().peers().get(wiped)).extracting(NodeStatus.Peer::problem).isNull();
        writer.check(List.of(N1, N2, N3));

        // and counts: with it and one other there is a majority
        cluster.crash(third(leader, wiped));
        cluster.get(cluster.put(leader, "b", "2"));
    }

    private static ReplicaId replica(NodeStatus status, NodeId node) {
        return status.membership().replicas().stream().filter(replica -> replica.node().equals(node)).findFirst().orElseThrow();
    }

    @Test
    void replacesAWipedNodeByItselfIfItIsToldTo() {
        // given three nodes that are to replace a lost one after a minute
        VirtualCluster cluster = new VirtualCluster(3, 1)
                .with(its -> its.with(new MembershipSettings(true, List.of(), null, 0, 60_000)));
        cluster.startAll();
        NodeId leader = cluster.awaitLeader();
        NodeId wiped = cluster.follower();
        ReplicaId old = replica(cluster.node(leader).status(), wiped);
        cluster.crash(wiped);
        cluster.wipe(wiped);
        cluster.start(wiped);

        // when less than that has passed, nothing happens
        cluster.time().passMillis(58_000);
        assertThat(replica(cluster.node(leader).status(), wiped)).isEqualTo(old);

        // and then it is replaced
        cluster.time().passMillis(4_000);
        assertVoters(cluster, leader, N1, N2, N3);
        assertThat(replica(cluster.node(leader).status(), wiped))
                .isEqualTo(cluster.node(wiped).status().identity().replica());
    }

    @Test
    void keepsAMemberThatIsOnlyAway() {
        // given three nodes that are to replace a lost one soon, of which one is away for long
        VirtualCluster cluster = new VirtualCluster(3, 1)
                .with(its -> its.with(new MembershipSettings(true, List.of(), null, 0, 5_000)));
        cluster.startAll();
        NodeId leader = cluster.awaitLeader();
        NodeId away = cluster.follower();
        ReplicaId old = replica(cluster.node(leader).status(), away);
        cluster.crash(away);
        cluster.time().passMillis(30_000);

        // when it comes back with its disk
        cluster.start(away);
        cluster.time().passMillis(10_000);

        // then it is who it was
        assertThat(replica(cluster.node(leader).status(), away)).isEqualTo(old);
    }

    @Test
    void takesInWhoAsksAndMakesVotersUpToAsManyAsAreToBe() {
        // given a cluster of one that is to have three voters, and a value
        VirtualCluster cluster = new VirtualCluster(1, 1)
                .with(its -> its.with(new MembershipSettings(true, List.of("n1:7420"), "unused:1", 3, 0)));
        cluster.startAll();
        cluster.awaitLeader();
        cluster.get(cluster.put(N1, "a", "1"));

        // when three nodes ask to be taken in that have no list
        for (NodeId joiner : List.of(N2, N3, N4)) {
            cluster.startJoiner(joiner);
            cluster.await(() -> cluster.node(joiner).status().hasState());
        }

        // then two have become voters, the third stays a learner, and all have the value
        cluster.await(() -> cluster.node(N1).status().membership().voters().size() == 3
                && !cluster.node(N1).status().changing() && cluster.node(N4).status().caughtUp());
        cluster.time().passMillis(10_000);
        assertVoters(cluster, N1, N1, N2, N3);
        assertThat(cluster.node(N4).status().place()).isEqualTo(NodeStatus.Place.LEARNER);
        assertThat(cluster.value(N4, "a")).isEqualTo("1");
        assertThat(cluster.node(N4).status().identity().clusterId())
                .isEqualTo(cluster.node(N1).status().identity().clusterId());

        // and a learner that is stopped has not left
        cluster.stop(N4);
        cluster.time().passMillis(10_000);
        assertThat(cluster.node(N1).status().membership().learners()).extracting(ReplicaId::node).containsExactly(N4);
    }

    @Test
    void saysWhyANodeIsNotTakenIn() {
        // given three nodes, and one that asks under the name of a member that is down
        VirtualCluster cluster = VirtualCluster.running(3, 1)
                .with(its -> its.with(new MembershipSettings(true, List.of("n1:7420", "n2:7420", "n3:7420"), null, 0, 0)));
        NodeId taken = cluster.follower();
        cluster.crash(taken);

        // when it asks
        cluster.startJoiner(taken);
        cluster.time().passMillis(5_000);

        // then it is told, and the members are who they were
        assertThat(cluster.node(taken).status().waitingFor()).contains("quarkus.raft-config.join", "another node " + taken);
        assertVoters(cluster, cluster.leader(), N1, N2, N3);
    }

    @Test
    void joinsThroughAnyMember() {
        // given three nodes and a follower's address
        VirtualCluster cluster = VirtualCluster.running(3, 1);
        NodeId follower = cluster.follower();
        cluster.with(its -> its.with(new MembershipSettings(true, List.of(follower + ":7420"), "n4:7420", 0, 0)));

        // when a node asks there
        cluster.startJoiner(N4);

        // then the leader takes it in
        cluster.await(() -> cluster.node(N4).status().caughtUp());
        assertThat(cluster.node(N4).status().place()).isEqualTo(NodeStatus.Place.LEARNER);
        assertThat(cluster.node(cluster.leader()).status().membership().addresses()).containsEntry(N4, "n4:7420");
    }

    @Test
    void leadershipGoesWhereItIsAskedTo() {
        // given three nodes
        VirtualCluster cluster = VirtualCluster.running(3, 1);
        NodeId leader = cluster.leader();
        NodeId next = cluster.follower();
        NodeId third = third(leader, next);
        Writer writer = new Writer(cluster, third);

        // when a third node is asked that another is to lead
        cluster.get(cluster.node(third).transferLeadership(next, 5_000));

        // then it does, and writes have waited for no more than a few round trips
        cluster.await(() -> next.equals(cluster.node(third).status().leader()));
        writer.check(List.of(N1, N2, N3));
        assertThat(writer.longestMillis).isLessThan(20);

        // and again, wherever; and to one that leads already
        cluster.get(cluster.node(next).transferLeadership(null, 5_000));
        cluster.await(() -> cluster.leaderOrNull() != null && !next.equals(cluster.node(next).status().leader()));
        NodeId last = cluster.awaitLeader();
        cluster.get(cluster.node(next).transferLeadership(last, 5_000));
        assertThat(cluster.leader()).isEqualTo(last);
    }

    @Test
    void leadershipStaysIfTheOtherCantTakeIt() {
        // given three nodes, of which one is gone
        VirtualCluster cluster = VirtualCluster.running(3, 1);
        NodeId leader = cluster.leader();
        NodeId gone = cluster.follower();
        cluster.crash(gone);

        // when that is to lead, or one that nobody knows
        CompletionStage<Void> toGone = cluster.node(leader).transferLeadership(gone, 5_000);
        assertThat(cluster.failureText(toGone)).startsWith("CONFLICT").contains("took over");
        CompletionStage<Void> toStranger = cluster.node(leader).transferLeadership(N5, 5_000);

        // then that fails, and the leader goes on
        assertThat(cluster.failureText(toStranger)).startsWith("CONFLICT").contains("no voter");
        assertThat(cluster.leader()).isEqualTo(leader);
        cluster.get(cluster.put(leader, "a", "1"));
    }
}
