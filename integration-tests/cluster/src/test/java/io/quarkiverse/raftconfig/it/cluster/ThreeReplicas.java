package io.quarkiverse.raftconfig.it.cluster;

import java.nio.file.Path;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;

/** Gives a {@link ClusterTest} its cluster, and shows the replicas' logs when a test fails. */
final class ThreeReplicas
        implements BeforeAllCallback, BeforeEachCallback, AfterAllCallback, ParameterResolver, TestExecutionExceptionHandler {
    private static final Namespace NAMESPACE = Namespace.create(ThreeReplicas.class);

    /** The packaged application, built by the module beside this one. */
    static Path app() {
        return Path.of(required("cluster.app"));
    }

    /** Where a test may keep its clusters. */
    static Path directory(Class<?> test) {
        return Path.of(required("cluster.directory"), test.getSimpleName());
    }

    private static String required(String property) {
        String value = System.getProperty(property);
        if (value == null) {
            throw new IllegalStateException(
                    "run these tests with Maven (./mvnw verify), which sets the system property " + property);
        }
        return value;
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        store(context).put(Cluster.class, Cluster.of(app(), directory(context.getRequiredTestClass()), Cluster.SMALL_JVM, 3));
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        cluster(context).start();
        cluster(context).awaitLeader(Cluster.START_TIMEOUT);
    }

    @Override
    public void afterAll(ExtensionContext context) {
        cluster(context).close();
    }

    @Override
    public void handleTestExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
        failure.addSuppressed(new AssertionError("the replicas' logs end with\n" + cluster(context).logTails(40)));
        throw failure;
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Cluster.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return cluster(context);
    }

    private static Cluster cluster(ExtensionContext context) {
        @Nullable
        Cluster cluster = store(context).get(Cluster.class, Cluster.class);
        if (cluster == null) {
            throw new IllegalStateException("no cluster was made for " + context.getRequiredTestClass());
        }
        return cluster;
    }

    private static Store store(ExtensionContext context) {
        return context.getStore(NAMESPACE);
    }
}
