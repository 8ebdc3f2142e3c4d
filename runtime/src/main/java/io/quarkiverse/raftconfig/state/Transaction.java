package io.quarkiverse.raftconfig.state;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.Expectation;

/**
 * A command: changes that are made together or not at all.
 *
 * @param stamp what the leader that took it adds; {@link Stamp#NONE} before
 * @param by who asks for it; empty if not known
 * @param comment why; null for nothing
 * @param idempotencyKey null for none; it means something only together with {@code by}
 * @param expectedRevision of the whole state when it is applied; {@link #ANY_REVISION} for any
 * @param changes in order; no name twice
 */
public record Transaction(Stamp stamp, String by, @Nullable String comment, @Nullable String idempotencyKey,
        long expectedRevision, List<Change> changes) implements Command {

    /** Whatever the revision of the whole state. */
    public static final long ANY_REVISION = -1;

    public Transaction {
        if (expectedRevision < ANY_REVISION) {
            throw new IllegalArgumentException("a revision is not negative: " + expectedRevision);
        }
        changes = List.copyOf(changes);
        Set<String> names = new HashSet<>();
        for (Change change : changes) {
            if (!names.add(change.name())) {
                throw new IllegalArgumentException("a transaction changes a property once, and this one " + change.name()
                        + " twice");
            }
        }
    }

    /** Whatever the revision of the whole state. */
    public Transaction(Stamp stamp, String by, @Nullable String comment, @Nullable String idempotencyKey,
            List<Change> changes) {
        this(stamp, by, comment, idempotencyKey, ANY_REVISION, changes);
    }

    /** Not yet taken by a leader. */
    public Transaction(String by, @Nullable String comment, @Nullable String idempotencyKey, List<Change> changes) {
        this(Stamp.NONE, by, comment, idempotencyKey, changes);
    }

    /** The same, taken by a leader. */
    public Transaction stamped(Stamp stamp) {
        return new Transaction(stamp, by, comment, idempotencyKey, expectedRevision, changes);
    }

    /** The same, if the whole state is at {@code expectedRevision} when it is applied. */
    public Transaction expecting(long expectedRevision) {
        return new Transaction(stamp, by, comment, idempotencyKey, expectedRevision, changes);
    }

    /** Without values, comment and key. */
    @Override
    public String toString() {
        return "Transaction[by " + by + ", " + changes.size() + " changes]";
    }

    /**
     * What the leader adds to each transaction, so that applying it reads no clock and no setting.
     *
     * @param atMillis its clock, milliseconds since 1970; applied as the later of it and the one before
     * @param keysMax how many idempotency keys may be remembered at once
     * @param keysAgeMillis for how long one is remembered
     */
    public record Stamp(long atMillis, int keysMax, long keysAgeMillis) {

        /** Of a transaction that no leader has taken: no time passes, and no key can be remembered. */
        public static final Stamp NONE = new Stamp(0, 0, Long.MAX_VALUE);

        public Stamp {
            if (atMillis < 0 || keysMax < 0 || keysAgeMillis < 0) {
                throw new IllegalArgumentException("a stamp holds no negative number: " + atMillis + ", " + keysMax + ", "
                        + keysAgeMillis);
            }
        }
    }

    /** @param value null removes */
    public record Change(String name, @Nullable String value, Expectation expectation) {
        /** Without the value. */
        @Override
        public String toString() {
            return (value == null ? "remove " : "put ") + name;
        }
    }
}
