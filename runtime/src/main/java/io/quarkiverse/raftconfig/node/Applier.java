package io.quarkiverse.raftconfig.node;

import java.util.ArrayList;
import java.util.List;

import io.quarkiverse.raftconfig.core.Entry;
import io.quarkiverse.raftconfig.core.Payload;
import io.quarkiverse.raftconfig.core.Position;
import io.quarkiverse.raftconfig.core.Recovered;
import io.quarkiverse.raftconfig.core.SnapshotPoint;
import io.quarkiverse.raftconfig.state.ConfigState;
import io.quarkiverse.raftconfig.state.MalformedStateException;
import io.quarkiverse.raftconfig.state.Outcome;
import io.quarkiverse.raftconfig.state.PublishedState;

/**
 * Gives committed entries to the state machine and tells those who waited for them. Readers see the new state first, all
 * entries of one step at once; only then is anybody answered, and then the listeners are told. Lives on the loop.
 */
final class Applier {
    private final ConfigState state;
    private final Appender appender;
    private final Notifier notifier;

    private final OrderedTasks waitingForIndex = new OrderedTasks();
    private final OrderedTasks waitingForRevision = new OrderedTasks();

    private Position lastApplied;
    private boolean membershipApplied;
    private long appliedBytes;

    private record Applied(Position position, Outcome outcome) {
    }

    /**
     * Applies what {@code recovered} knows to be committed: the last known state is there at once.
     *
     * @param state has applied the snapshot of {@code recovered}, and nothing more
     * @throws EntryNotApplicableException if this build can't apply all of that
     */
    Applier(ConfigState state, Recovered recovered, Appender appender, Notifier notifier) {
        this.state = state;
        this.appender = appender;
        this.notifier = notifier;
        this.lastApplied = recovered.snapshot().last();
        this.membershipApplied = recovered.snapshot().membershipIndex() > 0;
        for (Entry entry : recovered.entries()) {
            if (entry.index() > lastApplied.index() && entry.index() <= recovered.commitIndex()) {
                applyOne(entry, new ArrayList<>());
            }
        }
        state.publish();
    }

    /** The last entry applied. */
    Position lastApplied() {
        return lastApplied;
    }

    /** Whether a membership was ever applied: from then on there is a state to show. */
    boolean membershipApplied() {
        return membershipApplied;
    }

    /** About how many bytes of entries were applied since the start. */
    long appliedBytes() {
        return appliedBytes;
    }

    PublishedState published() {
        return state.published();
    }

    ConfigState.Image image() {
        return state.image();
    }

    /** @param task runs once the entry at {@code index} is applied and published; not now, even if it is already */
    OrderedTasks.Slot whenApplied(long index, Runnable task) {
        return waitingForIndex.add(index, task);
    }

    void forgetIndex(OrderedTasks.Slot slot) {
        waitingForIndex.remove(slot);
    }

    /** @param task runs once {@code revision} is published; not now, even if it is already */
    OrderedTasks.Slot whenRevision(long revision, Runnable task) {
        return waitingForRevision.add(revision, task);
    }

    void forgetRevision(OrderedTasks.Slot slot) {
        waitingForRevision.remove(slot);
    }

    /** Answers those who began to wait for what is there already. */
    void answerWaiting() {
        waitingForIndex.runThrough(lastApplied.index());
        waitingForRevision.runThrough(published().revision());
    }

    /**
     * @param committed in the order of the log; what was applied at the start may come again, and is passed over
     * @throws EntryNotApplicableException if this build can't apply one of them: those before it are not published either
     */
    void apply(List<Entry> committed) {
        PublishedState before = published();
        List<Applied> outcomes = new ArrayList<>();
        for (Entry entry : committed) {
            if (entry.index() > lastApplied.index()) {
                applyOne(entry, outcomes);
            }
        }
        if (lastApplied.index() == before.lastApplied()) {
            return;
        }
        state.publish();
        for (Applied applied : outcomes) {
            appender.applied(applied.position, applied.outcome);
        }
        appender.passed(lastApplied.index());
        answerWaiting();
        if (before.revision() != published().revision()) {
            notifier.stateChanged(before, published());
        }
    }

    /**
     * The state of a snapshot takes the place of the present one, which is an earlier one (§7).
     *
     * @param installed is not used by the caller any more
     */
    void install(SnapshotPoint point, ConfigState installed) {
        PublishedState before = published();
        state.install(installed);
        lastApplied = point.last();
        membershipApplied |= point.membershipIndex() > 0;
        appender.passedUnseen(lastApplied.index());
        answerWaiting();
        if (before.revision() != published().revision()) {
            notifier.stateChanged(before, published());
        }
    }

    private void applyOne(Entry entry, List<Applied> outcomes) {
        if (entry.payload() instanceof Payload.Command command) {
            outcomes.add(new Applied(entry.position(), outcome(entry.index(), command)));
        } else {
            state.skip(entry.index());
            membershipApplied |= entry.payload() instanceof Payload.MembershipChange;
        }
        lastApplied = entry.position();
        appliedBytes += entry.sizeBytes();
    }

    private Outcome outcome(long index, Payload.Command command) {
        try {
            return state.apply(index, command.bytes().toArray());
        } catch (MalformedStateException e) {
            throw new EntryNotApplicableException(index, e);
        }
    }
}
