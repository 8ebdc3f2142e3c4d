package io.quarkiverse.raftconfig.source;

import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
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

    private final Supplier<PublishedState> state;
    private final Predicate<String> protectedNames;
    private final Map<String, Boolean> verdicts = new ConcurrentHashMap<>();
    private final int ordinal;
    private final boolean expressions;

    /**
     * @param state the state as applied: one volatile read
     * @param protectedNames tells protected names
     * @param expressions whether the application's configuration expands expressions (MP Config §5.1.4)
     */
    public RaftConfigSource(Supplier<PublishedState> state, Predicate<String> protectedNames, int ordinal,
            boolean expressions) {
        this.state = state;
        this.protectedNames = protectedNames;
        this.ordinal = ordinal;
        this.expressions = expressions;
    }

    @Override
    public @Nullable String getValue(String propertyName) {
        Property property = state.get().find(propertyName);
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
        Map<String, String> values = new HashMap<>();
        state.get().properties().forEach((name, property) -> {
            if (!isHidden(name)) {
                values.put(name, shown(property));
            }
        });
        return Collections.unmodifiableMap(values);
    }

    @Override
    public String getName() {
        return "raft-config";
    }

    @Override
    public int getOrdinal() {
        return ordinal;
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
}
