package io.quarkiverse.raftconfig.wire;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import org.jboss.logging.Logger;

import io.quarkiverse.raftconfig.node.Loop;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.dns.AddressResolverOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.impl.VertxBuilder;
import io.vertx.core.impl.VertxThread;
import io.vertx.core.spi.VertxThreadFactory;

/**
 * The loop of a node on a small Vert.x of its own: the node starts before the application's Vert.x exists, and shares a
 * thread with nobody. One event loop, {@value #THREAD_NAME}; the network reads and writes on the same thread, so that
 * nothing is handed over between a message and the algorithm. No pool of workers is ever used.
 * <p>
 * All threads are daemons, and none is left when {@link #close} has returned. A task given after that is refused with a
 * {@link RejectedExecutionException}.
 */
public final class VertxLoop implements Loop, AutoCloseable {
    public static final String THREAD_NAME = "raft-config-loop";

    private static final Logger LOG = Logger.getLogger(VertxLoop.class);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);
    private static final int HOSTS_FILE_REFRESH_MILLIS = 1000;

    private final NamedThreads threads = new NamedThreads();
    private final Vertx vertx;
    private final Context context;
    private final Thread thread;

    public VertxLoop() {
        VertxBuilder builder = new VertxBuilder(options());
        builder.threadFactory(threads);
        vertx = builder.init().vertx();
        // A task that fails must not take the loop with it.
        vertx.exceptionHandler(failure -> LOG.error("A task on the loop failed", failure));
        // An HTTP client without a pool cleaner cancels the timer with the number 0 when it is closed, whosever that is
        // (Vert.x 4.5.25): so it is used up here.
        vertx.cancelTimer(vertx.setTimer(1, ignored -> {
        }));
        context = vertx.getOrCreateContext();
        CompletableFuture<Thread> running = new CompletableFuture<>();
        context.runOnContext(ignored -> running.complete(Thread.currentThread()));
        thread = running.join();
    }

    private static VertxOptions options() {
        return new VertxOptions()
                .setEventLoopPoolSize(1)
                .setWorkerPoolSize(1)
                .setInternalBlockingPoolSize(1)
                .setUseDaemonThread(true)
                .setFileSystemOptions(new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false))
                // Names are resolved at every connect, without blocking, and no answer is remembered: a peer that
                // comes back elsewhere is found at once.
                .setAddressResolverOptions(new AddressResolverOptions().setCacheMaxTimeToLive(0)
                        .setCacheNegativeTimeToLive(0).setHostsRefreshPeriod(HOSTS_FILE_REFRESH_MILLIS));
    }

    Vertx vertx() {
        return vertx;
    }

    boolean isCurrent() {
        return Thread.currentThread() == thread;
    }

    @Override
    public void execute(Runnable task) {
        context.runOnContext(ignored -> task.run());
    }

    @Override
    public Timer schedule(long delayMillis, Runnable task) {
        LoopTimer timer = new LoopTimer(task);
        if (delayMillis <= 0) {
            execute(timer::fire);
        } else if (isCurrent()) {
            timer.start(delayMillis);
        } else {
            execute(() -> timer.start(delayMillis));
        }
        return timer;
    }

    @Override
    public long nowMillis() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    }

    @Override
    public long wallClockMillis() {
        return System.currentTimeMillis();
    }

    /**
     * Ends the loop and waits until its threads are gone.
     *
     * @throws IllegalStateException if called on the loop, which can't wait for itself
     */
    @Override
    public void close() {
        if (isCurrent()) {
            throw new IllegalStateException("the loop can't be closed on the loop");
        }
        try {
            vertx.close().toCompletionStage().toCompletableFuture().get(CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
            threads.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("the loop did not end", e);
        }
    }

    /** A thread dump should say whose threads these are. */
    private static final class NamedThreads implements VertxThreadFactory {
        private final List<Thread> threads = new CopyOnWriteArrayList<>();

        @Override
        public VertxThread newVertxThread(Runnable target, String name, boolean worker, long maxExecTime, TimeUnit unit) {
            VertxThread thread = new VertxThread(target, ownName(name), worker, maxExecTime, unit);
            threads.add(thread);
            return thread;
        }

        void join() throws InterruptedException {
            for (Thread thread : threads) {
                thread.join(CLOSE_TIMEOUT.toMillis());
            }
        }

        private static String ownName(String vertxName) {
            if (vertxName.startsWith("vert.x-eventloop")) {
                return THREAD_NAME;
            }
            return vertxName.startsWith("vert.x-acceptor") ? "raft-config-acceptor" : "raft-config-" + vertxName;
        }
    }

    private final class LoopTimer implements Timer {
        private final Runnable task;
        private volatile boolean cancelled;
        /** Touched on the loop only. */
        private long id = -1;

        LoopTimer(Runnable task) {
            this.task = task;
        }

        void start(long delayMillis) {
            if (!cancelled) {
                id = vertx.setTimer(delayMillis, ignored -> fire());
            }
        }

        void fire() {
            id = -1;
            if (!cancelled) {
                task.run();
            }
        }

        @Override
        public void cancel() {
            cancelled = true;
            if (isCurrent() && id >= 0) {
                vertx.cancelTimer(id);
                id = -1;
            }
        }
    }
}
