package io.quarkiverse.raftconfig.deployment;

import java.util.List;
import java.util.Set;

import io.quarkiverse.raftconfig.health.RaftConfigLivenessCheck;
import io.quarkiverse.raftconfig.health.RaftConfigReadinessCheck;
import io.quarkiverse.raftconfig.health.RaftConfigStartupCheck;
import io.quarkiverse.raftconfig.runtime.RaftConfigBuildTimeConfig;
import io.quarkiverse.raftconfig.runtime.RaftConfigBuilder;
import io.quarkiverse.raftconfig.runtime.RaftConfigProducers;
import io.quarkiverse.raftconfig.runtime.RaftConfigRecorder;
import io.quarkus.arc.deployment.AdditionalBeanBuildItem;
import io.quarkus.deployment.annotations.BuildProducer;
import io.quarkus.deployment.annotations.BuildStep;
import io.quarkus.deployment.annotations.BuildSteps;
import io.quarkus.deployment.annotations.ExecutionTime;
import io.quarkus.deployment.annotations.Record;
import io.quarkus.deployment.builditem.FeatureBuildItem;
import io.quarkus.deployment.builditem.RemovedResourceBuildItem;
import io.quarkus.deployment.builditem.RunTimeConfigBuilderBuildItem;
import io.quarkus.deployment.builditem.ShutdownContextBuildItem;
import io.quarkus.deployment.builditem.ShutdownListenerBuildItem;
import io.quarkus.maven.dependency.ArtifactKey;
import io.quarkus.smallrye.health.deployment.spi.HealthBuildItem;

/** The node, its config source, its beans and its health checks. */
@BuildSteps(onlyIf = RaftConfigEnabled.class)
public final class RaftConfigProcessor {
    @BuildStep
    FeatureBuildItem feature() {
        return new FeatureBuildItem("raft-config");
    }

    /**
     * Never a service file: a source that is seen while the application is built has its values recorded as defaults, and
     * what is deleted later comes back from there.
     */
    @BuildStep
    RunTimeConfigBuilderBuildItem configSource() {
        return new RunTimeConfigBuilderBuildItem(RaftConfigBuilder.class);
    }

    @BuildStep
    @Record(ExecutionTime.STATIC_INIT)
    void stop(RaftConfigRecorder recorder, ShutdownContextBuildItem shutdown) {
        recorder.stopWithTheApplication(shutdown);
    }

    @BuildStep
    @Record(ExecutionTime.RUNTIME_INIT)
    ShutdownListenerBuildItem configurationIsComplete(RaftConfigRecorder recorder) {
        recorder.configurationIsComplete();
        return new ShutdownListenerBuildItem(recorder.shutdownListener());
    }

    @BuildStep
    AdditionalBeanBuildItem beans() {
        return AdditionalBeanBuildItem.unremovableOf(RaftConfigProducers.class);
    }

    /**
     * MapDB's collections come signed, and a start would spend a fifth of a second on verifying what the build has packaged.
     */
    @BuildStep
    void signatures(BuildProducer<RemovedResourceBuildItem> removed) {
        for (String artifact : List.of("eclipse-collections", "eclipse-collections-api", "eclipse-collections-forkjoin")) {
            removed.produce(new RemovedResourceBuildItem(ArtifactKey.of("org.eclipse.collections", artifact, "", "jar"),
                    Set.of("META-INF/ECLIPSE_.SF", "META-INF/ECLIPSE_.RSA")));
        }
    }

    /** Without the health extension nobody takes these items. */
    @BuildStep
    void health(RaftConfigBuildTimeConfig config, BuildProducer<HealthBuildItem> checks) {
        boolean enabled = config.health().enabled();
        checks.produce(new HealthBuildItem(RaftConfigStartupCheck.class.getName(), enabled));
        checks.produce(new HealthBuildItem(RaftConfigReadinessCheck.class.getName(), enabled));
        checks.produce(new HealthBuildItem(RaftConfigLivenessCheck.class.getName(), enabled));
    }
}
