package io.quarkiverse.raftconfig;

import java.util.Optional;

import io.smallrye.mutiny.Uni;

/**
 * The replicated properties, without blocking. Inject it; any thread may call it. A {@code Uni} does nothing until
 * subscribed to, fails with a {@link RaftConfigException} only, and completes on the Vert.x context of the subscriber, if it
 * has one.
 */
public interface ReactiveConfigStore {
    /** As {@link ConfigStore#get(String)}. */
    default Uni<Optional<Property>> get(String name) {
        return get(name, ReadOptions.LINEARIZABLE);
    }

    /** As {@link ConfigStore#get(String, ReadOptions)}. */
    Uni<Optional<Property>> get(String name, ReadOptions options);

    /** As {@link ConfigStore#put(String, String)}. */
    default Uni<Property> put(String name, String value) {
        return put(name, value, WriteOptions.DEFAULTS);
    }

    /** As {@link ConfigStore#put(String, String, WriteOptions)}. */
    Uni<Property> put(String name, String value, WriteOptions options);

    /** As {@link ConfigStore#delete(String)}. */
    default Uni<Boolean> delete(String name) {
        return delete(name, WriteOptions.DEFAULTS);
    }

    /** As {@link ConfigStore#delete(String, WriteOptions)}. */
    Uni<Boolean> delete(String name, WriteOptions options);

    /** As {@link ConfigStore#snapshot}. */
    ConfigSnapshot snapshot();

    /** As {@link ConfigStore#awaitRevision}; completes with the snapshot that has reached it. */
    Uni<ConfigSnapshot> awaitRevision(long revision, java.time.Duration timeout);
}
