package io.quarkiverse.raftconfig.node;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.core.Entry;
import io.quarkiverse.raftconfig.core.Position;
import io.quarkiverse.raftconfig.core.SnapshotPoint;

/**
 * Hands what is to be remembered to the store thread, in order. While one commit is under way the next writes gather, and
 * are then made durable together: the disk is forced once for all of them (group commit).
 *
 * <pre>
 * loop:          w1   w2 w3 w4           w5
 * store thread:  [ commit w1 ][ commit w2+w3+w4 ][ commit w5 ]
 * loop:                       w1 durable         w2, w3, w4 durable
 * </pre>
 *
 * A store that has failed once is not asked again.
 */
final class StoreWriter {
    /** So that a commit does not outgrow the store's journal; a larger single write still goes, alone. */
    private static final int GROUP_BYTES_MAX = 4 << 20;

    private final RaftStore store;
    private final Executor lane;
    private final Loop loop;
    private final Events events;

    private final Queue<Job> jobs = new ConcurrentLinkedQueue<>();
    private final AtomicInteger openJobs = new AtomicInteger();

    /** Seen by the store thread alone. */
    private boolean failed;

    /** Seen by the loop alone: when each job was given that is not done yet. */
    private final Queue<Long> givenMillis = new ArrayDeque<>();
    private boolean closing;

    private sealed interface Job {
        /** Runs on the loop. */
        Runnable done();
    }

    private record Persist(StoreWrite write, Runnable done) implements Job {
    }

    private static final class Compact implements Job {
        private final SnapshotPoint point;
        private final Position base;
        private final Consumer<Position> onDone;
        /** Written by the store thread, before it tells the loop. */
        private Position reached;

        Compact(SnapshotPoint point, Position base, Consumer<Position> onDone) {
            this.point = point;
            this.base = base;
            this.onDone = onDone;
            this.reached = base;
        }

        @Override
        public Runnable done() {
            return () -> onDone.accept(reached);
        }
    }

    /** @param afterwards runs on the store thread */
    private record Close(Runnable afterwards, Runnable done) implements Job {
    }

    /** What the node wants to know of it, on the loop. */
    interface Events {
        /** All who waited for one commit have been told. */
        void committed();

        /** The store has failed: nothing becomes durable any more. */
        void failed(Throwable cause);
    }

    StoreWriter(RaftStore store, Executor lane, Loop loop, Events events) {
        this.store = store;
        this.lane = lane;
        this.loop = loop;
        this.events = events;
    }

    /** @param durable runs on the loop once {@code write} and all before it are durable; never, if the store fails */
    void write(StoreWrite write, Runnable durable) {
        give(new Persist(write, durable));
    }

    /**
     * As {@link RaftStore#compact}, in order with the writes.
     *
     * @param done runs on the loop, with the new place just before the first entry
     */
    void compact(SnapshotPoint point, Position base, Consumer<Position> done) {
        give(new Compact(point, base, done));
    }

    /**
     * Closes the store after all that was given before; what is given after it is dropped.
     *
     * @param afterwards runs on the store thread, whatever the loop does by then
     * @param closed runs on the loop
     */
    void close(Runnable afterwards, Runnable closed) {
        give(new Close(afterwards, closed));
        closing = true;
    }

    /** When the oldest job was given that the disk has not answered yet; {@link Long#MAX_VALUE} if it owes nothing. */
    long waitingSinceMillis() {
        Long oldest = givenMillis.peek();
        return oldest == null ? Long.MAX_VALUE : oldest;
    }

    private void give(Job job) {
        if (closing) {
            return;
        }
        givenMillis.add(loop.nowMillis());
        jobs.add(job);
        if (openJobs.getAndIncrement() == 0) {
            lane.execute(this::doNext);
        }
    }

    /** On the store thread. */
    private void doNext() {
        List<Job> group = nextGroup();
        if (!failed || group.get(0) instanceof Close) {
            try {
                carryOut(group);
                tell(() -> done(group));
            } catch (Throwable e) {
                // An error too: what the disk holds by now is unknown, and those who wait must hear of it.
                failed = true;
                tell(() -> events.failed(e));
            }
        }
        if (openJobs.addAndGet(-group.size()) > 0) {
            lane.execute(this::doNext);
        }
    }

    /** A disk may answer when the loop has ended already: then nobody waits for the answer. */
    private void tell(Runnable news) {
        try {
            loop.execute(news);
        } catch (RejectedExecutionException e) {
            // The stop did not wait any longer. What was given to this thread, the closing of the store for one, is still done.
        }
    }

    private List<Job> nextGroup() {
        List<Job> group = new ArrayList<>();
        long bytes = 0;
        do {
            Job next = jobs.remove();
            group.add(next);
            bytes += sizeBytes(next);
        } while (isWrite(group.get(0)) && isWrite(jobs.peek()) && bytes + sizeBytes(jobs.peek()) <= GROUP_BYTES_MAX);
        return group;
    }

    private void carryOut(List<Job> group) {
        Job first = group.get(0);
        if (first instanceof Close close) {
            try {
                store.close();
            } finally {
                close.afterwards.run();
            }
        } else if (first instanceof Compact compact) {
            compact.reached = store.compact(compact.point, compact.base);
        } else {
            store.persist(merged(group));
        }
    }

    private void done(List<Job> group) {
        for (int i = 0; i < group.size(); i++) {
            givenMillis.remove();
        }
        for (Job job : group) {
            job.done().run();
        }
        events.committed();
    }

    private static StoreWrite merged(List<Job> group) {
        return StoreWrite.merged(group.stream().map(job -> ((Persist) job).write).toList());
    }

    private static boolean isWrite(@Nullable Job job) {
        return job instanceof Persist;
    }

    private static long sizeBytes(@Nullable Job job) {
        long bytes = 0;
        if (job instanceof Persist persist) {
            for (Entry entry : persist.write.entries()) {
                bytes += entry.sizeBytes();
            }
        }
        return bytes;
    }
}
