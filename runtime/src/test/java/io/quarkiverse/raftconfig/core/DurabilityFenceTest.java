package io.quarkiverse.raftconfig.core;

import static io.quarkiverse.raftconfig.core.Replicas.A;
import static io.quarkiverse.raftconfig.core.Replicas.B;
import static io.quarkiverse.raftconfig.core.Replicas.C;
import static io.quarkiverse.raftconfig.core.Replicas.voters;
import static io.quarkiverse.raftconfig.core.TestNode.entry;
import static io.quarkiverse.raftconfig.core.TestNode.only;
import static io.quarkiverse.raftconfig.core.TestNode.written;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

import org.junit.jupiter.api.Test;

import io.quarkiverse.raftconfig.core.Message.AppendEntries;
import io.quarkiverse.raftconfig.core.Message.PreVoteResponse;

/** Figure 2, "updated on stable storage before responding": nothing is promised that a crash could undo. */
class DurabilityFenceTest {
    private static final HardState TERM_3 = new HardState(3, null);

    @Test
    void writesAreNumberedAndCarryTheTermOfTheirStep() {
        TestNode node = TestNode.withLog(A, voters(A, B, C), TERM_3, 1, 2);
        assertThat(written(node.elect(B)).sequence()).isEqualTo(2);
        Write third = written(node.propose("x"));
        assertThat(third.sequence()).isEqualTo(3);
        assertThat(third.term()).isEqualTo(4);
        assertThat(third.hardState()).isEqualTo(new HardState(4, A));
        assertThat(node.pass(100).persist()).as("nothing changed").isNull();
    }

    /** The leader's entries leave at once, but its own disk counts only when it has them. */
    @Test
    void theLeaderCountsItselfWhenItsWriteIsDurable() {
        TestNode node = TestNode.withLog(A, voters(A, B, C), TERM_3, 1, 2);
        Effects elected = node.elect(B);
        assertThat(only(AppendEntries.class, elected.send())).hasSize(2);
        node.matched(B, 3);
        assertThat(node.core.commitIndex()).isZero();
        node.persisted(elected);
        assertThat(node.core.commitIndex()).isEqualTo(3);
    }

    @Test
    void aMajorityOfTheOthersCommitsWithoutTheLeadersDisk() {
        TestNode node = TestNode.withLog(A, voters(A, B, C), TERM_3, 1, 2);
        node.elect(B);
        node.matched(B, 3);
        node.matched(C, 3);
        assertThat(node.core.commitIndex()).isEqualTo(3);
    }

    /** A single node could lose what it had acknowledged (etcd #14370). */
    @Test
    void aVoterAloneCommitsOnlyWhatIsDurable() {
        TestNode node = TestNode.withLog(A, voters(A), TERM_3, 1, 2);
        node.step(new Input.Persisted(1, 4));
        Effects proposed = node.propose("x");
        node.step(new Input.Persisted(2, 4));
        assertThat(node.core.commitIndex()).isEqualTo(3);
        assertThat(node.persisted(proposed).apply()).extracting(Entry::index).containsExactly(4L);
    }

    /** Its RequestVotes wait for the disk, and so does the vote that it counts for itself (sofa-jraft #1245). */
    @Test
    void aCandidateCountsItsOwnVoteWhenItIsDurable() {
        TestNode node = TestNode.withLog(A, voters(A, B, C), TERM_3, 1, 2);
        node.pass(2000);
        Effects candidate = node.receive(new PreVoteResponse(B, A, 3, 4, true));
        assertThat(candidate.send()).isEmpty();
        node.receive(new Message.RequestVoteResponse(B, A, 4, true));
        assertThat(node.core.role()).isEqualTo(Role.CANDIDATE);
        node.persisted(candidate);
        assertThat(node.core.role()).isEqualTo(Role.LEADER);
    }

    /** The same index twice, with another leader between: an acknowledgement of the first must not count for the second. */
    @Test
    void aLateAcknowledgementOfAnEarlierTermReleasesNothing() {
        // given a leader of term 4 with an entry 4@4 that is not durable yet
        TestNode node = TestNode.withLog(A, voters(A, B, C), TERM_3, 1, 2);
        node.elect(B);
        Write first = written(node.propose("x"));

        // and another leader's entry in its place, and then its own again, in term 6
        Write replaced = written(
                node.receive(new AppendEntries(C, A, 5, new Position(2, 2), List.of(entry(3, 5), entry(4, 5)), 0, 0)));
        assertThat(replaced.entries()).containsExactly(entry(3, 5), entry(4, 5));
        node.pass(500);
        node.step(new Input.Unreachable(C));
        node.pass(50);
        Effects candidate = node.receive(new PreVoteResponse(B, A, 5, 6, true));
        node.receive(new Message.RequestVoteResponse(B, A, 6, true));

        // when the write of term 4 is acknowledged, then neither the vote nor an entry of term 6 counts
        node.step(new Input.Persisted(first.sequence(), first.term()));
        assertThat(node.core.role()).isEqualTo(Role.CANDIDATE);
        Effects elected = node.persisted(candidate);
        assertThat(node.core.role()).isEqualTo(Role.LEADER);
        assertThat(node.core.lastLog()).isEqualTo(new Position(5, 6));
        node.matched(B, 5);
        node.step(new Input.Persisted(first.sequence(), first.term()));
        assertThat(node.core.commitIndex()).isZero();

        // when its own is, then it does
        node.persisted(elected);
        assertThat(node.core.commitIndex()).isEqualTo(5);
    }

    @Test
    void oneAcknowledgementMayStandForSeveralWrites() {
        TestNode node = TestNode.withLog(A, voters(A, B, C), TERM_3, 1, 2);
        node.elect(B);
        node.propose("x");
        node.persisted(node.propose("y"));
        assertThat(node.core.matchIndexes()).containsEntry(A, 5L);
    }

    /** A follower that repeats an acknowledgement has no write of its own in that step, and still waits for the earlier one. */
    @Test
    void anAcknowledgementWithoutAWriteWaitsToo() {
        TestNode node = TestNode.withLog(A, voters(A, B, C), TERM_3, 1, 2);
        var request = new AppendEntries(B, A, 3, new Position(2, 2), List.of(entry(3, 3)), 0, 0);
        node.receive(request);
        Effects again = node.receive(request);
        assertThat(again.persist()).isNull();
        assertThat(again.send()).isEmpty();
        assertThat(again.sendWhenDurable()).hasSize(1);
    }

    @Test
    void heartbeatsWaitForNoDisk() {
        TestNode node = TestNode.withLog(A, voters(A, B, C), TERM_3, 1, 2);
        node.receive(new AppendEntries(B, A, 3, new Position(2, 2), List.of(entry(3, 3)), 0, 0));
        assertThat(node.receive(new Message.Heartbeat(B, A, 3, 5, 0)).send())
                .containsExactly(new Message.HeartbeatResponse(A, B, 3, 5));
    }
}
