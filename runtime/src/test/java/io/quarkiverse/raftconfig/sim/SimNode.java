package io.quarkiverse.raftconfig.sim;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.core.ReplicaId;
import io.quarkiverse.raftconfig.node.NodeStatus;
import io.quarkiverse.raftconfig.node.RaftNode;
import io.quarkiverse.raftconfig.state.PublishedState;

/** A node over all its lives. */
final class SimNode {
    private final int number;
    private final NodeId id;
    private final SimClock clock;
    private SimDisk disk;
    private @Nullable Life life;
    private Doom doom = Doom.NONE;
    private double diskSlowness = 1;
    private long diskHungUntilMicros;
    private boolean wiped;

    /** A crash that waits for its moment. */
    enum Doom {
        NONE,
        IN_COMMIT,
        AFTER_COMMIT,
        IN_COMPACTION,
        AFTER_SEND,
        AS_LEADER,
        IN_CHANGE
    }

    /** What is gone with a crash. */
    static final class Life {
        final SimLoop loop;
        final SimLanes lanes;
        final SimStore store;
        final RaftNode node;
        NodeStatus status;
        PublishedState state;

        Life(SimLoop loop, SimLanes lanes, SimStore store, RaftNode node) {
            this.loop = loop;
            this.lanes = lanes;
            this.store = store;
            this.node = node;
            this.status = node.status();
            this.state = node.state();
        }
    }

    SimNode(int number, SimClock clock, SimDisk disk) {
        this.number = number;
        this.id = disk.replica().node();
        this.clock = clock;
        this.disk = disk;
    }

    int number() {
        return number;
    }

    NodeId id() {
        return id;
    }

    SimClock clock() {
        return clock;
    }

    SimDisk disk() {
        return disk;
    }

    ReplicaId replica() {
        return disk.replica();
    }

    /** From now on with this disk, which is empty. */
    void wiped(SimDisk empty) {
        disk = empty;
        wiped = true;
    }

    boolean isWiped() {
        return wiped;
    }

    @Nullable
    Life life() {
        return life;
    }

    void life(@Nullable Life now) {
        life = now;
    }

    Life requireLife() {
        if (life == null) {
            throw new IllegalStateException(id + " does not run");
        }
        return life;
    }

    boolean isUp() {
        return life != null;
    }

    Doom doom() {
        return doom;
    }

    void doom(Doom next) {
        doom = next;
    }

    void diskSlowness(double factor) {
        diskSlowness = factor;
    }

    double diskSlowness() {
        return diskSlowness;
    }

    void diskHungUntil(long micros) {
        diskHungUntilMicros = micros;
    }

    long diskHungUntilMicros() {
        return diskHungUntilMicros;
    }

    @Override
    public String toString() {
        return id.value();
    }
}
