package io.quarkiverse.raftconfig.source;

import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;

import org.eclipse.microprofile.config.spi.ConfigSource;
import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.ConfigSnapshot;
import io.quarkiverse.raftconfig.Property;

/**
 * What this node has applied, as a config source. A lookup is one volatile read and a look into an immutable map: it never
 * waits, never fails, and does not know whether there is a leader, so that "unavailable" can't look like "absent".
 * <p>
 * Protected names are not shown, whatever the store holds: an older version or another setting may have let them in. Values
 * are shown as they are: {@code ${...}} in them is text, for an expression would let a writer of properties read the secrets
 * of the application.
 */
public final class RaftConfigSource implements ConfigSource {
    private final Supplier<? extends ConfigSnapshot> state;
    private final Predicate<String> hidden;
    private final int ordinal;
    private final boolean expressions;

    /**
     * @param state the state as applied: one volatile read
     * @param hidden tells protected names
     * @param expressions whether the application's configuration expands expressions (MP Config §5.1.4)
     */
    public RaftConfigSource(Supplier<? extends ConfigSnapshot> state, Predicate<String> hidden, int ordinal,
            boolean expressions) {
        this.state = state;
        this.hidden = hidden;
        this.ordinal = ordinal;
        this.expressions = expressions;
    }

    @Override
    public @Nullable String getValue(String propertyName) {
        Property property = state.get().get(propertyName).orElse(null);
        return property == null || hidden.test(propertyName) ? null : shown(property);
    }

    @Override
    public Set<String> getPropertyNames() {
        Set<String> names = new HashSet<>(state.get().properties().keySet());
        names.removeIf(hidden);
        return Collections.unmodifiableSet(names);
    }

    @Override
    public Map<String, String> getProperties() {
        Map<String, String> values = new HashMap<>();
        state.get().properties().forEach((name, property) -> {
            if (!hidden.test(name)) {
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

    /** MP Config escapes a dollar with a backslash; each with its own, backslashes before it stay what they are. */
    private String shown(Property property) {
        String value = property.value();
        return expressions && value.indexOf('$') >= 0 ? value.replace("$", "\\$") : value;
    }
}
