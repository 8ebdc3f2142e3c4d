package io.quarkiverse.raftconfig.node;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

import io.quarkiverse.raftconfig.core.Position;

/** Snapshots that somebody has asked for, and waits for. Lives on the loop. */
final class SnapshotOrders {
    private final Snapshots snapshots;
    private final Applier applier;
    private final Route route;
    private final Deadlines deadlines;
    private final Set<Order> open = new LinkedHashSet<>();

    SnapshotOrders(Snapshots snapshots, Applier applier, Route route, Deadlines deadlines) {
        this.snapshots = snapshots;
        this.applier = applier;
        this.route = route;
        this.deadlines = deadlines;
    }

    /** @param answer the last entry that the newest snapshot covers, once it covers all that is applied now */
    void add(long deadlineMillis, CompletableFuture<Position> answer) {
        open.add(new Order(applier.lastApplied().index(), deadlineMillis, answer));
        look();
    }

    /** There may be a newer snapshot, or nothing that keeps the next from being taken. */
    void look() {
        Position newest = snapshots.newest().last();
        for (Order order : List.copyOf(open)) {
            if (order.index <= newest.index()) {
                order.close();
                order.answer.complete(newest);
            }
        }
        if (!open.isEmpty() && !snapshots.isWriting()) {
            Position last = applier.lastApplied();
            snapshots.take(route.core().snapshotPoint(last.index()), applier.image(), applier.appliedBytes());
        }
    }

    void failAll(String reason) {
        for (Order order : List.copyOf(open)) {
            order.fail(reason);
        }
    }

    private final class Order {
        private final long index;
        private final CompletableFuture<Position> answer;
        private final OrderedTasks.Slot deadline;

        Order(long index, long deadlineMillis, CompletableFuture<Position> answer) {
            this.index = index;
            this.answer = answer;
            this.deadline = deadlines.add(deadlineMillis, () -> fail("the time was too short"));
        }

        private void fail(String reason) {
            close();
            answer.completeExceptionally(new ProposalFailedException(PeerResponse.Kind.OUTCOME_UNKNOWN, reason));
        }

        private void close() {
            open.remove(this);
            deadlines.remove(deadline);
        }
    }
}
