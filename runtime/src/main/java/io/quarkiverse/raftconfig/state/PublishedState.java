package io.quarkiverse.raftconfig.state;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;

import org.jspecify.annotations.Nullable;
import org.pcollections.TreePMap;

import io.quarkiverse.raftconfig.ConfigSnapshot;
import io.quarkiverse.raftconfig.Property;

/** The state after some entry of the log, as readers see it. Immutable; keeping one costs what has changed since. */
public final class PublishedState implements ConfigSnapshot {
    /** Numbers, time and lengths: an estimate that bounds, not a measurement. */
    private static final long OVERHEAD_BYTES = 64;

    private final long lastApplied;
    private final long revision;
    private final long namesRevision;
    private final long timeMillis;
    private final long sizeBytes;
    private final TreePMap<String, Property> properties;
    private final KeyMemory keys;

    PublishedState(long lastApplied, long revision, long namesRevision, long timeMillis, long sizeBytes,
            TreePMap<String, Property> properties, KeyMemory keys) {
        this.lastApplied = lastApplied;
        this.revision = revision;
        this.namesRevision = namesRevision;
        this.timeMillis = timeMillis;
        this.sizeBytes = sizeBytes;
        this.properties = properties;
        this.keys = keys;
    }

    @Override
    public long revision() {
        return revision;
    }

    /** The index of the last entry applied. */
    public long lastApplied() {
        return lastApplied;
    }

    /** The last revision that added or removed a name: while it stays, so does the set of names. 0 for none. */
    public long namesRevision() {
        return namesRevision;
    }

    /** About how much memory the properties take up: the sum of {@link #sizeBytes(Property)}. */
    public long sizeBytes() {
        return sizeBytes;
    }

    @Override
    public Optional<Property> get(String name) {
        return Optional.ofNullable(properties.get(name));
    }

    /** As {@link #get}, for those who look in a hurry: no lock, nothing allocated. */
    public @Nullable Property find(String name) {
        return properties.get(name);
    }

    @Override
    public NavigableMap<String, Property> properties() {
        return properties;
    }

    /**
     * Whether the idempotency key of {@code transaction} was used, and will not have expired by the time with which it is
     * stamped: then, as the next to be applied, it is answered from memory, and changes nothing.
     */
    public boolean remembers(Transaction transaction) {
        String key = transaction.idempotencyKey();
        Remembered remembered = key == null ? null : keys.find(new Remembered.Key(transaction.by(), key));
        Transaction.Stamp stamp = transaction.stamp();
        return remembered != null
                && !remembered.hasExpired(Math.max(timeMillis, stamp.atMillis()), stamp.keysAgeMillis());
    }

    /**
     * Whether nothing was ever written to it, nor refused under an idempotency key: only such a state can be restored to
     * another.
     */
    public boolean isFresh() {
        return isFresh(revision, keys);
    }

    static boolean isFresh(long revision, KeyMemory keys) {
        return revision == 0 && keys.size() == 0;
    }

    /** The time of the last entry that had one, in milliseconds since 1970. */
    long timeMillis() {
        return timeMillis;
    }

    TreePMap<String, Property> table() {
        return properties;
    }

    KeyMemory keys() {
        return keys;
    }

    /**
     * A part of the list of those whose name begins with {@code prefix}, in the order of names.
     *
     * @param after the name before the first; null to begin with the first
     */
    public List<Property> page(String prefix, @Nullable String after, int limit) {
        boolean first = after == null || after.compareTo(prefix) < 0;
        List<Property> page = new ArrayList<>(Math.min(limit, 1024));
        Map.Entry<String, Property> next = first ? properties.ceilingEntry(prefix) : properties.higherEntry(after);
        while (next != null && next.getKey().startsWith(prefix) && page.size() < limit) {
            page.add(next.getValue());
            next = properties.higherEntry(next.getKey());
        }
        return page;
    }

    /** About how much memory a property takes up; the limit of the whole state counts it. */
    public static long sizeBytes(Property property) {
        return sizeBytes(property.name(), property.value(), property.modifiedBy(), property.comment());
    }

    /** As {@link #sizeBytes(Property)}, of a property that is yet to be written. */
    public static long sizeBytes(String name, String value, String by, @Nullable String comment) {
        return OVERHEAD_BYTES + TransactionCodec.utf8Length(name) + TransactionCodec.utf8Length(value)
                + TransactionCodec.utf8Length(by) + TransactionCodec.utf8Length(comment);
    }
}
