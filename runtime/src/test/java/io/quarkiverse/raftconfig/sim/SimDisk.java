package io.quarkiverse.raftconfig.sim;

import java.util.function.LongUnaryOperator;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.core.HardState;
import io.quarkiverse.raftconfig.core.Recovered;
import io.quarkiverse.raftconfig.core.ReplicaId;
import io.quarkiverse.raftconfig.core.SnapshotPoint;
import io.quarkiverse.raftconfig.node.StoreWrite;

/** A disk that outlives the processes that use it, and what the judges know to be on it. */
final class SimDisk {
    private final ReplicaId replica;
    private final Medium medium;
    private final LongUnaryOperator committedHash;
    private DurableLog log = new DurableLog();
    private HardState hardState = HardState.BLANK;
    /** A write that a crash overtook: it is there whole, or not at all, and only the next start tells. */
    private @Nullable StoreWrite perhaps;

    /** @param committedHash of the log of those who have committed an index: what a snapshot up to there stands for */
    SimDisk(ReplicaId replica, Medium medium, LongUnaryOperator committedHash) {
        this.replica = replica;
        this.medium = medium;
        this.committedHash = committedHash;
    }

    ReplicaId replica() {
        return replica;
    }

    Medium medium() {
        return medium;
    }

    /** The log that survives whatever happens now. */
    DurableLog log() {
        return log;
    }

    /** Term and vote that survive whatever happens now. */
    HardState hardState() {
        return hardState;
    }

    void durable(StoreWrite write) {
        SnapshotPoint installed = write.install();
        if (installed != null) {
            log.installed(installed.last(), committedHash.applyAsLong(installed.last().index()));
        }
        log.append(write.entries());
        hardState = write.hardState() == null ? hardState : write.hardState();
    }

    void perhapsDurable(StoreWrite write) {
        perhaps = write;
    }

    /** What was acknowledged is there, and of what a crash overtook all or nothing. */
    void found(Recovered recovered) {
        if (!isFoundAs(recovered)) {
            StoreWrite overtaken = perhaps;
            if (overtaken != null) {
                log = new DurableLog(log);
                durable(overtaken);
            }
            if (overtaken == null || !isFoundAs(recovered)) {
                throw new Violation("Durability", replica + " had stored up to " + log.lastIndex() + "@" + log.lastTerm() + ", "
                        + hardState + ", and finds " + recovered.hardState() + ", " + recovered.base() + " and "
                        + recovered.entries().size() + " entries");
            }
        }
        perhaps = null;
        log.compactTo(recovered.base());
    }

    private boolean isFoundAs(Recovered recovered) {
        return recovered.hardState().equals(hardState) && log.isFoundAs(recovered.base(), recovered.entries());
    }
}
