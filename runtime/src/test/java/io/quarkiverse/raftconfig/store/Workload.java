package io.quarkiverse.raftconfig.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.core.Bytes;
import io.quarkiverse.raftconfig.core.ClusterId;
import io.quarkiverse.raftconfig.core.Entry;
import io.quarkiverse.raftconfig.core.FoundingRecord;
import io.quarkiverse.raftconfig.core.HardState;
import io.quarkiverse.raftconfig.core.Payload;
import io.quarkiverse.raftconfig.core.Position;
import io.quarkiverse.raftconfig.core.Recovered;
import io.quarkiverse.raftconfig.core.SnapshotPoint;
import io.quarkiverse.raftconfig.node.RaftStore;
import io.quarkiverse.raftconfig.node.SnapshotSink;
import io.quarkiverse.raftconfig.node.StoreWrite;

/**
 * What a node does to its store, at random: appends, conflicting suffixes, terms and votes, snapshots with a cut of the log,
 * and
 * installs of snapshots that a leader has sent.
 * It keeps track of what the store must hold.
 */
final class Workload {
    /** All that a start finds. */
    record Found(Recovered log, Optional<ClusterId> clusterId, Optional<FoundingRecord> founding) {
        static Found in(RaftStore store) {
            return new Found(store.recovered(), Optional.ofNullable(store.identity().clusterId()),
                    Optional.ofNullable(store.founding()));
        }
    }

    private static final ClusterId CLUSTER = new ClusterId(7, 8);

    private final SplittableRandom random;
    /** What was acknowledged. */
    private Found acknowledged = new Found(Recovered.BLANK, Optional.empty(), Optional.empty());
    /** What the write under way asks for; null if none is. */
    private @Nullable Found asked;
    private boolean compacting;

    Workload(SplittableRandom random) {
        this.random = random;
    }

    /** One that knows the same, and goes on in a way of its own. */
    Workload copy(long seed) {
        Workload copy = new Workload(new SplittableRandom(seed));
        copy.acknowledged = acknowledged;
        copy.asked = asked;
        copy.compacting = compacting;
        return copy;
    }

    Found acknowledged() {
        return acknowledged;
    }

    /** Does one thing, and notes it once the store has returned. */
    void step(RaftStore store) throws IOException {
        int choice = random.nextInt(10);
        if (choice == 0 && acknowledged.log.entries().size() > 2) {
            snapshot(store);
            return;
        }
        if (choice == 3 && random.nextInt(3) == 0) {
            install(store);
            return;
        }
        persist(store, choice == 1 ? vote() : choice == 2 ? conflict() : append());
    }

    /** Writes one entry of some bytes, which takes a few sectors of a journal. */
    void smallStep(RaftStore store) {
        Position last = last();
        long term = Math.max(last.term(), Math.max(1, acknowledged.log.hardState().term()));
        byte[] command = new byte[random.nextInt(1, 400)];
        random.nextBytes(command);
        persist(store, new StoreWrite(null, List.of(new Entry(new Position(last.index() + 1, term),
                new Payload.Command(Bytes.wrap(command)))), -1, null, null));
    }

    private void persist(RaftStore store, StoreWrite write) {
        asked = after(write);
        store.persist(write);
        acknowledged = asked;
        asked = null;
    }

    /** True if a start after a crash may find this: what was acknowledged, and what was asked for whole or not at all. */
    boolean allows(Found found) {
        if (found.equals(acknowledged) || found.equals(asked)) {
            return true;
        }
        return asked != null && compacting && isHalfCompacted(found, acknowledged.log, asked.log);
    }

    /** Goes on from what a start has found. */
    void restart(Found found) {
        acknowledged = found;
        asked = null;
    }

    /** The snapshot counts already, and of the prefix a part is cut. */
    private boolean isHalfCompacted(Found found, Recovered before, Recovered after) {
        long cut = found.log.base().index() - before.base().index();
        return found.log.snapshot().equals(after.snapshot()) && cut >= 0
                && found.log.base().index() <= after.base().index()
                && found.log.entries().equals(before.entries().subList((int) cut, before.entries().size()))
                && found.log.hardState().equals(after.hardState()) && found.log.commitIndex() == after.commitIndex()
                && found.clusterId.equals(acknowledged.clusterId) && found.founding.equals(acknowledged.founding);
    }

    private StoreWrite append() {
        Position last = last();
        long term = Math.max(last.term(), Math.max(1, acknowledged.log.hardState().term()));
        return new StoreWrite(null, someEntries(last, term), random.nextBoolean() ? last.index() : -1,
                random.nextInt(8) == 0 ? CLUSTER : null, null);
    }

    private StoreWrite conflict() {
        Recovered log = acknowledged.log;
        long first = Math.max(log.snapshot().last().index(), log.commitIndex()) + 1;
        if (first > last().index()) {
            return append();
        }
        long from = random.nextLong(first, last().index() + 1);
        long term = last().term() + 1;
        return new StoreWrite(new HardState(Math.max(term, log.hardState().term()), log.hardState().term() < term ? null
                : log.hardState().votedFor()), someEntries(positionAt(from - 1), term), -1, null, null);
    }

    private StoreWrite vote() {
        long term = acknowledged.log.hardState().term() + 1;
        FoundingRecord founding = random.nextInt(4) == 0
                ? new FoundingRecord(term, RaftStoreContract.OTHER, term, null, 0)
                : null;
        return new StoreWrite(new HardState(term, random.nextBoolean() ? RaftStoreContract.OTHER : null), List.of(), -1, null,
                founding);
    }

    private List<Entry> someEntries(Position before, long term) {
        List<Entry> entries = new ArrayList<>();
        int count = random.nextInt(20) == 0 ? 40 : 1 + random.nextInt(4);
        for (int i = 1; i <= count; i++) {
            byte[] command = new byte[sizeOfCommand()];
            random.nextBytes(command);
            Payload payload = command.length == 0 ? Payload.NoOp.INSTANCE : new Payload.Command(Bytes.wrap(command));
            entries.add(new Entry(new Position(before.index() + i, term), payload));
        }
        return entries;
    }

    private int sizeOfCommand() {
        int kind = random.nextInt(60);
        return kind == 0 ? 30_000 : kind < 4 ? 0 : random.nextInt(1, 400);
    }

    /** A snapshot beyond what is committed, sometimes with a later term, and with entries behind it. */
    private void install(RaftStore store) throws IOException {
        Recovered log = acknowledged.log;
        long term = last().term() + 1;
        Position at = new Position(log.commitIndex() + 1 + random.nextInt(30), term);
        SnapshotPoint point = new SnapshotPoint(at, RaftStoreContract.membership(), 1);
        byte[] content = contentOf(point);
        try (SnapshotSink sink = store.receiveSnapshot(point)) {
            int half = random.nextInt(1, content.length + 1);
            sink.write(Arrays.copyOf(content, half));
            if (half < content.length) {
                sink.write(Arrays.copyOfRange(content, half, content.length));
            }
            if (random.nextInt(4) == 0) {
                // The transfer has broken off.
                return;
            }
            sink.finish();
        }
        HardState hardState = log.hardState().term() >= term ? null : new HardState(term, null);
        persist(store, new StoreWrite(hardState, point, random.nextBoolean() ? List.of() : someEntries(at, term), -1,
                random.nextInt(8) == 0 ? CLUSTER : null, null));
    }

    private void snapshot(RaftStore store) throws IOException {
        Recovered log = acknowledged.log;
        long first = Math.max(log.base().index() + 1, Math.max(1, log.snapshot().last().index()));
        Position at = positionAt(random.nextLong(first, last().index() + 1));
        Position base = positionAt(random.nextLong(log.base().index(), at.index() + 1));
        SnapshotPoint point = new SnapshotPoint(at, RaftStoreContract.membership(), 1);
        store.writeSnapshot(point, out -> out.write(contentOf(point)));
        Recovered after = new Recovered(log.hardState(), point, base,
                log.entries().subList((int) (base.index() - log.base().index()), log.entries().size()),
                Math.max(log.commitIndex(), at.index()));
        asked = new Found(after, acknowledged.clusterId, acknowledged.founding);
        compacting = true;
        RaftStoreContract.compactWhole(store, point, base);
        compacting = false;
        acknowledged = asked;
        asked = null;
    }

    /** Depends on the position only, so that one written twice is the same. */
    static byte[] contentOf(SnapshotPoint point) {
        byte[] content = new byte[(int) (point.last().index() * 7 % 900)];
        new SplittableRandom(point.last().index()).nextBytes(content);
        return content.length == 0 ? "none".getBytes(StandardCharsets.UTF_8) : content;
    }

    private Found after(StoreWrite write) {
        Recovered log = acknowledged.log;
        SnapshotPoint installed = write.install();
        if (installed != null) {
            log = new Recovered(log.hardState(), installed, installed.last(), List.of(), installed.last().index());
        }
        List<Entry> entries = new ArrayList<>(log.entries());
        if (!write.entries().isEmpty()) {
            entries = new ArrayList<>(entries.subList(0, (int) (write.entries().get(0).index() - log.base().index() - 1)));
            entries.addAll(write.entries());
        }
        long last = log.base().index() + entries.size();
        HardState hardState = write.hardState() != null ? write.hardState() : log.hardState();
        return new Found(new Recovered(hardState, log.snapshot(), log.base(), entries,
                Math.min(last, Math.max(log.commitIndex(), write.commitIndex()))),
                write.clusterId() != null ? Optional.of(write.clusterId()) : acknowledged.clusterId,
                write.founding() != null ? Optional.of(write.founding()) : acknowledged.founding);
    }

    private Position last() {
        return positionAt(acknowledged.log.base().index() + acknowledged.log.entries().size());
    }

    private Position positionAt(long index) {
        long at = index - acknowledged.log.base().index();
        return at == 0 ? acknowledged.log.base() : acknowledged.log.entries().get((int) at - 1).position();
    }

    /** Reads the snapshot that counts, if there is one, and compares it with what was written. */
    static boolean snapshotIsWhole(RaftStore store, Found found) {
        SnapshotPoint point = found.log.snapshot();
        if (point.equals(SnapshotPoint.NONE)) {
            return true;
        }
        try (var stored = store.readSnapshot(point)) {
            return Arrays.equals(stored.content().readAllBytes(), contentOf(point));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
