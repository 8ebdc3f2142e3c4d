package io.quarkiverse.raftconfig.it.cluster;

import java.util.Optional;

import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;

/** Gives each test method a {@link Fleet} that has no replica yet, and shows the replicas' logs when it fails. */
final class FleetOfTest
        implements BeforeEachCallback, AfterEachCallback, ParameterResolver, TestExecutionExceptionHandler {
    private static final Namespace NAMESPACE = Namespace.create(FleetOfTest.class);

    @Override
    public void beforeEach(ExtensionContext context) {
        context.getStore(NAMESPACE).put(Fleet.class, new Fleet(ThreeReplicas.directory(context.getRequiredTestClass())
                .resolve(context.getRequiredTestMethod().getName())));
    }

    @Override
    public void afterEach(ExtensionContext context) {
        fleet(context).ifPresent(Fleet::close);
    }

    @Override
    public void handleTestExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
        fleet(context).ifPresent(it -> failure.addSuppressed(
                new AssertionError("the replicas' logs end with\n" + it.logTails(40))));
        throw failure;
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Fleet.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return fleet(context).orElseThrow();
    }

    private static Optional<Fleet> fleet(ExtensionContext context) {
        return Optional.ofNullable(context.getStore(NAMESPACE).get(Fleet.class, Fleet.class));
    }
}
