package io.quarkiverse.raftconfig.runtime;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

import io.quarkiverse.raftconfig.ConfigStore;
import io.quarkiverse.raftconfig.ReactiveConfigStore;
import io.quarkiverse.raftconfig.client.BlockingConfigStore;
import io.quarkiverse.raftconfig.client.ConfigClient;
import io.quarkiverse.raftconfig.client.UniConfigStore;
import io.quarkiverse.raftconfig.client.WriteRules;
import io.quarkiverse.raftconfig.health.NodeHealth;
import io.quarkiverse.raftconfig.node.RaftNode;

/**
 * The running node, and what stands on it, as beans. The two stores are application-scoped, so that a test of an application
 * can put a mock in their place.
 */
@Singleton
public class RaftConfigProducers {
    private final QuarkusCallingThread thread = new QuarkusCallingThread();

    @Produces
    @Singleton
    RaftNode node() {
        return RaftConfigHolder.running().raft();
    }

    @Produces
    @Singleton
    NodeHealth health() {
        return RaftConfigHolder.running();
    }

    @Produces
    @Singleton
    ConfigClient client(RaftNode node) {
        Settings settings = RaftConfigHolder.running().settings();
        return new ConfigClient(node, new WriteRules(settings.writeLimits(), settings.nameRules()), thread);
    }

    @Produces
    @ApplicationScoped
    ConfigStore store(ConfigClient client) {
        return new BlockingConfigStore(client, thread);
    }

    @Produces
    @ApplicationScoped
    ReactiveConfigStore reactiveStore(ConfigClient client) {
        return new UniConfigStore(client);
    }
}
