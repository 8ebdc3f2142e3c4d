package io.quarkiverse.raftconfig.client;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.ConfigSnapshot;
import io.quarkiverse.raftconfig.Property;
import io.quarkiverse.raftconfig.ReactiveConfigStore;
import io.quarkiverse.raftconfig.ReadOptions;
import io.quarkiverse.raftconfig.WriteOptions;
import io.quarkiverse.raftconfig.state.Outcome;
import io.quarkiverse.raftconfig.state.Transaction;
import io.smallrye.mutiny.Uni;

/** {@link ReactiveConfigStore} on this node. */
public final class UniConfigStore implements ReactiveConfigStore {
    private final ConfigClient client;

    public UniConfigStore(ConfigClient client) {
        this.client = client;
    }

    @Override
    public Uni<Optional<Property>> get(String name, ReadOptions options) {
        return client.read(options).map(state -> state.get(name));
    }

    @Override
    public Uni<Property> put(String name, String value, WriteOptions options) {
        return client.write(transaction(name, value, options), options.timeout()).map(UniConfigStore::written);
    }

    @Override
    public Uni<Boolean> delete(String name, WriteOptions options) {
        return client.write(transaction(name, null, options), options.timeout()).map(UniConfigStore::existed);
    }

    @Override
    public ConfigSnapshot snapshot() {
        return client.state();
    }

    @Override
    public Uni<ConfigSnapshot> awaitRevision(long revision, Duration timeout) {
        return client.read(ReadOptions.LOCAL.withMinRevision(revision).withTimeout(timeout)).map(state -> state);
    }

    /** @param value null removes */
    static Transaction transaction(String name, @Nullable String value, WriteOptions options) {
        return new Transaction("", options.comment(), options.idempotencyKey(),
                List.of(new Transaction.Change(name, value, options.expectation())));
    }

    static Property written(Outcome.Applied outcome) {
        Property property = outcome.results().get(0).property();
        if (property == null) {
            throw new IllegalStateException("a property that was put is there");
        }
        return property;
    }

    static boolean existed(Outcome.Applied outcome) {
        return outcome.results().get(0).existed();
    }
}
