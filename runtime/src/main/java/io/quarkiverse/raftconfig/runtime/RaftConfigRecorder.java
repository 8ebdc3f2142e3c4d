package io.quarkiverse.raftconfig.runtime;

import org.eclipse.microprofile.config.ConfigProvider;

import io.quarkus.runtime.ShutdownContext;
import io.quarkus.runtime.annotations.Recorder;
import io.quarkus.runtime.shutdown.ShutdownListener;
import io.smallrye.config.SmallRyeConfig;

/** What the application does for the node while it starts and stops. */
@Recorder
public class RaftConfigRecorder {
    /**
     * Recorded at static init, before the node is started: whatever fails after that, the node is stopped. It stops last, for
     * until then beans may use it.
     */
    public void stopWithTheApplication(ShutdownContext shutdown) {
        shutdown.addLastShutdownTask(new Runnable() {
            @Override
            public void run() {
                RaftConfigHolder.stop();
            }
        });
    }

    /** Recorded at run time init: the application's configuration is complete, and can be told of new names. */
    public void configurationIsComplete() {
        RunningNode node = RaftConfigHolder.runningOrNull();
        if (node != null) {
            node.configurationIsComplete(ConfigProvider.getConfig().unwrap(SmallRyeConfig.class));
        }
    }

    public ShutdownListener shutdownListener() {
        return new RaftConfigShutdownListener();
    }
}
