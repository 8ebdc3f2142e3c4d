package io.quarkiverse.raftconfig.node;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.core.Answer;
import io.quarkiverse.raftconfig.core.Effects;
import io.quarkiverse.raftconfig.core.Input;
import io.quarkiverse.raftconfig.core.Message;
import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.core.Position;
import io.quarkiverse.raftconfig.core.RaftCore;
import io.quarkiverse.raftconfig.core.Role;
import io.quarkiverse.raftconfig.core.SnapshotPoint;
import io.quarkiverse.raftconfig.core.Write;
import io.quarkiverse.raftconfig.log.RaftConfigLog;

/**
 * Feeds the core, one input after the other, and makes the effects of each real in the order in which {@link Effects} has
 * them. Lives on the loop.
 */
final class CoreHost {
    /** A commit index that no write carried is recorded by itself after this time, for a quick start. */
    private static final int COMMIT_INDEX_DELAY_MILLIS = 100;

    private final RaftCore core;
    private final Parts parts;
    private final Events events;
    private final DurabilityFence<Message> fence;

    private final Queue<Input> inputs = new ArrayDeque<>();
    private final Alarm wake;
    private final Alarm commitIndexAlarm;

    private boolean stepping;
    private boolean halted;
    private long recordedCommitIndex;
    private @Nullable Write lastPersisted;

    /** What a host works with. */
    record Parts(NodeId self, Loop loop, StoreWriter writer, PeerTransport transport, Applier applier, Tickets tickets,
            Snapshots snapshots, SnapshotSender sender, SnapshotReceiver receiver, Allegiance allegiance) {
    }

    /** What the node wants to know of it. */
    interface Events {
        /** Some inputs were taken, and all their effects carried out. */
        void stepped();

        /** An invariant does not hold: our bug, or a peer's. This host has halted. */
        void broken(Throwable cause);
    }

    CoreHost(RaftCore core, Parts parts, Events events) {
        this.core = core;
        this.parts = parts;
        this.events = events;
        this.fence = new DurabilityFence<>(parts.transport::send);
        this.wake = new Alarm(parts.loop, () -> feed(new Input.TimePassed()));
        this.commitIndexAlarm = new Alarm(parts.loop, this::writeCommitIndex);
        this.recordedCommitIndex = core.commitIndex();
    }

    RaftCore core() {
        return core;
    }

    /** Whether inputs are taken. */
    boolean takesPart() {
        return !halted;
    }

    /** Takes the input: now, or if a step is under way, after it. Drops it after {@link #halt}. */
    void feed(Input input) {
        if (halted) {
            return;
        }
        inputs.add(input);
        if (stepping) {
            return;
        }
        stepping = true;
        try {
            for (Input next = inputs.poll(); next != null; next = inputs.poll()) {
                carryOut(core.step(parts.loop.nowMillis(), next));
            }
        } catch (Throwable e) {
            // Whatever it is, out of memory for instance: a step that was not carried out whole must not be followed by another.
            halt();
            events.broken(e);
        } finally {
            stepping = false;
        }
        events.stepped();
    }

    /** Takes no part any more, for good: no input, no timer, and nothing that waits for the disk leaves. */
    void halt() {
        halted = true;
        inputs.clear();
        fence.drop();
        wake.cancel();
        commitIndexAlarm.cancel();
    }

    /** A commit of the store is over: the core is told of the last write in it, which stands for those before. */
    void storeCommitted() {
        Write write = lastPersisted;
        if (write != null) {
            lastPersisted = null;
            feed(new Input.Persisted(write.sequence(), write.term()));
        }
    }

    /** Records how far the log is committed, if no write has. */
    void writeCommitIndex() {
        if (core.commitIndex() > recordedCommitIndex) {
            recordedCommitIndex = core.commitIndex();
            parts.writer.write(StoreWrite.ofCommitIndex(recordedCommitIndex), () -> {
            });
        }
    }

    private void carryOut(Effects effects) {
        Write write = effects.persist();
        if (write != null) {
            persist(write);
        }
        effects.send().forEach(parts.transport::send);
        fence.send(effects.sendWhenDurable());
        SnapshotPoint installed = write == null ? null : write.install();
        if (installed != null) {
            install(installed);
        }
        parts.applier.apply(effects.apply());
        for (Answer answer : effects.answers()) {
            parts.tickets.answer(answer);
        }
        compact(effects.compactTo());
        send(effects.sendSnapshots());
        wake.setTo(effects.wakeAtMillis());
        if (core.commitIndex() > recordedCommitIndex) {
            commitIndexAlarm.setToEarlierOf(parts.loop.nowMillis() + COMMIT_INDEX_DELAY_MILLIS);
        }
    }

    private void persist(Write write) {
        if (fence.issue() != write.sequence()) {
            throw new IllegalStateException("write " + write.sequence() + " is not the next one");
        }
        recordedCommitIndex = write.commitIndex();
        StoreWrite stored = parts.allegiance.storeWrite(write);
        parts.writer.write(stored, () -> {
            parts.allegiance.durable(stored);
            fence.durable(write.sequence());
            lastPersisted = write;
        });
    }

    /** Its place in the log is where the state has come to be: nothing that is applied before or after is mixed with it. */
    private void install(SnapshotPoint point) {
        parts.applier.install(point, parts.receiver.state(point));
        parts.snapshots.installed(point, parts.applier.appliedBytes());
        RaftConfigLog.LOG.snapshotInstalled(parts.self.value(), point.last().index(), point.last().term());
    }

    private void send(List<Effects.SendSnapshot> snapshots) {
        long base = parts.snapshots.coreBase();
        parts.sender.keepUpWith(core.role() == Role.LEADER, core.term(), base);
        for (Effects.SendSnapshot snapshot : snapshots) {
            parts.sender.send(snapshot.to(), core.term(), parts.snapshots.newest(), base);
        }
    }

    private void compact(@Nullable Position to) {
        if (to != null) {
            parts.snapshots.cutTo(to);
        }
        Applier applier = parts.applier;
        Position lastApplied = applier.lastApplied();
        if (parts.snapshots.isDue(lastApplied, applier.appliedBytes())) {
            parts.snapshots.take(core.snapshotPoint(lastApplied.index()), applier.image(), applier.appliedBytes());
        }
    }
}
