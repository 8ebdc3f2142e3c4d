package io.quarkiverse.raftconfig.runtime;

import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.quarkiverse.raftconfig.health.NodeHealth;
import io.quarkiverse.raftconfig.log.RaftConfigLog;
import io.quarkiverse.raftconfig.node.NodeListener;
import io.quarkiverse.raftconfig.node.NodeStatus;
import io.quarkiverse.raftconfig.node.NodeThreads;
import io.quarkiverse.raftconfig.node.RaftNode;
import io.quarkiverse.raftconfig.runtime.RaftConfigSettings.Health.Readiness;
import io.quarkiverse.raftconfig.source.RaftConfigSource;
import io.quarkiverse.raftconfig.state.NameRules;
import io.quarkiverse.raftconfig.state.PublishedState;
import io.quarkiverse.raftconfig.wire.VertxLoop;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.ConfigValue;
import io.smallrye.config.SmallRyeConfig;

/** A node with all that belongs to it: its threads, its directory, its port. From any thread. */
final class RunningNode implements NodeHealth, AutoCloseable {
    private final Settings settings;
    private final NameRules nameRules;
    private final DataDirectory directory;
    private final VertxLoop loop;
    private final NodeThreads threads;
    private final RaftNode raft;
    private final LoopWatch watch;
    private volatile boolean stopping;

    RunningNode(Settings settings, DataDirectory directory, VertxLoop loop, NodeThreads threads, RaftNode raft) {
        this.settings = settings;
        this.nameRules = settings.nameRules();
        this.directory = directory;
        this.loop = loop;
        this.threads = threads;
        this.raft = raft;
        this.watch = new LoopWatch(loop);
    }

    RaftNode raft() {
        return raft;
    }

    Settings settings() {
        return settings;
    }

    NameRules nameRules() {
        return nameRules;
    }

    /** @param expressions whether the application's configuration expands expressions */
    RaftConfigSource source(boolean expressions) {
        return new RaftConfigSource(raft::state, nameRules::isProtected, settings.rest().ordinal(), expressions,
                this::inBackground);
    }

    private void inBackground(Runnable task) {
        try {
            threads.notifier().execute(task);
        } catch (RejectedExecutionException e) {
            // The node has stopped, and its last state is read without.
        }
    }

    /**
     * From now on {@code config} is told of new names: it caches them, and without them maps and lists would not grow.
     *
     * @throws ConfigurationException if it has settings for this node that were not there when the node started
     */
    void configurationIsComplete(SmallRyeConfig config) {
        for (String name : SettingsReader.names()) {
            refuseLateSetting(config.getConfigValue(name));
        }
        raft.addListener(new NodeListener() {
            @Override
            public void stateChanged(PublishedState before, PublishedState after) {
                if (before.namesRevision() != after.namesRevision()) {
                    config.getLatestPropertyNames();
                }
            }
        });
        config.getLatestPropertyNames();
    }

    /** A setting that is not heeded is a lie. */
    private void refuseLateSetting(ConfigValue setting) {
        boolean isDefault = setting.getConfigSourceOrdinal() == Integer.MIN_VALUE;
        Map<String, String> seen = settings.seen();
        if (!isDefault && !Objects.equals(setting.getValue(), seen.get(setting.getName()))) {
            throw new ConfigurationException(setting.getName() + " is set in " + setting.getConfigSourceName()
                    + ", which is read too late: the node has started already, for other sources of configuration may be "
                    + "replicated. Set it as a system property, as an environment variable, in .env or in "
                    + "application.properties.", Set.of(setting.getName()));
        }
    }

    /** The application begins to stop: it is not ready any more. */
    void applicationStops() {
        stopping = true;
    }

    @Override
    public NodeStatus status() {
        return raft.status();
    }

    @Override
    public boolean stopping() {
        return stopping;
    }

    @Override
    public boolean readyWithLeaderOnly() {
        return settings.rest().health().readiness() == Readiness.LEADER;
    }

    @Override
    public boolean loopTurns() {
        return watch.turns();
    }

    /** Stops in order, within {@code shutdown.timeout}; afterwards no thread and no port is left, and the directory is free. */
    @Override
    public void close() {
        stopping = true;
        String nodeId = raft.status().identity().nodeId().value();
        long timeoutMillis = settings.shutdownTimeout().toMillis();
        boolean inTime = false;
        try {
            raft.stop(timeoutMillis).toCompletableFuture().get(timeoutMillis, TimeUnit.MILLISECONDS);
            inTime = threads.awaitEnd(timeoutMillis);
        } catch (TimeoutException | ExecutionException e) {
            RaftConfigLog.LOG.debugf(e, "Node %s was stopped out of order", nodeId);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        try {
            loop.close();
        } finally {
            directory.release();
        }
        if (inTime) {
            RaftConfigLog.LOG.stopped(nodeId);
        } else {
            RaftConfigLog.LOG.stopTookTooLong(nodeId, timeoutMillis);
        }
    }
}
