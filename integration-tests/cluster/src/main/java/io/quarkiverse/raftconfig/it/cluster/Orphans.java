package io.quarkiverse.raftconfig.it.cluster;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Sees to it that no process started here outlives this one, however it ends (but for a {@code kill -9}). */
final class Orphans {
    private static final Set<Process> STARTED = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> STARTED.forEach(Process::destroyForcibly), "end-replicas"));
    }

    static Process watch(Process process) {
        STARTED.add(process);
        var unused = process.onExit().thenAccept(STARTED::remove);
        return process;
    }

    private Orphans() {
    }
}
