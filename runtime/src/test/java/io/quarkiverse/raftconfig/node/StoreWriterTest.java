package io.quarkiverse.raftconfig.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;

import org.junit.jupiter.api.Test;

import io.quarkiverse.raftconfig.core.Bytes;
import io.quarkiverse.raftconfig.core.ClusterId;
import io.quarkiverse.raftconfig.core.Entry;
import io.quarkiverse.raftconfig.core.FoundingRecord;
import io.quarkiverse.raftconfig.core.HardState;
import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.core.Payload;
import io.quarkiverse.raftconfig.core.Position;
import io.quarkiverse.raftconfig.core.StorageId;
import io.quarkiverse.raftconfig.sim.VirtualTime;

/** Group commit: what gathers while the disk is busy becomes durable together, in order, or not at all. */
class StoreWriterTest {
    private final VirtualTime time = new VirtualTime();
    private final VirtualLoop loop = new VirtualLoop(time);
    private final VirtualLanes lanes = new VirtualLanes(time, () -> 1_000);
    private final InMemoryRaftStore store = new InMemoryRaftStore.Disk(new NodeId("n1"), new StorageId(1, 1)).open();
    private final List<StoreWrite> commits = new ArrayList<>();
    private final List<String> told = new ArrayList<>();
    private final StoreWriter writer = new StoreWriter(store, lanes.store(), loop, new StoreWriter.Events() {
        @Override
        public void committed() {
            told.add("committed");
        }

        @Override
        public void failed(Throwable cause) {
            told.add("failed");
        }
    });

    StoreWriterTest() {
        store.beforePersist(commits::add);
    }

    private static Entry entry(long index, long term) {
        return new Entry(new Position(index, term), new Payload.Command(Bytes.wrap(new byte[] { (byte) term })));
    }

    private static StoreWrite append(Entry... entries) {
        return new StoreWrite(new HardState(entries[entries.length - 1].term(), null), List.of(entries), 0, null, null);
    }

    private void write(String name, StoreWrite write) {
        writer.write(write, () -> told.add(name));
    }

    @Test
    void gathersWhileACommitIsUnderWay() {
        // given a commit, and a disk that is busy with it
        write("first", append(entry(1, 1)));
        time.passMillis(10);
        lanes.holdStore();

        // when three more come
        write("second", append(entry(2, 1)));
        write("third", append(entry(3, 1)));
        write("fourth", append(entry(4, 1)));
        lanes.releaseStore();
        time.passMillis(10);

        // then the disk was forced twice, and each was told in order
        assertThat(commits).hasSize(2);
        assertThat(commits.get(1).entries()).containsExactly(entry(2, 1), entry(3, 1), entry(4, 1));
        assertThat(told).containsExactly("first", "committed", "second", "third", "fourth", "committed");
    }

    @Test
    void mergesAsIfOneAfterTheOther() {
        // given writes of which a later one takes back entries of an earlier one (§5.3)
        ClusterId cluster = new ClusterId(1, 2);
        FoundingRecord founding = new FoundingRecord(3, null, 0, null, 0);
        StoreWrite first = new StoreWrite(new HardState(1, null), List.of(entry(5, 1), entry(6, 1), entry(7, 1)), 4,
                cluster, null);
        StoreWrite second = new StoreWrite(null, List.of(), -1, null, founding);
        StoreWrite third = new StoreWrite(new HardState(2, null), List.of(entry(6, 2)), 5, null, null);

        // when they are merged
        StoreWrite merged = StoreWrite.merged(List.of(first, second, third));

        // then what is left is what the last one leaves
        assertThat(merged).isEqualTo(new StoreWrite(new HardState(2, null), List.of(entry(5, 1), entry(6, 2)), 5, cluster,
                founding));
    }

    @Test
    void mergesAnEarlierTruncationWithALaterAppend() {
        // when the second goes behind the beginning of the first, and the third goes on from there
        StoreWrite merged = StoreWrite.merged(List.of(append(entry(8, 1), entry(9, 1)), append(entry(4, 2)),
                append(entry(5, 2), entry(6, 2))));

        // then nothing is left of the first
        assertThat(merged.entries()).containsExactly(entry(4, 2), entry(5, 2), entry(6, 2));
    }

    @Test
    void doesNotMergeBeyondWhatAJournalHolds() {
        // given a busy disk and three writes of two megabytes
        lanes.holdStore();
        for (int i = 1; i <= 3; i++) {
            Payload large = new Payload.Command(Bytes.wrap(new byte[2 << 20]));
            write("large", new StoreWrite(null, List.of(new Entry(new Position(i, 1), large)), -1, null, null));
        }

        // when it goes on
        lanes.releaseStore();
        time.passMillis(10);

        // then no commit is larger than four megabytes
        assertThat(commits).extracting(write -> write.entries().size()).containsExactly(1, 1, 1);
    }

    @Test
    void tellsNobodyWhoseWriteWasNotMadeAndAsksNeverAgain() {
        // given a disk that fails
        store.breakDisk();

        // when two are written, and a third after the failure
        write("first", append(entry(1, 1)));
        time.passMillis(10);
        write("second", append(entry(2, 1)));
        time.passMillis(10);

        // then neither is durable, the node is told once, and the store can still be closed
        assertThat(told).containsExactly("failed");
        writer.close(() -> {
        }, () -> told.add("closed"));
        time.passMillis(10);
        assertThat(told).containsExactly("failed", "closed", "committed");
    }

    @Test
    void tellsOfAnErrorAsOfAnyFailure() {
        // given a commit for which there is no memory
        store.beforePersist(write -> {
            throw new OutOfMemoryError("of this test");
        });

        // when something is written
        write("first", append(entry(1, 1)));
        time.passMillis(10);

        // then the node is told, and the store can still be closed
        assertThat(told).containsExactly("failed");
        writer.close(() -> told.add("afterwards"), () -> told.add("closed"));
        time.passMillis(10);
        assertThat(told).containsExactly("failed", "afterwards", "closed", "committed");
    }

    @Test
    void closesTheStoreThoughTheLoopHasEnded() {
        // given a disk that is busy, and a loop that refuses tasks by the time that it answers
        Loop ended = new Loop() {
            @Override
            public void execute(Runnable task) {
                throw new RejectedExecutionException("of this test");
            }

            @Override
            public Timer schedule(long delayMillis, Runnable task) {
                throw new RejectedExecutionException("of this test");
            }

            @Override
            public long nowMillis() {
                return 0;
            }

            @Override
            public long wallClockMillis() {
                return 0;
            }
        };
        StoreWriter late = new StoreWriter(store, lanes.store(), ended, new StoreWriter.Events() {
            @Override
            public void committed() {
                told.add("committed");
            }

            @Override
            public void failed(Throwable cause) {
                told.add("failed");
            }
        });
        late.write(append(entry(1, 1)), () -> told.add("first"));

        // when the store is closed behind it
        late.close(() -> told.add("afterwards"), () -> told.add("closed"));
        time.passMillis(10);

        // then what was given was done, though nobody hears of it
        assertThat(commits).hasSize(1);
        assertThat(told).containsExactly("afterwards");
    }

    @Test
    void knowsSinceWhenTheDiskOwesAnAnswer() {
        // given an idle disk
        assertThat(writer.waitingSinceMillis()).isEqualTo(Long.MAX_VALUE);

        // when it is given two writes
        time.passMillis(7);
        write("first", append(entry(1, 1)));
        lanes.holdStore();
        time.passMillis(5);
        write("second", append(entry(2, 1)));

        // then the older one counts, until it is answered
        assertThat(writer.waitingSinceMillis()).isEqualTo(7);
        lanes.releaseStore();
        time.passMillis(10);
        assertThat(writer.waitingSinceMillis()).isEqualTo(Long.MAX_VALUE);
    }
}
