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

/** Gives a test class its cluster, ready at the start of each method, and shows the replicas' logs when a test fails. */
class ThreeReplicas
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
        store(context).put(Cluster.class, make(context, directory(context.getRequiredTestClass())));
    }

    /** A cluster that is yet to be started. */
    Cluster make(ExtensionContext context, Path directory) {
        return Cluster.of(app(), directory, Cluster.SMALL_JVM, 3);
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
        return get(parameter.getParameter().getType(), context);
    }

    private static Cluster cluster(ExtensionContext context) {
        return get(Cluster.class, context);
    }

    /** What was made for the test class. */
    static <T> T get(Class<T> type, ExtensionContext context) {
        @Nullable
        T made = store(context).get(type, type);
        if (made == null) {
            throw new IllegalStateException("no " + type.getSimpleName() + " was made for " + context.getRequiredTestClass());
        }
        return made;
    }

    static Store store(ExtensionContext context) {
        return context.getStore(NAMESPACE);
    }
}
