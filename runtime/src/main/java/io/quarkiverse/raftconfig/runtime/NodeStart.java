package io.quarkiverse.raftconfig.runtime;

import static io.quarkiverse.raftconfig.runtime.RaftConfigSettings.key;

import java.security.SecureRandom;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.log.RaftConfigLog;
import io.quarkiverse.raftconfig.node.Identity;
import io.quarkiverse.raftconfig.node.NodeStatus;
import io.quarkiverse.raftconfig.node.NodeThreads;
import io.quarkiverse.raftconfig.node.RaftNode;
import io.quarkiverse.raftconfig.node.RaftStore;
import io.quarkiverse.raftconfig.node.StoreDamagedException;
import io.quarkiverse.raftconfig.runtime.RaftConfigSettings.Startup.Mode;
import io.quarkiverse.raftconfig.store.MapDbRaftStore;
import io.quarkiverse.raftconfig.wire.HttpPeerTransport;
import io.quarkiverse.raftconfig.wire.VertxLoop;
import io.quarkus.bootstrap.logging.InitialConfigurator;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.configuration.ConfigurationException;

/**
 * One start of a node, on the thread that starts the application: the store is opened, the node begins to take part, and the
 * start waits for what the settings ask. If anything fails, all that was opened is closed.
 */
final class NodeStart {
    /** A cluster of one is there sooner than anybody wants to read that it is awaited. */
    private static final long SILENT_MILLIS = 300;
    private static final long REPEAT_MILLIS = 10_000;

    private final Settings settings;

    private NodeStart(Settings settings) {
        this.settings = settings;
    }

    /**
     * @throws ConfigurationException if a setting, or what it names, is the cause
     */
    static RunningNode start(Settings settings) {
        return new NodeStart(settings).start();
    }

    private RunningNode start() {
        DataDirectory directory = DataDirectory.of(settings.dataDir());
        RunningNode node;
        try {
            node = begin(directory);
        } catch (StoreDamagedException e) {
            directory.release();
            throw new ConfigurationException(e.getMessage(), e, Set.of(key("data-dir")));
        } catch (RuntimeException e) {
            directory.release();
            throw e;
        }
        try {
            await(node);
        } catch (RuntimeException e) {
            node.close();
            throw e;
        }
        NodeStatus status = node.status();
        RaftConfigLog.LOG.started(name(status), directory.path().toString(), status.revision(),
                status.membership().voters().size());
        return node;
    }

    private RunningNode begin(DataDirectory directory) {
        NodeThreads threads = new NodeThreads();
        RaftStore store;
        try {
            store = openStore(directory, threads);
        } catch (RuntimeException | Error e) {
            threads.close();
            throw e;
        }
        VertxLoop loop;
        try {
            loop = new VertxLoop();
        } catch (RuntimeException | Error e) {
            store.close();
            threads.close();
            throw e;
        }
        try {
            HttpPeerTransport transport = new HttpPeerTransport(loop, settings.wire());
            RaftNode raft = RaftNode.start(settings.node(), new RaftNode.Ports(loop, threads, store, transport),
                    new SecureRandom());
            return new RunningNode(settings, directory, loop, threads, raft);
        } catch (RuntimeException | Error e) {
            loop.close();
            throw e;
        }
    }

    private RaftStore openStore(DataDirectory directory, NodeThreads threads) {
        RaftStore store;
        try {
            store = MapDbRaftStore.open(directory.path(), settings.nodeId(), NodeStart::madeName, threads.files());
        } catch (IllegalStateException e) {
            throw new ConfigurationException(e.getMessage(), e, Set.of(key("data-dir")));
        }
        try {
            check(store.identity());
            return store;
        } catch (RuntimeException e) {
            store.close();
            throw e;
        }
    }

    /** Of a blank node that was given no name: that of the host or pod, else one at random. */
    private static NodeId madeName() {
        return Optional.ofNullable(System.getenv("HOSTNAME")).filter(NodeId::isValid).map(NodeId::new)
                .orElseGet(() -> new NodeId("node-" + Integer.toHexString(new SecureRandom().nextInt())));
    }

    private void check(Identity identity) {
        NodeId nodeId = identity.nodeId();
        if (identity.clusterId() == null && !settings.members().isEmpty() && !settings.members().containsKey(nodeId)
                && settings.rest().join().isEmpty()) {
            throw wrong("members", "Node \"" + nodeId + "\" has no data yet and is not among " + key("members") + " ("
                    + names() + "), so no cluster would ever have it. If it is one of them, set " + key("node-id")
                    + " to its name. If the cluster is yet to be founded, add \"" + nodeId + "=host:port\" to "
                    + key("members") + " of every node. If it is to become a member of one that is founded, set "
                    + key("join") + " to the host:port of a member.");
        }
        if (settings.launchMode() == LaunchMode.NORMAL && settings.members().size() > 1) {
            RaftConfigLog.LOG.peersWithoutTls(nodeId.value(), settings.rest().peer().port());
        }
    }

    private String names() {
        return settings.members().keySet().stream().map(NodeId::value).collect(Collectors.joining(", "));
    }

    private void await(RunningNode node) {
        boolean caughtUp = settings.rest().startup().mode() == Mode.CAUGHT_UP;
        CompletableFuture<Void> awaited = (caughtUp ? node.raft().caughtUp() : node.raft().firstState())
                .toCompletableFuture().copy();
        // Quarkus lets a process that is told to stop finish its start first.
        Thread stopping = new Thread(() -> awaited.completeExceptionally(new CancellationException(
                "The process was told to stop. " + waiting(node.status(), caughtUp))), "raft-config-stop-start");
        Runtime.getRuntime().addShutdownHook(stopping);
        try {
            await(node, awaited, caughtUp);
        } finally {
            forget(stopping);
        }
    }

    private static void forget(Thread shutdownHook) {
        try {
            Runtime.getRuntime().removeShutdownHook(shutdownHook);
        } catch (IllegalStateException e) {
            // The process is being stopped, and the hook has run or soon will.
        }
    }

    private void await(RunningNode node, CompletableFuture<Void> awaited, boolean caughtUp) {
        long timeoutMillis = settings.startupTimeout().toMillis();
        long startNanos = System.nanoTime();
        long waitMillis = SILENT_MILLIS;
        while (true) {
            long leftMillis = timeoutMillis - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos);
            if (leftMillis <= 0) {
                throw wrong("startup.timeout", "The start was given up after " + timeoutMillis + " ms ("
                        + key("startup.timeout") + "). " + waiting(node.status(), caughtUp)
                        + " Start the nodes that don't answer, look at the logs of those that do, or give the start more time.");
            }
            try {
                awaited.get(Math.min(waitMillis, leftMillis), TimeUnit.MILLISECONDS);
                return;
            } catch (TimeoutException e) {
                say(waiting(node.status(), caughtUp));
                waitMillis = REPEAT_MILLIS;
            } catch (CancellationException e) {
                throw failure(e);
            } catch (ExecutionException e) {
                throw failure(e.getCause());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("the start was interrupted while the node waited", e);
            }
        }
    }

    private static RuntimeException failure(@Nullable Throwable cause) {
        String message = cause == null ? null : cause.getMessage();
        return new ConfigurationException("The node can't start: " + (message == null ? String.valueOf(cause) : message),
                cause);
    }

    /** What is awaited, and which peers answer. */
    private String waiting(NodeStatus status, boolean caughtUp) {
        String reason = status.waitingFor();
        String what;
        if (reason != null) {
            what = reason;
        } else {
            what = caughtUp ? "the present state (" + key("startup.mode") + "=caught-up)" : "its peer port";
        }
        return "Node " + name(status) + " waits for " + what + ". " + peers(status, true, "Connected: ")
                + peers(status, false, "Not connected: ");
    }

    private String peers(NodeStatus status, boolean connected, String title) {
        String names = settings.members().keySet().stream()
                .filter(id -> !id.equals(status.identity().nodeId()))
                .filter(id -> {
                    NodeStatus.Peer peer = status.peers().get(id);
                    return connected == (peer != null && peer.connected());
                })
                .map(NodeId::value).collect(Collectors.joining(", "));
        return names.isEmpty() ? "" : title + names + ". ";
    }

    /** Until the application has set up its logging, messages are held back: those of a start that hangs, for ever. */
    private static void say(String what) {
        if (InitialConfigurator.DELAYED_HANDLER.isActivated()) {
            RaftConfigLog.LOG.startWaits(what);
        } else {
            System.err.println("raft-config: " + what);
        }
    }

    private static String name(NodeStatus status) {
        return status.identity().nodeId().value();
    }

    private static ConfigurationException wrong(String name, String message) {
        return new ConfigurationException(message, Set.of(key(name)));
    }
}
