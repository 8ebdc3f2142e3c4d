package io.quarkiverse.raftconfig.deployment;

import io.quarkus.deployment.annotations.BuildStep;
import io.quarkus.deployment.builditem.FeatureBuildItem;

/** What the extension does while an application is built. */
public final class RaftConfigProcessor {
    @BuildStep
    FeatureBuildItem feature() {
        return new FeatureBuildItem("raft-config");
    }
}
