package io.quarkiverse.raftconfig.store;

import io.quarkiverse.raftconfig.log.RaftConfigLog;
import io.quarkiverse.raftconfig.node.StoreDamagedException;

/** Says to an operator what is wrong with a data directory, and what now. */
final class Damage {
    private Damage() {
    }

    /** @param what completes "the directory does not hold what was written to it:" */
    static StoreDamagedException in(Disk disk, String what) {
        return new StoreDamagedException(RaftConfigLog.LOG.storeDamaged(disk.path(), what));
    }

    static StoreDamagedException inFile(Disk disk, String name, String what) {
        return in(disk, "the file " + name + ": " + what);
    }
}
