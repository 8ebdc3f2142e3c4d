package io.quarkiverse.raftconfig.deployment;

import java.io.IOException;
import java.io.UncheckedIOException;

import org.jboss.jandex.Index;

import io.quarkiverse.raftconfig.rest.ApiResource;
import io.quarkiverse.raftconfig.rest.Backups;
import io.quarkiverse.raftconfig.rest.Duties;
import io.quarkiverse.raftconfig.rest.Exchange;
import io.quarkiverse.raftconfig.rest.Members;
import io.quarkiverse.raftconfig.rest.PropertyReads;
import io.quarkiverse.raftconfig.rest.PropertyWrites;
import io.quarkiverse.raftconfig.rest.StatusReads;
import io.quarkiverse.raftconfig.rest.Threshold;
import io.quarkiverse.raftconfig.runtime.RaftConfigBuildTimeConfig;
import io.quarkiverse.raftconfig.runtime.RaftConfigBuildTimeConfig.RestSecurity;
import io.quarkiverse.raftconfig.runtime.RaftConfigRecorder;
import io.quarkus.arc.deployment.AdditionalBeanBuildItem;
import io.quarkus.deployment.annotations.BuildProducer;
import io.quarkus.deployment.annotations.BuildStep;
import io.quarkus.deployment.annotations.BuildSteps;
import io.quarkus.deployment.annotations.ExecutionTime;
import io.quarkus.deployment.annotations.Record;
import io.quarkus.deployment.builditem.AdditionalIndexedClassesBuildItem;
import io.quarkus.deployment.builditem.LaunchModeBuildItem;
import io.quarkus.resteasy.reactive.server.deployment.ResteasyReactiveDeploymentInfoBuildItem;
import io.quarkus.resteasy.reactive.spi.AdditionalResourceClassBuildItem;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.vertx.http.deployment.HttpRootPathBuildItem;
import io.quarkus.vertx.http.deployment.RouteBuildItem;
import io.quarkus.vertx.http.runtime.RouteConstants;

/** The HTTP API, if it is to be there: its resources below the path that is set, and nothing that others would notice. */
@BuildSteps(onlyIf = RaftConfigEnabled.class)
public final class RestProcessor {
    private static final String REQUESTS = "io.quarkiverse.raftconfig.rest.";

    @BuildStep
    void api(RaftConfigBuildTimeConfig config, LaunchModeBuildItem launchMode,
            BuildProducer<AdditionalResourceClassBuildItem> resources, BuildProducer<AdditionalBeanBuildItem> beans,
            BuildProducer<AdditionalIndexedClassesBuildItem> constrained) {
        boolean devOrTest = launchMode.getLaunchMode().isDevOrTest();
        if (!isEnabled(config, launchMode)) {
            return;
        }
        if (config.rest().security().orElse(devOrTest ? RestSecurity.NONE : RestSecurity.REQUIRED) == RestSecurity.REQUIRED) {
            throw new ConfigurationException("quarkus.raft-config.rest.enabled=true would serve the HTTP API, and "
                    + "quarkus.raft-config.rest.security=required, but this version can't tell who calls. Say "
                    + "quarkus.raft-config.rest.security=none where nobody else can reach the HTTP port, or "
                    + "quarkus.raft-config.rest.enabled=false.");
        }
        resources.produce(resource(ApiResource.class, path(config)));
        beans.produce(AdditionalBeanBuildItem.builder().setUnremovable().addBeanClasses(ApiResource.class, Exchange.class,
                PropertyReads.class, PropertyWrites.class, StatusReads.class, Backups.class, Members.class, Duties.class,
                Threshold.class).build());
        // Hibernate Validator holds nothing against constraints that it has not seen while the application is built.
        constrained.produce(new AdditionalIndexedClassesBuildItem(REQUESTS + "ReadRequest", REQUESTS + "ListRequest",
                REQUESTS + "WriteRequest", REQUESTS + "PutBody", REQUESTS + "RestoreRequest",
                REQUESTS + "MemberBody", REQUESTS + "MembersBody", REQUESTS + "ChangeRequest", REQUESTS + "NodeNameBody"));
    }

    /** In front of Quarkus REST, and of the limit on bodies, but behind whatever tells who calls. */
    @BuildStep
    @Record(ExecutionTime.RUNTIME_INIT)
    void threshold(RaftConfigBuildTimeConfig config, LaunchModeBuildItem launchMode, RaftConfigRecorder recorder,
            HttpRootPathBuildItem root, ResteasyReactiveDeploymentInfoBuildItem rest, BuildProducer<RouteBuildItem> routes) {
        if (isEnabled(config, launchMode)) {
            String below = (rest.getDeploymentInfo().getApplicationPath() + "/" + path(config) + "/*").replaceAll("/+", "/")
                    .substring(1);
            routes.produce(root.routeBuilder().orderedRoute(below, RouteConstants.ROUTE_ORDER_UPLOAD_LIMIT - 1)
                    .handler(recorder.apiThreshold()).build());
        }
    }

    private static boolean isEnabled(RaftConfigBuildTimeConfig config, LaunchModeBuildItem launchMode) {
        return config.rest().enabled().orElse(launchMode.getLaunchMode().isDevOrTest());
    }

    private static String path(RaftConfigBuildTimeConfig config) {
        return config.rest().path().replaceAll("/+$", "") + "/v1";
    }

    private static AdditionalResourceClassBuildItem resource(Class<?> type, String path) {
        try {
            return new AdditionalResourceClassBuildItem(Index.singleClass(type), path);
        } catch (IOException e) {
            throw new UncheckedIOException("reading " + type.getName(), e);
        }
    }
}
