package io.quarkiverse.raftconfig.core;

import static io.quarkiverse.raftconfig.core.Replicas.A;
import static io.quarkiverse.raftconfig.core.Replicas.B;
import static io.quarkiverse.raftconfig.core.Replicas.C;
import static io.quarkiverse.raftconfig.core.Replicas.voters;
import static io.quarkiverse.raftconfig.core.TestNode.only;
import static io.quarkiverse.raftconfig.core.TestNode.to;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

import org.junit.jupiter.api.Test;

import io.quarkiverse.raftconfig.core.Message.AppendEntries;
import io.quarkiverse.raftconfig.core.Message.AppendEntriesResponse;

/** §5.3 and thesis §10.2: entries follow each other without waiting, within a window, and find their way after a loss. */
class ReplicationFlowTest {
    @Test
    void aNewLeaderProbesWithItsFirstEntry() {
        TestNode node = TestNode.withLog(A, voters(A, B, C), new HardState(3, null), 1, 2);
        AppendEntries probe = appendsTo(B, node.elect(B)).get(0);
        assertThat(probe.prevLog()).isEqualTo(new Position(2, 2));
        assertThat(probe.entries()).extracting(Entry::index).containsExactly(3L);

        // while that is unanswered, nothing more is sent
        assertThat(appendsTo(B, node.propose("x"))).isEmpty();

        // once it matches, all that has gathered goes
        assertThat(indexes(appendsTo(B, node.matched(B, 3)))).containsExactly("4");
    }

    @Test
    void proposalsLeaveAtOnceThoughEarlierOnesAreUnanswered() {
        TestNode node = leader();
        assertThat(indexes(appendsTo(B, node.propose("a")))).containsExactly("4");
        assertThat(indexes(appendsTo(B, node.propose("b", "c")))).containsExactly("5-6");
        assertThat(indexes(appendsTo(C, node.propose("d")))).containsExactly("7");
    }

    @Test
    void whatDoesNotFitTheWindowIsGatheredUntilAnAnswerMakesRoom() {
        // given a leader with four messages under way to b
        TestNode node = leader();
        for (String command : List.of("a", "b", "c", "d")) {
            assertThat(appendsTo(B, node.propose(command))).hasSize(1);
        }

        // when more is proposed, then it waits
        assertThat(appendsTo(B, node.propose("e"))).isEmpty();
        assertThat(appendsTo(B, node.propose("f", "g"))).isEmpty();

        // when the first is answered, then all goes in one message
        assertThat(indexes(appendsTo(B, node.matched(B, 4)))).containsExactly("8-10");
    }

    @Test
    void messagesAndWhatIsUnderWayAreBoundedInBytes() {
        // given messages of 64 KiB and a window of 256 KiB
        TestNode node = leader();
        String large = "x".repeat(40 << 10);
        List<AppendEntries> sent = appendsTo(B, node.propose(large, large, large, large, large, large, large, large));
        assertThat(indexes(sent)).containsExactly("4", "5", "6", "7");

        // a single entry that is larger than a message still goes, alone
        TestNode other = leader();
        assertThat(indexes(appendsTo(B, other.propose("y".repeat(100 << 10), "z")))).containsExactly("4", "5");
    }

    @Test
    void theWindowIsAlsoOneOfBytes() {
        // given a leader that may have 100 KiB under way, and entries of 40
        TestNode node = leader(new RaftSettings(1000, 100, 64 << 10, 1000, 100 << 10, 1 << 20));
        String large = "x".repeat(40 << 10);
        assertThat(indexes(appendsTo(B, node.propose(large, large, large, large, large)))).containsExactly("4", "5", "6");

        // when one is answered, then there is room for one more; when all are, for the rest
        assertThat(indexes(appendsTo(B, node.matched(B, 4)))).containsExactly("7");
        assertThat(indexes(appendsTo(B, node.matched(B, 7)))).containsExactly("8");
        assertThat(indexes(appendsTo(B, node.propose(large, large)))).containsExactly("9", "10");
    }

    @Test
    void aRejectionLeadsBackToProbingAtTheHint() {
        // given entries under way to b
        TestNode node = leader();
        node.propose("a");
        node.propose("b");
        node.propose("c");

        // when the second was lost, so that the third leaves a gap, then it goes on behind the first
        List<AppendEntries> probe = appendsTo(B, reject(node, 5, new Position(4, 4)));
        assertThat(indexes(probe)).containsExactly("5-6");
        assertThat(appendsTo(B, node.propose("d"))).as("one at a time").isEmpty();
        assertThat(indexes(appendsTo(B, node.matched(B, 6)))).containsExactly("7");
    }

    @Test
    void lateRejectionsChangeNothing() {
        TestNode node = leader();
        node.propose("a");
        node.matched(B, 4);
        assertThat(reject(node, 3, Position.ZERO).send()).isEmpty();
        node.propose("b");
        reject(node, 4, new Position(3, 4));
        // 4 is known to match, so that was a late one too
        assertThat(indexes(appendsTo(B, node.propose("c")))).containsExactly("6");

        // while probing, only the answer to the probe counts
        TestNode probing = TestNode.withLog(A, voters(A, B, C), new HardState(3, null), 1, 2, 2, 3);
        probing.persisted(probing.elect(B));
        assertThat(reject(probing, 3, Position.ZERO).send()).isEmpty();
        assertThat(indexes(appendsTo(B, reject(probing, 4, new Position(2, 2))))).containsExactly("3-5");
    }

    /** Without new writes too (braft #292, etcd heartbeat_resp_recovers_from_probing). */
    @Test
    void aLostMessageIsMadeGoodAfterTheNextHeartbeat() {
        // given a lost probe, when b answers a heartbeat, then it is probed again, and that costs no entries
        TestNode probing = TestNode.withLog(A, voters(A, B, C), new HardState(3, null), 1, 2);
        probing.persisted(probing.elect(B));
        probing.pass(100);
        List<AppendEntries> again = appendsTo(B, probing.heartbeatAnswered(B, 1));
        assertThat(again).hasSize(1);
        assertThat(again.get(0).prevLog()).isEqualTo(new Position(2, 2));
        assertThat(again.get(0).entries()).isEmpty();

        // given lost entries, when b answers a heartbeat, then it is asked for the end of what was sent
        TestNode node = leader();
        node.propose("a");
        node.pass(100);
        List<AppendEntries> check = appendsTo(B, node.heartbeatAnswered(B, 1));
        assertThat(check).hasSize(1);
        assertThat(check.get(0).prevLog()).isEqualTo(new Position(4, 4));
        assertThat(indexes(appendsTo(B, reject(node, 4, new Position(3, 4))))).containsExactly("4");
    }

    @Test
    void nothingIsSentToAPeerThatCannotBeReachedUntilItAnswersAgain() {
        TestNode node = leader();
        node.propose("a");
        assertThat(appendsTo(B, node.step(new Input.Unreachable(B)))).isEmpty();
        assertThat(appendsTo(B, node.propose("b"))).isEmpty();
        node.pass(100);
        assertThat(appendsTo(B, node.heartbeatAnswered(B, 1))).hasSize(1);
        assertThat(indexes(appendsTo(B, node.matched(B, 3)))).containsExactly("4-5");
        node.step(new Input.Unreachable(Replicas.E));
        assertThat(node.core.role()).isEqualTo(Role.LEADER);
    }

    /** An answer that leaves nothing earlier to try is no reason to ask again at once. */
    @Test
    void aPeerThatRejectsEverythingIsNotAskedInALoop() {
        TestNode node = TestNode.withLog(A, voters(A, B, C), new HardState(3, null), 1, 2);
        node.persisted(node.elect(B));
        assertThat(appendsTo(B, reject(node, 2, Position.ZERO))).hasSize(1);
        assertThat(appendsTo(B, reject(node, 0, Position.ZERO))).isEmpty();
        node.pass(100);
        assertThat(appendsTo(B, node.heartbeatAnswered(B, 1))).hasSize(1);
    }

    @Test
    void answersOfStrangersAreIgnored() {
        TestNode node = leader();
        assertThat(node.matched(Replicas.E, 3).send()).isEmpty();
        assertThat(node.heartbeatAnswered(Replicas.E, 1).send()).isEmpty();
    }

    private static TestNode leader() {
        return leader(TestNode.SETTINGS);
    }

    private static TestNode leader(RaftSettings settings) {
        TestNode node = TestNode.with(settings, A, voters(A, B, C), new HardState(3, null), 1, 2);
        node.persisted(node.elect(B));
        node.matched(B, 3);
        node.matched(C, 3);
        return node;
    }

    private static Effects reject(TestNode node, long prevIndex, Position hint) {
        return node.receive(new AppendEntriesResponse(B, A, node.core.term(), false, prevIndex, hint));
    }

    private static List<AppendEntries> appendsTo(ReplicaId receiver, Effects effects) {
        return only(AppendEntries.class, to(receiver, effects.send()));
    }

    private static List<String> indexes(List<AppendEntries> appends) {
        return appends.stream().map(append -> append.prevLog().index() + 1 == append.lastIndex() ? "" + append.lastIndex()
                : append.prevLog().index() + 1 + "-" + append.lastIndex()).toList();
    }
}
