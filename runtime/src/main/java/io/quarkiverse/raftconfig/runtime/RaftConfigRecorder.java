package io.quarkiverse.raftconfig.runtime;

import org.eclipse.microprofile.config.ConfigProvider;

import io.quarkiverse.raftconfig.rest.Threshold;
import io.quarkus.arc.Arc;
import io.quarkus.runtime.ShutdownContext;
import io.quarkus.runtime.annotations.Recorder;
import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.runtime.shutdown.ShutdownListener;
import io.smallrye.config.SmallRyeConfig;
import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;

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

    /** For requests below the API's path; recorded only if there is one. */
    public Handler<RoutingContext> apiThreshold() {
        long bodyBytesMax = ConfigProvider.getConfig()
                .getOptionalValue("quarkus.http.limits.max-body-size", MemorySize.class)
                .map(MemorySize::asLongValue).orElse(Long.MAX_VALUE);
        return context -> Arc.container().instance(Threshold.class).get().handle(context, bodyBytesMax);
    }

    public ShutdownListener shutdownListener() {
        return new RaftConfigShutdownListener();
    }
}
