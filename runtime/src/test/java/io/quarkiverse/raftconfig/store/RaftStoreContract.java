package io.quarkiverse.raftconfig.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.zip.CRC32C;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.quarkiverse.raftconfig.core.Bytes;
import io.quarkiverse.raftconfig.core.ClusterId;
import io.quarkiverse.raftconfig.core.Entry;
import io.quarkiverse.raftconfig.core.FoundingRecord;
import io.quarkiverse.raftconfig.core.HardState;
import io.quarkiverse.raftconfig.core.Membership;
import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.core.Payload;
import io.quarkiverse.raftconfig.core.Position;
import io.quarkiverse.raftconfig.core.Recovered;
import io.quarkiverse.raftconfig.core.ReplicaId;
import io.quarkiverse.raftconfig.core.SnapshotPoint;
import io.quarkiverse.raftconfig.core.StorageId;
import io.quarkiverse.raftconfig.node.RaftStore;
import io.quarkiverse.raftconfig.node.SnapshotSink;
import io.quarkiverse.raftconfig.node.StoreWrite;

/** What every {@link RaftStore} keeps, whatever it is made of. */
abstract class RaftStoreContract {
    static final NodeId NODE = new NodeId("a");
    static final ClusterId CLUSTER = new ClusterId(7, 8);
    static final ReplicaId OTHER = new ReplicaId(new NodeId("b"), new StorageId(3, 4));

    private RaftStore store;

    /** Opens the one store of this test; the first time, it is empty and of node {@link #NODE}. */
    abstract RaftStore open() throws IOException;

    @BeforeEach
    void openTheStore() throws IOException {
        store = open();
    }

    @AfterEach
    void closeTheStore() {
        store.close();
    }

    @Test
    void aNewStoreRemembersNothingButWhoItIs() throws IOException {
        // given a new store
        var identity = store.identity();
        assertThat(identity.nodeId()).isEqualTo(NODE);
        assertThat(identity.clusterId()).isNull();
        assertThat(store.founding()).isNull();
        assertThat(store.recovered()).isEqualTo(Recovered.BLANK);

        // then another start finds the same node on the same disk
        reopen();
        assertThat(store.identity()).isEqualTo(identity);
    }

    @Test
    void theLogIsHandedOverOnce() {
        store.recovered();
        assertThatIllegalStateException().isThrownBy(() -> store.recovered());
    }

    @Test
    void oneWriteCarriesAllThatAStepWantsRemembered() throws IOException {
        // given a write of everything
        var founding = new FoundingRecord(2, OTHER, 5, OTHER, 4);
        var entries = List.of(new Entry(new Position(1, 1), new Payload.MembershipChange(membership())), entry(2, 1),
                entry(3, 2));
        store.persist(new StoreWrite(new HardState(3, OTHER), entries, 2, CLUSTER, founding));

        // then all of it is found
        reopen();
        assertThat(store.identity().clusterId()).isEqualTo(CLUSTER);
        assertThat(store.founding()).isEqualTo(founding);
        assertThat(store.recovered())
                .isEqualTo(new Recovered(new HardState(3, OTHER), SnapshotPoint.NONE, Position.ZERO, entries, 2));
    }

    @Test
    void whatAWriteLeavesOutStaysAsItWas() throws IOException {
        // given a store with something of everything
        var founding = new FoundingRecord(1, null, 0, null, 0);
        store.persist(new StoreWrite(new HardState(3, OTHER), List.of(entry(1, 3)), 1, CLUSTER, founding));

        // when writes leave all of it out
        store.persist(new StoreWrite(null, List.of(), -1, null, null));
        store.persist(appended(entry(2, 3)));

        // then only the entry is new
        reopen();
        assertThat(store.identity().clusterId()).isEqualTo(CLUSTER);
        assertThat(store.founding()).isEqualTo(founding);
        assertThat(store.recovered()).isEqualTo(new Recovered(new HardState(3, OTHER), SnapshotPoint.NONE, Position.ZERO,
                List.of(entry(1, 3), entry(2, 3)), 1));
    }

    @Test
    void aVoteMayBeTakenBackByALaterTerm() throws IOException {
        store.persist(new StoreWrite(new HardState(3, OTHER), List.of(), -1, null, null));
        store.persist(new StoreWrite(new HardState(4, null), List.of(), -1, null, null));
        reopen();
        assertThat(store.recovered().hardState()).isEqualTo(new HardState(4, null));
    }

    @Test
    void aTermNeverFallsAndAVoteIsNeverTakenBack() throws IOException {
        // given a vote in term 3
        var voted = new HardState(3, OTHER);
        store.persist(new StoreWrite(voted, List.of(), -1, null, null));

        // when an earlier term, no vote, or another vote is to be remembered
        for (var wrong : List.of(new HardState(2, null), new HardState(3, null),
                new HardState(3, new ReplicaId(NODE, new StorageId(9, 9))))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> store.persist(new StoreWrite(wrong, List.of(entry(1, 1)), -1, null, null)));
        }

        // then the vote stands, and nothing else was written
        store.persist(new StoreWrite(voted, List.of(), -1, null, null));
        reopen();
        var recovered = store.recovered();
        assertThat(recovered.hardState()).isEqualTo(voted);
        assertThat(recovered.entries()).isEmpty();
    }

    @Test
    void entriesOfAllSizesAreFoundAgain() throws IOException {
        // given entries from nothing to more than a megabyte
        List<Entry> entries = new ArrayList<>();
        int[] sizes = { 0, 1, 15, 16, 17, 255, 4_096, 65_000, 70_000, 1_100_000, 3 };
        for (int i = 0; i < sizes.length; i++) {
            entries.add(new Entry(new Position(i + 1, 1), new Payload.Command(Bytes.wrap(new byte[sizes[i]]))));
        }
        store.persist(appended(entries));

        // then each is as it was
        reopen();
        assertThat(store.recovered().entries()).isEqualTo(entries);
    }

    @Test
    void aConflictingSuffixGivesWay() throws IOException {
        // given five entries of term 1
        store.persist(appended(entry(1, 1), entry(2, 1), entry(3, 1), entry(4, 1), entry(5, 1)));

        // when a leader of term 2 has others from the third on
        store.persist(appended(entry(3, 2), entry(4, 2)));

        // then the fourth is the last
        reopen();
        assertThat(store.recovered().entries()).containsExactly(entry(1, 1), entry(2, 1), entry(3, 2), entry(4, 2));
    }

    @Test
    void theCommitIndexNeverFallsAndNeverPassesTheLastEntry() throws IOException {
        // given a commit index beyond the log
        store.persist(new StoreWrite(null, List.of(entry(1, 1), entry(2, 1), entry(3, 1)), 9, null, null));

        // when a smaller one comes
        store.persist(new StoreWrite(null, List.of(), 1, null, null));

        // then it is the last entry's
        reopen();
        assertThat(store.recovered().commitIndex()).isEqualTo(3);
    }

    @Test
    void aGapIsRefusedAndNothingOfItWritten() throws IOException {
        // given two entries
        store.persist(appended(entry(1, 1), entry(2, 1)));

        // when the fourth comes, or a gap inside a write, or a term goes back
        assertThatIllegalArgumentException()
                .isThrownBy(() -> store.persist(new StoreWrite(new HardState(9, null), List.of(entry(4, 1)), -1, null, null)));
        assertThatIllegalArgumentException().isThrownBy(() -> store.persist(appended(entry(3, 1), entry(5, 1))));
        assertThatIllegalArgumentException().isThrownBy(() -> store.persist(appended(entry(3, 2), entry(4, 1))));
        assertThatIllegalArgumentException().isThrownBy(() -> {
            store.persist(appended(entry(3, 5)));
            store.persist(appended(entry(4, 4)));
        });

        // then the store goes on with what it had
        store.persist(appended(entry(4, 5)));
        reopen();
        var recovered = store.recovered();
        assertThat(recovered.hardState()).isEqualTo(HardState.BLANK);
        assertThat(recovered.entries()).containsExactly(entry(1, 1), entry(2, 1), entry(3, 5), entry(4, 5));
    }

    @Test
    void aClusterIsJoinedOnce() {
        store.persist(new StoreWrite(null, List.of(), -1, CLUSTER, null));
        store.persist(new StoreWrite(null, List.of(), -1, CLUSTER, null));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> store.persist(new StoreWrite(null, List.of(), -1, new ClusterId(9, 9), null)));
    }

    @Test
    void aSnapshotReplacesThePrefixAndATailIsKept() throws IOException {
        // given ten entries and a snapshot up to the eighth
        store.persist(appended(entries(1, 10)));
        var point = new SnapshotPoint(new Position(8, 1), membership(), 1);
        store.writeSnapshot(point, out -> out.write("state at 8".getBytes(StandardCharsets.UTF_8)));

        // when the log is cut after the fifth
        store.compact(point, new Position(5, 1));

        // then the snapshot and the entries from the sixth on are found, and what it covers counts as committed
        reopen();
        assertThat(store.recovered()).isEqualTo(
                new Recovered(HardState.BLANK, point, new Position(5, 1), entries(6, 10), 8));
        assertThat(snapshot(point)).isEqualTo("state at 8");

        // and the log goes on
        store.persist(appended(entry(11, 2)));
        reopen();
        assertThat(store.recovered().entries()).hasSize(6).endsWith(entry(11, 2));
    }

    @Test
    void theWholeLogMayGiveWayToASnapshot() throws IOException {
        // given a log that a snapshot covers whole
        store.persist(appended(entries(1, 4)));
        var point = new SnapshotPoint(new Position(4, 1), membership(), 1);
        store.writeSnapshot(point, out -> out.write(1));
        store.compact(point, point.last());

        // then it starts empty behind the snapshot, and goes on
        reopen();
        assertThat(store.recovered()).isEqualTo(new Recovered(HardState.BLANK, point, point.last(), List.of(), 4));
        store.persist(appended(entry(5, 1)));
        reopen();
        assertThat(store.recovered().entries()).containsExactly(entry(5, 1));
    }

    @Test
    void aLongPrefixIsCutWhole() throws IOException {
        // given 1,700 entries
        store.persist(appended(entries(1, 1_700)));
        var point = new SnapshotPoint(new Position(1_650, 1), membership(), 1);
        store.writeSnapshot(point, out -> out.write(1));

        // when nearly all are cut, in as many calls as it takes
        compactWhole(store, point, new Position(1_600, 1));

        // then the hundred behind are left
        reopen();
        var recovered = store.recovered();
        assertThat(recovered.base()).isEqualTo(new Position(1_600, 1));
        assertThat(recovered.entries()).isEqualTo(entries(1_601, 1_700));
    }

    @Test
    void theNewestOfSeveralSnapshotsCounts() throws IOException {
        // given four snapshots, one after the other
        for (long i = 1; i <= 4; i++) {
            String state = "state " + i;
            store.persist(appended(entries(i * 10 - 9, i * 10)));
            var point = new SnapshotPoint(new Position(i * 10, 1), membership(), 1);
            store.writeSnapshot(point, out -> out.write(state.getBytes(StandardCharsets.UTF_8)));
            store.compact(point, new Position(i * 10 - 5, 1));
            assertThat(snapshot(point)).isEqualTo(state);
        }

        // and a fifth that is written but not named
        store.writeSnapshot(new SnapshotPoint(new Position(38, 1), membership(), 1), out -> out.write(5));

        // then the fourth is read
        reopen();
        assertThat(store.recovered().snapshot().last()).isEqualTo(new Position(40, 1));
        assertThat(snapshot(new SnapshotPoint(new Position(40, 1), membership(), 1))).isEqualTo("state 4");
    }

    @Test
    void aSnapshotThatIsWrittenAlreadyWaitsForItsName() throws IOException {
        // given a snapshot that counts, and a later one whose file is there
        store.persist(appended(entries(1, 10)));
        var earlier = new SnapshotPoint(new Position(4, 1), membership(), 1);
        var later = new SnapshotPoint(new Position(8, 1), membership(), 1);
        store.writeSnapshot(earlier, out -> out.write("state at 4".getBytes(StandardCharsets.UTF_8)));
        store.compact(earlier, Position.ZERO);
        store.writeSnapshot(later, out -> out.write("state at 8".getBytes(StandardCharsets.UTF_8)));

        // when the log is first cut once more behind the earlier one
        store.compact(earlier, new Position(2, 1));

        // then the later one may still be named
        compactWhole(store, later, new Position(6, 1));
        reopen();
        assertThat(store.recovered().snapshot()).isEqualTo(later);
        assertThat(snapshot(later)).isEqualTo("state at 8");
    }

    @Test
    void whatASnapshotCoversIsNotDiscarded() throws IOException {
        // given a snapshot up to the third entry, with the tail kept
        store.persist(appended(entries(1, 5)));
        var point = new SnapshotPoint(new Position(3, 1), membership(), 1);
        store.writeSnapshot(point, out -> out.write(1));
        store.compact(point, Position.ZERO);

        // then entries from the fourth on may be replaced, the third not
        assertThatIllegalArgumentException().isThrownBy(() -> store.persist(appended(entry(3, 2))));
        store.persist(appended(entry(4, 2)));
        reopen();
        assertThat(store.recovered().entries()).containsExactly(entry(1, 1), entry(2, 1), entry(3, 1), entry(4, 2));
    }

    @Test
    void aSnapshotThatIsNotOfThisLogIsRefused() throws IOException {
        // given a log with a snapshot
        store.persist(appended(entries(1, 5)));
        var point = new SnapshotPoint(new Position(4, 1), membership(), 1);
        store.writeSnapshot(point, out -> out.write(1));
        store.compact(point, new Position(2, 1));
        var beyond = new SnapshotPoint(new Position(9, 1), membership(), 1);
        var older = new SnapshotPoint(new Position(3, 1), membership(), 1);
        var otherTerm = new SnapshotPoint(new Position(5, 2), membership(), 1);
        for (var wrong : List.of(beyond, older, otherTerm)) {
            store.writeSnapshot(wrong, out -> out.write(1));
        }

        // then none was written for it, or it is older, or beyond the log, or of another term, or its base isn't there
        var unwritten = new SnapshotPoint(new Position(5, 1), membership(), 1);
        for (var wrong : List.of(unwritten, beyond, older, otherTerm)) {
            assertThatIllegalArgumentException().isThrownBy(() -> store.compact(wrong, new Position(2, 1)));
        }
        assertThatIllegalArgumentException().isThrownBy(() -> store.compact(point, new Position(1, 1)));
        assertThatIllegalArgumentException().isThrownBy(() -> store.compact(point, new Position(5, 1)));
        reopen();
        assertThat(store.recovered())
                .isEqualTo(new Recovered(HardState.BLANK, point, new Position(2, 1), entries(3, 5), 4));
    }

    @Test
    void aReceivedSnapshotTakesThePlaceOfTheLog() throws IOException {
        // given a log with a snapshot of its own, and one that a leader has sent, in two pieces
        store.persist(appended(entries(1, 10)));
        var own = new SnapshotPoint(new Position(4, 1), membership(), 1);
        store.writeSnapshot(own, out -> out.write("own".getBytes(StandardCharsets.UTF_8)));
        store.compact(own, new Position(2, 1));
        var point = new SnapshotPoint(new Position(8, 3), membership(), 7);
        receive(point, "sent ", "by a leader");

        // when it is installed, with a term and with what follows
        store.persist(new StoreWrite(new HardState(4, null), point, List.of(entry(9, 4)), 8, null, null));

        // then nothing of the log before is left
        reopen();
        assertThat(store.recovered())
                .isEqualTo(new Recovered(new HardState(4, null), point, point.last(), List.of(entry(9, 4)), 8));
        assertThat(snapshot(point)).isEqualTo("sent by a leader");

        // and the log goes on
        store.persist(appended(entry(10, 4)));
        reopen();
        assertThat(store.recovered().entries()).containsExactly(entry(9, 4), entry(10, 4));
    }

    @Test
    void anEmptyStoreMayBeginWithASnapshot() throws IOException {
        var point = new SnapshotPoint(new Position(8, 3), membership(), 7);
        receive(point, "state");
        store.persist(new StoreWrite(new HardState(4, null), point, List.of(), 8, new ClusterId(1, 2), null));
        reopen();
        assertThat(store.identity().clusterId()).isEqualTo(new ClusterId(1, 2));
        assertThat(store.recovered()).isEqualTo(new Recovered(new HardState(4, null), point, point.last(), List.of(), 8));
        assertThat(snapshot(point)).isEqualTo("state");
    }

    @Test
    void aReceivedSnapshotThatIsNotInstalledChangesNothing() throws IOException {
        // given a snapshot that came whole, and another of which the end is missing
        store.persist(appended(entries(1, 3)));
        receive(new SnapshotPoint(new Position(8, 3), membership(), 7), "whole");
        var half = new SnapshotPoint(new Position(9, 3), membership(), 7);
        try (SnapshotSink sink = store.receiveSnapshot(half)) {
            sink.write("ha".getBytes(StandardCharsets.UTF_8));
        }

        // then the one can't be installed, and of neither is anything found
        assertThatIllegalArgumentException().isThrownBy(() -> store.persist(install(half)));
        reopen();
        assertThat(store.recovered())
                .isEqualTo(new Recovered(HardState.BLANK, SnapshotPoint.NONE, Position.ZERO, entries(1, 3), 0));
    }

    @Test
    void aSnapshotThatGoesBackIsNotInstalled() throws IOException {
        // given a log that is committed up to the third entry
        store.persist(new StoreWrite(new HardState(1, null), entries(1, 5), 3, null, null));
        var old = new SnapshotPoint(new Position(3, 1), membership(), 1);
        receive(old, "old");

        // then a snapshot up to there is refused, and so is a gap behind a later one
        assertThatIllegalArgumentException().isThrownBy(() -> store.persist(install(old)));
        var later = new SnapshotPoint(new Position(4, 1), membership(), 1);
        receive(later, "later");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> store.persist(new StoreWrite(null, later, List.of(entry(6, 1)), -1, null, null)));
        reopen();
        assertThat(store.recovered().entries()).hasSize(5);
    }

    private void receive(SnapshotPoint point, String... pieces) throws IOException {
        try (SnapshotSink sink = store.receiveSnapshot(point)) {
            for (String piece : pieces) {
                sink.write(piece.getBytes(StandardCharsets.UTF_8));
            }
            sink.finish();
        }
    }

    private static StoreWrite install(SnapshotPoint point) {
        return new StoreWrite(null, point, List.of(), -1, null, null);
    }

    @Test
    void aSnapshotThatIsBeingWrittenWhenTheStoreIsClosedFails() throws IOException {
        // given a store that is closed in the middle of a snapshot
        store.persist(appended(entries(1, 5)));
        var point = new SnapshotPoint(new Position(4, 1), membership(), 1);
        assertThatThrownBy(() -> store.writeSnapshot(point, out -> {
            store.close();
            out.write(new byte[100_000]);
        })).isInstanceOfAny(IOException.class, UncheckedIOException.class);

        // then nothing was written for it
        reopen();
        assertThatIllegalArgumentException().isThrownBy(() -> store.compact(point, Position.ZERO));
    }

    @Test
    void aSnapshotThatFailsLeavesTheOneBefore() throws IOException {
        // given a snapshot
        store.persist(appended(entries(1, 5)));
        var point = new SnapshotPoint(new Position(4, 1), membership(), 1);
        store.writeSnapshot(point, out -> out.write("good".getBytes(StandardCharsets.UTF_8)));
        store.compact(point, new Position(2, 1));

        // when the next one fails half-way
        assertThatThrownBy(() -> store.writeSnapshot(new SnapshotPoint(new Position(5, 1), membership(), 1), out -> {
            out.write(new byte[1000]);
            throw new IOException("interrupted by this test");
        })).isInstanceOf(IOException.class).hasMessageContaining("this test");

        // then the store goes on and the first is read
        store.persist(appended(entry(6, 1)));
        reopen();
        assertThat(snapshot(point)).isEqualTo("good");
    }

    @Test
    void aClosedStoreRefuses() {
        store.close();
        store.close();
        assertThatThrownBy(() -> store.persist(appended(entry(1, 1)))).isInstanceOf(UncheckedIOException.class);
        assertThatThrownBy(() -> store.compact(SnapshotPoint.NONE, Position.ZERO))
                .isInstanceOf(UncheckedIOException.class);
    }

    /** A long prefix takes several calls. */
    static void compactWhole(RaftStore store, SnapshotPoint point, Position base) {
        Position before = Position.ZERO;
        Position reached = store.compact(point, base);
        while (!reached.equals(base)) {
            assertThat(reached.index()).isGreaterThan(before.index()).isLessThan(base.index());
            before = reached;
            reached = store.compact(point, base);
        }
    }

    private void reopen() throws IOException {
        store.close();
        store = open();
    }

    private String snapshot(SnapshotPoint point) throws IOException {
        try (var stored = store.readSnapshot(point)) {
            byte[] content = stored.content().readAllBytes();
            assertThat(stored.sizeBytes()).isEqualTo(content.length);
            CRC32C crc = new CRC32C();
            crc.update(content);
            assertThat(stored.crc()).isEqualTo((int) crc.getValue());
            return new String(content, StandardCharsets.UTF_8);
        }
    }

    static StoreWrite appended(Entry... entries) {
        return appended(List.of(entries));
    }

    static StoreWrite appended(List<Entry> entries) {
        return new StoreWrite(null, entries, -1, null, null);
    }

    static Entry entry(long index, long term) {
        byte[] command = ("command " + index + " of term " + term).getBytes(StandardCharsets.UTF_8);
        return new Entry(new Position(index, term), new Payload.Command(Bytes.wrap(command)));
    }

    static List<Entry> entries(long first, long last) {
        List<Entry> entries = new ArrayList<>();
        for (long index = first; index <= last; index++) {
            entries.add(entry(index, 1));
        }
        return entries;
    }

    static Membership membership() {
        var addresses = new TreeMap<NodeId, String>();
        addresses.put(NODE, "a:9000");
        return Membership.of(new TreeSet<>(List.of(new ReplicaId(NODE, new StorageId(1, 2)), OTHER)), addresses);
    }
}
