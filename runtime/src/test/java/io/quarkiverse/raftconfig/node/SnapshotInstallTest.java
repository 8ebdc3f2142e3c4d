package io.quarkiverse.raftconfig.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.function.BiPredicate;
import java.util.zip.CRC32C;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.quarkiverse.raftconfig.core.Bytes;
import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.core.RaftSettings;
import io.quarkiverse.raftconfig.core.ReplicaId;
import io.quarkiverse.raftconfig.core.SnapshotPoint;
import io.quarkiverse.raftconfig.node.PeerRequest.InstallSnapshot;
import io.quarkiverse.raftconfig.state.Outcome;
import io.quarkiverse.raftconfig.state.PublishedState;
import io.quarkiverse.raftconfig.state.StoreLimits;

/** §7: a node that was away for longer than the log reaches back is caught up by a snapshot. */
class SnapshotInstallTest {
    private static final int CHUNK_BYTES = 40;

    private final VirtualCluster cluster = new VirtualCluster(3, 1).with(SnapshotInstallTest::withShortLogs);
    private final List<InstallSnapshot> chunks = new ArrayList<>();
    private NodeId away = VirtualCluster.id(1);
    private int written;

    /** A snapshot every twenty entries, of which no tail is kept; it goes in several chunks. */
    private static NodeSettings withShortLogs(NodeSettings its) {
        RaftSettings raft = new RaftSettings(1000, 100, 1000, 4, 10_000, 64 << 20, 0);
        return new NodeSettings(raft, its.members(), 20, its.snapshotBytes(), its.inFlightMax(), its.idempotencyKeysMax(),
                its.idempotencyAgeMillis(), StoreLimits.DEFAULTS).withSnapshotChunks(CHUNK_BYTES);
    }

    @BeforeEach
    void oneIsAway() {
        cluster.startAll();
        cluster.awaitLeader();
        write(30);
        away = cluster.follower();
        cluster.crash(away);
        write(100);
        cluster.time().passMillis(1_000);
        loseChunks((receiver, chunk) -> false);
    }

    private void write(int count) {
        for (int i = 0; i < count; i++) {
            cluster.get(cluster.put(cluster.leader(), "name" + written % 10, "value" + written));
            written++;
        }
    }

    private void awaitCaughtUp() {
        cluster.await(() -> cluster.node(away).status().caughtUp());
        assertThat(cluster.value(away, "name" + (written - 1) % 10)).isEqualTo("value" + (written - 1));
        assertThat(cluster.node(away).state().properties()).isEqualTo(cluster.node(cluster.leader()).state().properties());
    }

    /** Chunks that are sent are noted, and lost if {@code rule} says so. */
    private void loseChunks(BiPredicate<NodeId, InstallSnapshot> rule) {
        cluster.network().lose((receiver, what) -> {
            if (what instanceof InstallSnapshot chunk) {
                chunks.add(chunk);
                return rule.test(receiver, chunk);
            }
            return false;
        });
    }

    private List<Long> offsets() {
        return chunks.stream().map(InstallSnapshot::offset).toList();
    }

    @Test
    void isCaughtUpWhileWritesGoOn() {
        // given a node that comes back, and hears of every change
        RaftNode node = cluster.start(away);
        List<PublishedState> heard = new ArrayList<>(List.of(node.state()));
        node.addListener(new NodeListener() {
            @Override
            public void stateChanged(PublishedState before, PublishedState after) {
                assertThat(before).isSameAs(heard.get(heard.size() - 1));
                heard.add(after);
            }
        });
        long revision = node.state().revision();

        // when writes go on
        write(10);
        awaitCaughtUp();

        // then it got the snapshot, once and in several chunks, and went on from there by the log
        assertThat(chunks.size()).isGreaterThan(3);
        assertThat(offsets()).isSorted().doesNotHaveDuplicates();
        assertThat(node.status().snapshotIndex()).isGreaterThan(100);

        // and the state has only gone forward, in a few large steps
        cluster.time().passMillis(100);
        assertThat(heard.get(0).revision()).isEqualTo(revision);
        assertThat(heard).extracting(PublishedState::revision).isSorted().doesNotHaveDuplicates();
        assertThat(heard.get(heard.size() - 1)).isSameAs(node.state());
    }

    @Test
    void keepsWhatItInstalledAcrossACrash() {
        // given a node that has installed a snapshot, when it crashes and starts alone
        cluster.start(away);
        awaitCaughtUp();
        cluster.time().passMillis(1_000);
        cluster.crash(away);
        cluster.network().isolate(Set.of(away));
        cluster.network().cut(away, cluster.leader());
        cluster.start(away);

        // then it begins with that snapshot
        assertThat(cluster.value(away, "name" + (written - 1) % 10)).isNotNull();
        assertThat(cluster.node(away).status().snapshotIndex()).isGreaterThan(100);
    }

    @Test
    void takesPartWithWhatItInstalled() {
        // given a node that has installed a snapshot
        cluster.start(away);
        awaitCaughtUp();

        // when only it and the leader are left, then it makes a majority
        cluster.crash(cluster.running().stream().filter(id -> !id.equals(away) && !id.equals(cluster.leader())).findFirst()
                .orElseThrow());
        write(30);

        // and when it restarts, then what it has acknowledged is there
        cluster.crash(away);
        cluster.start(away);
        awaitCaughtUp();
    }

    @Test
    void goesOnWhereItStoppedWhenChunksAreLost() {
        // given a network that loses the fifth chunk, and all that follow, for a while
        boolean[] lossy = { true };
        loseChunks((receiver, chunk) -> lossy[0] && chunk.offset() >= 4 * CHUNK_BYTES);
        cluster.start(away);
        cluster.await(() -> chunks.size() >= 7);
        assertThat(cluster.node(away).status().caughtUp()).isFalse();

        // when it is well again, then the transfer goes on, and nothing that had arrived is sent again
        lossy[0] = false;
        awaitCaughtUp();
        assertThat(offsets().stream().filter(offset -> offset < 4 * CHUNK_BYTES)).doesNotHaveDuplicates();
        assertThat(chunks).extracting(InstallSnapshot::transferId).containsOnly(chunks.get(0).transferId());
    }

    @Test
    void isNotSentAgainAndAgainWhileThePeerCannotBeReached() {
        // given a network that loses all chunks
        loseChunks((receiver, chunk) -> true);
        cluster.start(away);

        // when a minute passes, then there were no more attempts than time-outs of four seconds allow
        cluster.time().passMillis(60_000);
        assertThat(chunks.size()).isBetween(5, 16);
    }

    @Test
    void whoGetsTheSnapshotPieceByPieceBecomesAVoter() {
        // given a network that loses each chunk once, and a new node, which needs them
        Set<Long> lost = new HashSet<>();
        loseChunks((receiver, chunk) -> lost.add(chunk.offset()));
        NodeId added = VirtualCluster.id(4);
        cluster.startBlank(added);
        NodeStatus before = cluster.node(cluster.leader()).status();

        // when it is to be a voter
        SortedMap<NodeId, Seat> members = new TreeMap<>(MembershipUpkeep.seats(before.membership()));
        members.put(added, new Seat(added + ":7420", true));
        cluster.node(cluster.leader()).changeMembership(new MembershipRequest(before.membershipIndex(), members), 60_000);

        // then it becomes one, though more sendings ended early than may end in vain
        for (int i = 0; i < 100 && cluster.node(added).status().place() != NodeStatus.Place.VOTER; i++) {
            cluster.time().passMillis(1_000);
        }
        assertThat(lost).hasSizeGreaterThan(5);
        assertThat(cluster.node(added).status().place()).isEqualTo(NodeStatus.Place.VOTER);
    }

    @Test
    void whoNeverGetsTheSnapshotBecomesNoVoter() {
        // given a network that loses all chunks, and a new node, which needs them
        loseChunks((receiver, chunk) -> true);
        NodeId added = VirtualCluster.id(4);
        cluster.startBlank(added);
        NodeStatus before = cluster.node(cluster.leader()).status();

        // when it is to be a voter
        SortedMap<NodeId, Seat> members = new TreeMap<>(MembershipUpkeep.seats(before.membership()));
        members.put(added, new Seat(added + ":7420", true));
        long begunAt = cluster.time().nowMillis();
        CompletionStage<Long> changed = cluster.node(cluster.leader())
                .changeMembership(new MembershipRequest(before.membershipIndex(), members), 60_000);

        // then that is refused after a few attempts, and the members are as they were
        assertThat(cluster.failureText(changed)).startsWith("CONFLICT").contains("n4", "does not take up the log");
        assertThat(cluster.time().nowMillis() - begunAt).isBetween(15_000L, 30_000L);
        assertThat(cluster.node(cluster.leader()).status().membership()).isEqualTo(before.membership());
        assertThat(cluster.node(cluster.leader()).status().changing()).isFalse();
    }

    @Test
    void aCrashOfTheReceiverBeginsAnew() {
        // given a receiver that crashes in the middle
        loseChunks((receiver, chunk) -> chunk.offset() >= 3 * CHUNK_BYTES);
        cluster.start(away);
        cluster.await(() -> chunks.size() >= 4);
        cluster.crash(away);

        // when it comes back, then the leader, who goes on in the middle, is told to begin again
        loseChunks((receiver, chunk) -> false);
        cluster.start(away);
        awaitCaughtUp();
        assertThat(offsets().stream().filter(offset -> offset == 0)).hasSize(2);
    }

    @Test
    void aNewLeaderBeginsAnew() {
        // given a leader that crashes in the middle of a transfer
        NodeId first = cluster.leader();
        loseChunks((receiver, chunk) -> chunk.offset() >= 3 * CHUNK_BYTES);
        cluster.start(away);
        cluster.await(() -> chunks.size() >= 4);
        cluster.crash(first);

        // when another one leads, then its snapshot takes the place of the one that was begun
        loseChunks((receiver, chunk) -> false);
        cluster.await(() -> cluster.leaderOrNull() != null && cluster.node(away).status().caughtUp());
        assertThat(cluster.leader()).isNotEqualTo(away);
        write(5);
        cluster.await(() -> ("value" + (written - 1)).equals(cluster.value(away, "name" + (written - 1) % 10)));
        assertThat(chunks.stream().map(InstallSnapshot::term).distinct()).hasSize(2).isSorted();
        assertThat(chunks.stream().filter(chunk -> chunk.offset() == 0)).hasSize(2);
    }

    @Test
    void aDiskThatRefusesTheSnapshotDegrades() {
        // given a node whose disk is full
        cluster.start(away);
        cluster.store(away).refuseSnapshots();

        // when the snapshot comes, then it takes no part any more, and the others go on
        cluster.await(() -> cluster.node(away).status().degraded() != null);
        write(10);
    }

    @Test
    void aWriteThatTheSnapshotHasPassedIsOfUnknownOutcome() {
        // given a leader that is cut off with a write in its log
        cluster.start(away);
        awaitCaughtUp();
        NodeId old = cluster.leader();
        cluster.network().isolate(Set.of(old));
        CompletionStage<Outcome> write = cluster.node(old).propose(VirtualCluster.write("x", "y", null), 3_600_000);
        cluster.time().passMillis(10_000);

        // when the others have gone on without it, and it is caught up by their snapshot
        write(100);
        cluster.time().passMillis(1_000);
        cluster.network().heal();

        // then nobody knows whether the write was committed before, and that is what is said
        assertThat(cluster.failure(write)).isEqualTo(PeerResponse.Kind.OUTCOME_UNKNOWN);
        cluster.await(() -> cluster.node(old).status().caughtUp());
        assertThat(cluster.value(old, "x")).isNull();
    }

    // Chunks that come as they please.

    @Test
    void chunksThatDoNotFitChangeNothing() throws IOException {
        // given a receiver, and the chunks of the leader's snapshot
        loseChunks((receiver, chunk) -> true);
        cluster.start(away);
        cluster.await(() -> !chunks.isEmpty());
        List<InstallSnapshot> whole = chunksOf(snapshot(), 1_000);
        InstallSnapshot first = whole.get(0);
        InstallSnapshot second = whole.get(1);

        // when one comes that is not the first, then it begins nothing
        assertThat(answer(second)).isEqualTo(expects(0));

        // when they are doubled, overtake each other, or are damaged, then the next one that fits is asked for
        assertThat(answer(first)).isEqualTo(expects(CHUNK_BYTES));
        assertThat(answer(first)).isEqualTo(expects(CHUNK_BYTES));
        assertThat(answer(whole.get(2))).isEqualTo(expects(CHUNK_BYTES));
        assertThat(answer(damaged(second))).isEqualTo(expects(CHUNK_BYTES));
        assertThat(answer(second)).isEqualTo(expects(2 * CHUNK_BYTES));

        // when one comes of an earlier transfer, or term, then it is refused
        assertThat(answer(chunksOf(snapshot(), 999).get(0))).isInstanceOf(PeerResponse.Failed.class);
        InstallSnapshot ofEarlierTerm = new InstallSnapshot(0, 2_000, first.point(), first.sizeBytes(), first.crc(), 0,
                first.chunk(), first.chunkCrc());
        assertThat(answer(ofEarlierTerm)).isInstanceOf(PeerResponse.Failed.class);
        assertThat(answer(second)).isEqualTo(expects(2 * CHUNK_BYTES));

        // when a later transfer begins, then it takes its place
        List<InstallSnapshot> later = chunksOf(snapshot(), 1_001);
        assertThat(answer(later.get(0))).isEqualTo(expects(CHUNK_BYTES));
        assertThat(answer(whole.get(2))).isInstanceOf(PeerResponse.Failed.class);

        // when all of it has come, then it is installed, and needs not come again
        for (InstallSnapshot chunk : later.subList(1, later.size() - 1)) {
            assertThat(answer(chunk)).isEqualTo(expects(chunk.offset() + CHUNK_BYTES));
        }
        long before = cluster.node(away).state().revision();
        assertThat(answer(later.get(later.size() - 1))).isEqualTo(new PeerResponse.SnapshotInstalled());
        assertThat(cluster.node(away).state().revision()).isGreaterThan(before);
        assertThat(answer(later.get(0))).isEqualTo(new PeerResponse.SnapshotInstalled());
        awaitCaughtUp();
    }

    @Test
    void aWholeThatDoesNotMatchItsChecksumIsThrownAway() throws IOException {
        // given chunks that match their checksums, of a whole that does not
        loseChunks((receiver, chunk) -> true);
        cluster.start(away);
        cluster.await(() -> !chunks.isEmpty());
        byte[] content = snapshot();
        List<InstallSnapshot> mixed = new ArrayList<>(chunksOf(content, 1_000));
        InstallSnapshot last = mixed.remove(mixed.size() - 1);
        mixed.forEach(this::answer);
        byte[] other = last.chunk().toArray();
        other[0]++;

        // when the last comes, then nothing is installed, and it is to begin again
        assertThat(answer(chunk(last, Bytes.wrap(other)))).isEqualTo(expects(0));
        assertThat(answer(last)).isEqualTo(expects(0));
        loseChunks((receiver, chunk) -> false);
        awaitCaughtUp();
    }

    @Test
    void whatCanBeNoSnapshotIsRefused() throws IOException {
        loseChunks((receiver, chunk) -> true);
        cluster.start(away);
        cluster.await(() -> !chunks.isEmpty());
        InstallSnapshot first = chunksOf(snapshot(), 1_000).get(0);
        for (long[] wrong : new long[][] { { Long.MAX_VALUE, 0 }, { 1L << 31, 0 }, { 10, 0 }, { first.sizeBytes(), -1 },
                { first.sizeBytes(), first.sizeBytes() }, { first.sizeBytes(), Long.MAX_VALUE } }) {
            assertThat(answer(new InstallSnapshot(first.term(), 1_000, first.point(), wrong[0], first.crc(), wrong[1],
                    first.chunk(), first.chunkCrc()))).as("%d at %d", wrong[0], wrong[1])
                    .isInstanceOf(PeerResponse.Failed.class);
        }
    }

    private PeerResponse answer(InstallSnapshot chunk) {
        ReplicaId leader = cluster.node(cluster.leader()).status().identity().replica();
        return cluster.get(cluster.network().ask(leader, away, chunk));
    }

    private static PeerResponse expects(long offset) {
        return new PeerResponse.SnapshotChunk(offset);
    }

    private SnapshotPoint point() {
        return chunks.get(0).point();
    }

    private byte[] snapshot() throws IOException {
        try (StoredSnapshot stored = cluster.store(cluster.leader()).readSnapshot(point())) {
            return stored.content().readAllBytes();
        }
    }

    private List<InstallSnapshot> chunksOf(byte[] content, long transferId) {
        List<InstallSnapshot> all = new ArrayList<>();
        for (int at = 0; at < content.length; at += CHUNK_BYTES) {
            byte[] chunk = Arrays.copyOfRange(content, at, Math.min(content.length, at + CHUNK_BYTES));
            all.add(new InstallSnapshot(chunks.get(0).term(), transferId, point(), content.length, crc(content), at,
                    Bytes.wrap(chunk), crc(chunk)));
        }
        assertThat(all.size()).isGreaterThan(3);
        return all;
    }

    private static InstallSnapshot damaged(InstallSnapshot chunk) {
        byte[] bytes = chunk.chunk().toArray();
        bytes[1]++;
        return new InstallSnapshot(chunk.term(), chunk.transferId(), chunk.point(), chunk.sizeBytes(), chunk.crc(),
                chunk.offset(), Bytes.wrap(bytes), chunk.chunkCrc());
    }

    private static InstallSnapshot chunk(InstallSnapshot like, Bytes bytes) {
        return new InstallSnapshot(like.term(), like.transferId(), like.point(), like.sizeBytes(), like.crc(), like.offset(),
                bytes, crc(bytes.toArray()));
    }

    private static int crc(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }
}
