package io.quarkiverse.raftconfig.runtime;

import io.quarkus.runtime.shutdown.ShutdownListener;

/** Takes readiness down as soon as the application begins to stop; the node itself goes on until the last bean is gone. */
public final class RaftConfigShutdownListener implements ShutdownListener {
    @Override
    public void preShutdown(ShutdownNotification notification) {
        RunningNode node = RaftConfigHolder.runningOrNull();
        if (node != null) {
            node.applicationStops();
        }
        notification.done();
    }
}
