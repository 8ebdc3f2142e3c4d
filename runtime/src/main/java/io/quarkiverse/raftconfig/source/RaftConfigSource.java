package io.quarkiverse.raftconfig.source;

import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.function.Supplier;

import org.eclipse.microprofile.config.spi.ConfigSource;
import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.Property;
import io.quarkiverse.raftconfig.state.PublishedState;

/**
 * What this node has applied, as a config source. A lookup is one volatile read and a look into an immutable map: it never
 * waits, never fails, and does not know whether there is a leader, so that "unavailable" can't look like "absent".
 * <p>
 * Protected names are not shown, whatever the store holds: an older version or another setting may have let them in. Values
 * are shown as they are: {@code ${...}} in them is text, for an expression would let a writer of properties read the secrets
 * of the application.
 */
public final class RaftConfigSource implements ConfigSource {
    /** More names than a store is meant for; they are told apart anew when so many have come and gone. */
    private static final int VERDICTS_MAX = 100_000;
    /** Of a small state, an index is made after so many reads, so that a few do not make one each. */
    private static final int INDEX_READS_MIN = 100;

    private final Supplier<PublishedState> state;
    private final Predicate<String> protectedNames;
    private final Executor background;
    private final Map<String, Boolean> verdicts = new ConcurrentHashMap<>();
    private final Reads reads = new Reads();
    private final AtomicBoolean indexing = new AtomicBoolean();
    private volatile Index newestIndex;
    private final int ordinal;
    private final boolean expressions;

    /**
     * @param state the state as applied: one volatile read
     * @param protectedNames tells protected names
     * @param expressions whether the application's configuration expands expressions (MP Config §5.1.4)
     * @param background where to do what would keep readers waiting; it may drop a task, and must not throw
     */
    public RaftConfigSource(Supplier<PublishedState> state, Predicate<String> protectedNames, int ordinal,
            boolean expressions, Executor background) {
        this.state = state;
        this.protectedNames = protectedNames;
        this.ordinal = ordinal;
        this.expressions = expressions;
        this.background = background;
        PublishedState now = state.get();
        this.newestIndex = new Index(now, values(now));
    }

    @Override
    public @Nullable String getValue(String propertyName) {
        PublishedState now = state.get();
        Index index = newestIndex;
        if (index.state == now) {
            return index.values.get(propertyName);
        }
        if (reads.of(now) && indexing.compareAndSet(false, true)) {
            background.execute(this::index);
        }
        Property property = now.find(propertyName);
        return property == null || isHidden(propertyName) ? null : shown(property);
    }

    @Override
    public Set<String> getPropertyNames() {
        Set<String> names = new HashSet<>(state.get().properties().keySet());
        names.removeIf(this::isHidden);
        return Collections.unmodifiableSet(names);
    }

    @Override
    public Map<String, String> getProperties() {
        return Collections.unmodifiableMap(values(state.get()));
    }

    @Override
    public String getName() {
        return "raft-config";
    }

    @Override
    public int getOrdinal() {
        return ordinal;
    }

    /** Of the state as it is by now: the background may have been busy. */
    private void index() {
        indexing.set(false);
        PublishedState now = state.get();
        newestIndex = new Index(now, values(now));
    }

    private Map<String, String> values(PublishedState state) {
        Map<String, String> values = new HashMap<>();
        state.properties().forEach((name, property) -> {
            if (!isHidden(name)) {
                values.put(name, shown(property));
            }
        });
        return values;
    }

    /** Rules are many globs, and a property is read often. */
    private boolean isHidden(String name) {
        Boolean verdict = verdicts.get(name);
        if (verdict == null) {
            verdict = protectedNames.test(name);
            if (verdicts.size() >= VERDICTS_MAX) {
                verdicts.clear();
            }
            verdicts.put(name, verdict);
        }
        return verdict;
    }

    /** MP Config escapes a dollar with a backslash; each with its own, backslashes before it stay what they are. */
    private String shown(Property property) {
        String value = property.value();
        return expressions && value.indexOf('$') >= 0 ? value.replace("$", "\\$") : value;
    }

    /** What is shown of one state, as a hash map: it is looked into several times as fast as the tree that the state is. */
    private record Index(PublishedState state, Map<String, String> values) {
    }

    /**
     * Tells when a state has been read as often as it has properties: by then an index of it is worth its making, so that
     * under constant change none is made. Counts that threads lose to each other don't matter.
     */
    private static final class Reads {
        private volatile @Nullable PublishedState state;
        private final AtomicInteger left = new AtomicInteger();

        boolean of(PublishedState now) {
            if (state != now) {
                left.set(now.properties().size() + INDEX_READS_MIN);
                state = now;
            }
            return left.decrementAndGet() == 0;
        }
    }
}
