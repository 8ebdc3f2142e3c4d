package io.quarkiverse.raftconfig.it.cluster;

import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;

/**
 * Gives a test class three replicas with a {@link Network} between them. At the start of each method all is healed, and all
 * replicas are ready.
 */
final class RelayedReplicas
        implements BeforeAllCallback, BeforeEachCallback, AfterAllCallback, ParameterResolver, TestExecutionExceptionHandler {
    private static final Namespace NAMESPACE = Namespace.create(RelayedReplicas.class);
    private static final int SIZE = 3;

    private record Relayed(Cluster cluster, Network network) implements AutoCloseable {
        @Override
        public void close() {
            cluster.close();
            network.close();
        }
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        var network = new Network();
        List<Integer> ports = Ports.free(2 * SIZE);
        var cluster = Cluster.of(ThreeReplicas.app(), ThreeReplicas.directory(context.getRequiredTestClass()),
                Cluster.SMALL_JVM, ports.subList(0, SIZE), ports.subList(SIZE, 2 * SIZE), Map.of(), network::relay);
        store(context).put(Relayed.class, new Relayed(cluster, network));
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        Relayed relayed = relayed(context);
        relayed.network.heal();
        relayed.cluster.start();
        relayed.cluster.awaitLeader(Cluster.START_TIMEOUT);
    }

    @Override
    public void afterAll(ExtensionContext context) {
        relayed(context).close();
    }

    @Override
    public void handleTestExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
        failure.addSuppressed(
                new AssertionError("the replicas' logs end with\n" + relayed(context).cluster.logTails(40)));
        throw failure;
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return List.of(Cluster.class, Network.class).contains(parameter.getParameter().getType());
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        Relayed relayed = relayed(context);
        return parameter.getParameter().getType() == Cluster.class ? relayed.cluster : relayed.network;
    }

    private static Relayed relayed(ExtensionContext context) {
        Relayed relayed = store(context).get(Relayed.class, Relayed.class);
        if (relayed == null) {
            throw new IllegalStateException("no cluster was made for " + context.getRequiredTestClass());
        }
        return relayed;
    }

    private static Store store(ExtensionContext context) {
        return context.getStore(NAMESPACE);
    }
}
