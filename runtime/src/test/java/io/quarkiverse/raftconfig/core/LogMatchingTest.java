package io.quarkiverse.raftconfig.core;

import static io.quarkiverse.raftconfig.core.Replicas.A;
import static io.quarkiverse.raftconfig.core.Replicas.B;
import static io.quarkiverse.raftconfig.core.Replicas.C;
import static io.quarkiverse.raftconfig.core.Replicas.voters;
import static io.quarkiverse.raftconfig.core.TestNode.entry;
import static io.quarkiverse.raftconfig.core.TestNode.log;
import static io.quarkiverse.raftconfig.core.TestNode.only;
import static io.quarkiverse.raftconfig.core.TestNode.to;
import static io.quarkiverse.raftconfig.core.TestNode.written;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.quarkiverse.raftconfig.core.Message.AppendEntries;
import io.quarkiverse.raftconfig.core.Message.AppendEntriesResponse;

/** §5.3: what a follower takes, and what gives way. */
class LogMatchingTest {
    private static final Membership THREE = voters(A, B, C);

    @Test
    void appendsWhatFollowsAMatchingEntry() {
        // given a follower with entries 1@1 and 2@3
        TestNode node = follower(1, 3);

        // when the leader sends what follows 2@3
        Effects effects = node.receive(append(new Position(2, 3), 0, entry(3, 4), entry(4, 4)));

        // then it is persisted, and acknowledged when durable
        assertThat(written(effects).entries()).containsExactly(entry(3, 4), entry(4, 4));
        assertThat(effects.send()).isEmpty();
        assertThat(effects.sendWhenDurable()).containsExactly(new AppendEntriesResponse(A, B, 4, true, 4, Position.ZERO));
    }

    @Test
    void rejectsWhatWouldLeaveAGap() {
        Effects effects = follower(1, 3).receive(append(new Position(5, 4), 5, entry(6, 4)));
        assertThat(effects.persist()).isNull();
        assertThat(effects.send()).containsExactly(new AppendEntriesResponse(A, B, 4, false, 5, new Position(2, 3)));
    }

    @Test
    void rejectsWhatFollowsAnEntryOfAnotherTerm() {
        // given a follower with three entries of term 3, when the leader has 4@2 there, then they may agree before term 3
        Effects effects = follower(1, 1, 3, 3, 3).receive(append(new Position(4, 2), 0));
        assertThat(effects.send()).containsExactly(new AppendEntriesResponse(A, B, 4, false, 4, new Position(2, 1)));
    }

    /** Only a conflict truncates, for the request may be an old one (openraft 9540c904). */
    @Test
    void anOldShorterRequestTakesNothingAway() {
        TestNode node = follower(1, 3, 4, 4);
        Effects effects = node.receive(append(new Position(1, 1), 0, entry(2, 3)));
        assertThat(effects.persist()).isNull();
        assertThat(node.core.lastLog()).isEqualTo(new Position(4, 4));
        assertThat(effects.sendWhenDurable()).containsExactly(new AppendEntriesResponse(A, B, 4, true, 2, Position.ZERO));
    }

    @Test
    void aConflictTakesAwayTheEntryAndAllAfterIt() {
        TestNode node = follower(1, 2, 2, 2);
        Effects effects = node.receive(append(new Position(2, 2), 0, entry(3, 4)));
        assertThat(written(effects).entries()).containsExactly(entry(3, 4));
        assertThat(node.core.lastLog()).isEqualTo(new Position(3, 4));
    }

    /** Else it might commit what another leader left there (seen in hashicorp/raft and jgroups-raft). */
    @Test
    void commitsNoFurtherThanTheRequestHasVerified() {
        // given a follower with a longer tail of an earlier leader
        TestNode node = follower(1, 2, 2, 2);

        // when an append that matches only up to 2 says that 4 is committed
        Effects effects = node.receive(append(new Position(1, 1), 4, entry(2, 2)));

        // then 2 is
        assertThat(node.core.commitIndex()).isEqualTo(2);
        assertThat(effects.apply()).extracting(Entry::index).containsExactly(1L, 2L);
    }

    /** Paths (a) to (f) of figure 7: the leader for term 8 has 1 1 1 4 4 5 5 6 6 6. */
    @ParameterizedTest
    @CsvSource({ "1 1 1 4 4 5 5 6 6, 2", "1 1 1 4, 2", "1 1 1 4 4 5 5 6 6 6 6, 1", "1 1 1 4 4 5 5 6 6 6 7 7, 1",
            "1 1 1 4 4 4 4, 3", "1 1 1 2 2 2 3 3 3 3 3, 3" })
    void figure7(String followerTerms, int requestsMax) {
        // given the leader of figure 7, and one of the six followers
        long[] terms = terms(followerTerms);
        TestNode leader = TestNode.withLog(A, THREE, new HardState(7, null), terms("1 1 1 4 4 5 5 6 6 6"));
        Effects effects = leader.elect(C);
        leader.persisted(effects);
        TestNode follower = TestNode.withLog(B, THREE, new HardState(7, null), terms);

        // when they talk until the leader knows that the logs agree
        List<Message> requests = to(B, effects.send());
        int count = 0;
        while (leader.core.matchIndexes().getOrDefault(B, 0L) < 11) {
            List<Message> next = new ArrayList<>();
            for (AppendEntries request : only(AppendEntries.class, requests)) {
                count++;
                Effects answered = follower.receive(request);
                List<Message> answers = new ArrayList<>(answered.send());
                answers.addAll(answered.sendWhenDurable());
                answers.forEach(answer -> next.addAll(to(B, leader.receive(answer).send())));
            }
            requests = next;
        }

        // then they do, after one round trip for each conflicting term
        assertThat(follower.core.lastLog()).isEqualTo(new Position(11, 8));
        assertThat(count).isLessThanOrEqualTo(requestsMax + 1);
    }

    /** Entries that a snapshot covers are committed, so they match, though their terms are forgotten (openraft 71a290cd). */
    @Test
    void whatLiesBeforeTheBaseMatches() {
        // given a follower whose log begins behind 10
        SnapshotPoint snapshot = new SnapshotPoint(new Position(10, 3), THREE, 1);
        TestNode node = TestNode.recovered(TestNode.SETTINGS, A,
                new Recovered(new HardState(4, null), snapshot, snapshot.last(), List.of(entry(11, 4)), 10));

        // when entries 6 to 12 come, then only 12 is new
        Effects effects = node.receive(append(new Position(5, 2), 0, entry(6, 3), entry(7, 3), entry(8, 3), entry(9, 3),
                entry(10, 3), entry(11, 4), entry(12, 4)));
        assertThat(written(effects).entries()).containsExactly(entry(12, 4));

        // when a request ends before the base, then it matches too
        assertThat(node.receive(append(new Position(5, 2), 0, entry(6, 3))).sendWhenDurable())
                .containsExactly(new AppendEntriesResponse(A, B, 4, true, 6, Position.ZERO));
    }

    /** A term that is forgotten, or not there yet, is no term 0 that could match (etcd-io/raft 76f1249). */
    @Test
    void nothingMatchesAnEntryThatIsNotThere() {
        RaftLog log = new RaftLog(new Position(10, 3));
        log.append(entry(11, 4));
        assertThat(log.termAt(9)).isEqualTo(RaftLog.ABSENT);
        assertThat(log.termAt(10)).isEqualTo(3);
        assertThat(log.termAt(11)).isEqualTo(4);
        assertThat(log.termAt(12)).isEqualTo(RaftLog.ABSENT);
        assertThatIllegalArgumentException().isThrownBy(() -> log.entry(10)).withMessageContaining("no entry 10");
    }

    /** (LogCabin #160) */
    @Test
    void refusesEntriesWithAGapOrAFallingTerm() {
        for (Entry[] entries : new Entry[][] { { entry(3, 4), entry(5, 4) }, { entry(4, 4) }, { entry(3, 2) },
                { entry(3, 4), entry(4, 3) }, { entry(3, 9) } }) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> follower(1, 3).receive(append(new Position(2, 3), 0, entries)))
                    .withMessageContaining("can't follow");
        }
    }

    @Test
    void neverReplacesWhatIsCommitted() {
        TestNode node = follower(1, 2, 2);
        node.receive(append(new Position(3, 2), 3));
        assertThatIllegalStateException().isThrownBy(() -> node.receive(append(new Position(1, 1), 0, entry(2, 4))))
                .withMessageContaining("committed up to 3");
    }

    @Test
    void oneTermHasOneLeader() {
        TestNode node = follower(1, 3);
        node.receive(append(new Position(2, 3), 0));
        assertThatIllegalStateException()
                .isThrownBy(() -> node.receive(new AppendEntries(C, A, 4, new Position(2, 3), List.of(), 0, 0)))
                .withMessageContaining("two leaders in term 4");
    }

    @Test
    void findsTheLatestPlaceThatMayAgree() {
        RaftLog log = new RaftLog(Position.ZERO);
        log(THREE, 1, 1, 4, 4, 6).forEach(log::append);
        assertThat(log.lastAtOrBefore(new Position(9, 9))).isEqualTo(5);
        assertThat(log.lastAtOrBefore(new Position(4, 9))).isEqualTo(4);
        assertThat(log.lastAtOrBefore(new Position(9, 5))).isEqualTo(4);
        assertThat(log.lastAtOrBefore(new Position(9, 3))).isEqualTo(2);
        assertThat(log.lastAtOrBefore(new Position(1, 1))).isEqualTo(1);
        assertThat(log.lastAtOrBefore(Position.ZERO)).isZero();
    }

    private static TestNode follower(long... terms) {
        return TestNode.withLog(A, THREE, new HardState(4, null), terms);
    }

    private static AppendEntries append(Position prevLog, long leaderCommit, Entry... entries) {
        return new AppendEntries(B, A, 4, prevLog, List.of(entries), leaderCommit, 0);
    }

    private static long[] terms(String text) {
        return Arrays.stream(text.trim().split(" ")).mapToLong(Long::parseLong).toArray();
    }
}
