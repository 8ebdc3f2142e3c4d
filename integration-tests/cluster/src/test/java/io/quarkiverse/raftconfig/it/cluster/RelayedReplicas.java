package io.quarkiverse.raftconfig.it.cluster;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;

/** As {@link ThreeReplicas}, with a {@link Network} between them. At the start of each method all is healed. */
final class RelayedReplicas extends ThreeReplicas {
    private static final int SIZE = 3;

    @Override
    Cluster make(ExtensionContext context, Path directory) {
        var network = new Network();
        store(context).put(Network.class, network);
        List<Integer> ports = Ports.free(2 * SIZE);
        return Cluster.of(app(), directory, Cluster.SMALL_JVM, ports.subList(0, SIZE), ports.subList(SIZE, 2 * SIZE), Map.of(),
                network::relay);
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        get(Network.class, context).heal();
        super.beforeEach(context);
    }

    @Override
    public void afterAll(ExtensionContext context) {
        super.afterAll(context);
        get(Network.class, context).close();
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return super.supportsParameter(parameter, context) || parameter.getParameter().getType() == Network.class;
    }
}
