package io.quarkiverse.raftconfig.state;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import org.pcollections.TreePMap;

import io.quarkiverse.raftconfig.Expectation;
import io.quarkiverse.raftconfig.Property;
import io.quarkiverse.raftconfig.state.Outcome.NotRestored.Reason;
import io.quarkiverse.raftconfig.state.Transaction.Change;

/**
 * The state machine. Not thread-safe, but for {@link #published} and {@link #onPublished}: one thread applies; any thread
 * reads what is published.
 * <p>
 * A transaction is decided here and nowhere else: first whether it repeats an earlier one, then whether all its
 * expectations hold, and only then do all its changes happen, together, under one new revision. It reads no clock and no
 * setting: what it needs of them, the leader has written into it ({@link Transaction.Stamp}). A state that has nothing yet may
 * be given all at once, by a restore ({@link RestorePart}).
 */
public final class ConfigState {
    private final List<Consumer<PublishedState>> listeners = new CopyOnWriteArrayList<>();

    private long lastApplied;
    private long revision;
    private long namesRevision;
    private long timeMillis;
    private long sizeBytes;
    private TreePMap<String, Property> properties = TreePMap.empty();
    private KeyMemory keys = KeyMemory.EMPTY;
    private @Nullable Staging staging;

    private volatile PublishedState published = snapshot();

    /** The state before the first entry. */
    public ConfigState() {
    }

    private ConfigState(PublishedState state, long timeMillis) {
        this.revision = state.revision();
        this.properties = state.table();
        this.timeMillis = timeMillis;
    }

    /**
     * The state that {@link Image#writeTo} wrote, published.
     *
     * @throws MalformedStateException if it did not write this, or a later build did
     */
    public static ConfigState read(InputStream stream) throws IOException {
        ImageCodec.Content content = ImageCodec.read(stream);
        ConfigState state = new ConfigState();
        state.lastApplied = content.state().lastApplied();
        state.take(content.state());
        state.staging = content.staging();
        state.publish();
        return state;
    }

    /** What {@code transaction} would give if it were the next to be applied to {@code state}; no key is looked at. */
    public static Outcome preview(PublishedState state, Transaction transaction) {
        return new ConfigState(state, transaction.stamp().atMillis()).change(transaction);
    }

    /**
     * Applies the command of the entry at {@code index}. What it is refused for is an outcome; a
     * {@link MalformedStateException} means that these are not our bytes, and leaves the state as it was.
     */
    public Outcome apply(long index, byte[] bytes) {
        Command command = CommandCodec.decode(bytes);
        skip(index);
        if (command instanceof Transaction transaction) {
            Outcome outcome = apply(transaction);
            // What was begun for a state without a write can't be ended any more.
            staging = isFresh() ? staging : null;
            return outcome;
        } else if (command instanceof RestorePart part) {
            return apply(part);
        }
        throw new AssertionError("unhandled command: " + command);
    }

    private Outcome apply(Transaction transaction) {
        timeMillis = Math.max(timeMillis, transaction.stamp().atMillis());
        keys = keys.withoutExpired(timeMillis, transaction.stamp().keysAgeMillis());
        String key = transaction.idempotencyKey();
        return key == null ? change(transaction)
                : changeOnce(new Remembered.Key(transaction.by(), key), transaction);
    }

    private Outcome apply(RestorePart part) {
        if (!isFresh()) {
            return new Outcome.NotRestored(Reason.NOT_FRESH);
        }
        Staging before = staging;
        Staging now = Staging.after(before, part);
        if (now == null) {
            // It belongs to a restore that another one has replaced, which goes on.
            return new Outcome.NotRestored(Reason.INTERRUPTED);
        } else if (!now.isWhole()) {
            staging = now;
            return new Outcome.PartTaken();
        }
        staging = null;
        try {
            take(now.state());
        } catch (MalformedStateException e) {
            return new Outcome.NotRestored(Reason.MALFORMED);
        }
        return new Outcome.Restored(revision);
    }

    private boolean isFresh() {
        return PublishedState.isFresh(revision, keys);
    }

    /** All of it but the index: that counts in this log, and not in the one that {@code other} comes from. */
    private void take(PublishedState other) {
        revision = other.revision();
        namesRevision = other.namesRevision();
        timeMillis = Math.max(timeMillis, other.timeMillis());
        sizeBytes = other.sizeBytes();
        properties = other.table();
        keys = other.keys();
    }

    /** Notes that the entry at {@code index}, which holds no command, was passed. */
    public void skip(long index) {
        if (index != lastApplied + 1) {
            throw new IllegalStateException("entry " + index + " was given to be applied after entry " + lastApplied);
        }
        lastApplied = index;
    }

    /**
     * Becomes what {@code later} is, and publishes it. {@code later} is not to be used any more.
     *
     * @throws IllegalArgumentException if that would go back
     */
    public void install(ConfigState later) {
        if (later.lastApplied <= lastApplied || later.revision < revision) {
            throw new IllegalArgumentException("the state of index " + later.lastApplied + ", revision " + later.revision
                    + ", after that of index " + lastApplied + ", revision " + revision);
        }
        lastApplied = later.lastApplied;
        take(later.published);
        staging = later.staging;
        publish();
    }

    /** Makes what was applied visible: one volatile write. Then tells the listeners, if the revision is another. */
    public void publish() {
        PublishedState before = published;
        if (before.lastApplied() == lastApplied) {
            return;
        }
        PublishedState now = snapshot();
        published = now;
        if (before.revision() != now.revision()) {
            for (Consumer<PublishedState> listener : listeners) {
                listener.accept(now);
            }
        }
    }

    /** From any thread. */
    public PublishedState published() {
        return published;
    }

    /**
     * From any thread. The listener hears every later state whose revision is another than the one before, in order; several
     * transactions may lie between two of them. It is called by {@link #publish}, on the thread that applies: it must
     * neither block nor throw.
     */
    public void onPublished(Consumer<PublishedState> listener) {
        listeners.add(listener);
    }

    /** The whole state now, immutable: it may be written on another thread while applying goes on. */
    public Image image() {
        PublishedState state = snapshot();
        Staging itsStaging = staging;
        return out -> ImageCodec.write(out, state, itsStaging);
    }

    private PublishedState snapshot() {
        return new PublishedState(lastApplied, revision, namesRevision, timeMillis, sizeBytes, properties, keys);
    }

    /**
     * A refused transaction is remembered as well: its caller may have been told, and a copy of it that is still on its way
     * must not succeed later.
     */
    private Outcome changeOnce(Remembered.Key key, Transaction transaction) {
        String fingerprint = TransactionCodec.fingerprint(transaction);
        Remembered remembered = keys.find(key);
        if (remembered != null) {
            return remembered.answer(transaction, fingerprint);
        } else if (keys.size() >= transaction.stamp().keysMax()) {
            return new Outcome.KeysExhausted();
        }
        Outcome outcome = change(transaction);
        keys = keys.with(Remembered.of(key, keys.next(lastApplied), timeMillis, fingerprint, transaction, outcome));
        return outcome;
    }

    private Outcome change(Transaction transaction) {
        long expected = transaction.expectedRevision();
        if (expected != Transaction.ANY_REVISION && expected != revision) {
            return new Outcome.Mismatch(Outcome.WHOLE_STATE, revision);
        }
        for (Change change : transaction.changes()) {
            Property current = properties.get(change.name());
            if (!holds(change.expectation(), current)) {
                return new Outcome.Mismatch(change.name(), current == null ? 0 : current.revision());
            }
        }
        long next = revision + 1;
        boolean changed = false;
        List<Outcome.Result> results = new ArrayList<>();
        for (Change change : transaction.changes()) {
            Property before = properties.get(change.name());
            Property after = after(next, transaction, change, before);
            replace(change.name(), before, after);
            changed |= before != null || after != null;
            if ((before == null) != (after == null)) {
                namesRevision = next;
            }
            results.add(new Outcome.Result(change.name(), after, before != null));
        }
        if (changed) {
            revision = next;
        }
        return new Outcome.Applied(revision, results, false);
    }

    private @Nullable Property after(long next, Transaction transaction, Change change, @Nullable Property before) {
        String value = change.value();
        if (value == null) {
            return null;
        }
        long createdRevision = before == null ? next : before.createdRevision();
        long version = before == null ? 1 : before.version() + 1;
        return new Property(change.name(), value, next, createdRevision, version, transaction.by(),
                Instant.ofEpochMilli(timeMillis), transaction.comment());
    }

    private void replace(String name, @Nullable Property before, @Nullable Property after) {
        if (before != null) {
            sizeBytes -= PublishedState.sizeBytes(before);
        }
        if (after != null) {
            sizeBytes += PublishedState.sizeBytes(after);
            properties = properties.plus(name, after);
        } else {
            properties = properties.minus(name);
        }
    }

    private static boolean holds(Expectation expectation, @Nullable Property current) {
        if (expectation instanceof Expectation.None) {
            return true;
        } else if (expectation instanceof Expectation.Absent) {
            return current == null;
        } else if (expectation instanceof Expectation.Present) {
            return current != null;
        } else if (expectation instanceof Expectation.AtRevision at) {
            return current != null && current.revision() == at.revision();
        }
        throw new AssertionError("unhandled expectation: " + expectation);
    }

    /** A whole state at one index. */
    public interface Image {
        /** Canonical: equal states give equal bytes. Flushes, but does not close. */
        void writeTo(OutputStream out) throws IOException;
    }
}
