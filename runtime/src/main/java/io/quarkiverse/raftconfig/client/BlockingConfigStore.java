package io.quarkiverse.raftconfig.client;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.ConfigSnapshot;
import io.quarkiverse.raftconfig.ConfigStore;
import io.quarkiverse.raftconfig.NoLeader;
import io.quarkiverse.raftconfig.OutcomeUnknown;
import io.quarkiverse.raftconfig.Property;
import io.quarkiverse.raftconfig.RaftConfigException;
import io.quarkiverse.raftconfig.ReadOptions;
import io.quarkiverse.raftconfig.WriteOptions;
import io.quarkiverse.raftconfig.state.Outcome;
import io.quarkiverse.raftconfig.state.PublishedState;

/** {@link ConfigStore} on this node. */
public final class BlockingConfigStore implements ConfigStore {
    /** The node keeps to the timeout; this is for the case that it does not answer at all. */
    private static final Duration GRACE = Duration.ofSeconds(1);

    private final ConfigClient client;
    private final CallingThread thread;

    public BlockingConfigStore(ConfigClient client, CallingThread thread) {
        this.client = client;
        this.thread = thread;
    }

    @Override
    public Optional<Property> get(String name, ReadOptions options) {
        return read(options).get(name);
    }

    @Override
    public Property put(String name, String value, WriteOptions options) {
        return UniConfigStore.written(write(name, value, options));
    }

    @Override
    public boolean delete(String name, WriteOptions options) {
        return UniConfigStore.existed(write(name, null, options));
    }

    @Override
    public ConfigSnapshot snapshot() {
        return client.state();
    }

    @Override
    public ConfigSnapshot awaitRevision(long revision, Duration timeout) {
        return read(ReadOptions.LOCAL.withMinRevision(revision).withTimeout(timeout));
    }

    private PublishedState read(ReadOptions options) {
        PublishedState state = client.state();
        if (!options.linearizable() && state.revision() >= options.minRevision()) {
            return state;
        }
        return await(() -> client.reading(options), options.timeout(), NoLeader::new);
    }

    private Outcome.Applied write(String name, @Nullable String value, WriteOptions options) {
        return await(() -> client.writing(UniConfigStore.transaction(name, value, options), options.timeout()),
                options.timeout(), OutcomeUnknown::new);
    }

    /** @param notWaited what a call comes to that is not waited for */
    private <T> T await(Supplier<CompletableFuture<T>> call, Duration timeout,
            Function<String, RaftConfigException> notWaited) {
        if (!thread.mayBlock()) {
            throw new IllegalStateException("ConfigStore waits, and this thread is an event loop, which must not: inject "
                    + "ReactiveConfigStore here, or have the caller run on a worker thread (@Blocking)");
        }
        try {
            return call.get().get(timeout.plus(GRACE).toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException told) {
                told.addSuppressed(new RuntimeException("called here"));
                throw told;
            }
            throw new IllegalStateException("reading or writing properties failed", e.getCause());
        } catch (TimeoutException e) {
            throw notWaited.apply("the node did not answer within " + timeout.plus(GRACE));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw notWaited.apply("interrupted while waiting");
        }
    }
}
