package io.quarkiverse.raftconfig.state;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.Property;
import io.quarkiverse.raftconfig.state.Transaction.Change;

/**
 * What became of a transaction that carried an idempotency key. It holds no values: a repetition brings them along, and the
 * fingerprint says whether it is one.
 *
 * @param index of the entry, or a larger one: see {@link KeyMemory#next}
 * @param atMillis the time of the entry
 * @param revision of the state after it; 0 if an expectation did not hold
 * @param mismatched which change's expectation did not hold; as many as there are changes for that of the whole state; -1 if
 *        all did
 * @param mismatchedRevision the revision of the property that {@code mismatched} names
 * @param traces one for each change, if all expectations held
 */
record Remembered(Key key, long index, long atMillis, String fingerprint, long revision, int mismatched,
        long mismatchedRevision, List<Trace> traces) {

    /** A key means something only together with the one who uses it: nobody meets the keys of another. */
    record Key(String by, String key) implements Comparable<Key> {
        @Override
        public int compareTo(Key other) {
            int byKey = key.compareTo(other.key);
            return byKey != 0 ? byKey : by.compareTo(other.by);
        }
    }

    /**
     * What a change left, without the value.
     *
     * @param version 0 if it left nothing
     */
    record Trace(boolean existed, long createdRevision, long version) {
    }

    static Remembered of(Key key, long index, long atMillis, String fingerprint, Transaction transaction, Outcome outcome) {
        if (outcome instanceof Outcome.Applied applied) {
            List<Trace> traces = new ArrayList<>();
            for (Outcome.Result result : applied.results()) {
                Property property = result.property();
                traces.add(property == null ? new Trace(result.existed(), 0, 0)
                        : new Trace(result.existed(), property.createdRevision(), property.version()));
            }
            return new Remembered(key, index, atMillis, fingerprint, applied.revision(), -1, 0, traces);
        } else if (outcome instanceof Outcome.Mismatch mismatch) {
            List<Change> changes = transaction.changes();
            int mismatched = 0;
            while (mismatched < changes.size() && !changes.get(mismatched).name().equals(mismatch.name())) {
                mismatched++;
            }
            return new Remembered(key, index, atMillis, fingerprint, 0, mismatched, mismatch.currentRevision(), List.of());
        }
        throw new AssertionError("not an outcome to remember: " + outcome);
    }

    boolean hasExpired(long nowMillis, long ageMillis) {
        return nowMillis - atMillis >= ageMillis;
    }

    /** The outcome again, for a transaction with the same key. */
    Outcome answer(Transaction repetition, String itsFingerprint) {
        if (!fingerprint.equals(itsFingerprint)) {
            return new Outcome.KeyReused();
        } else if (mismatched >= 0) {
            String name = mismatched == repetition.changes().size() ? Outcome.WHOLE_STATE
                    : repetition.changes().get(mismatched).name();
            return new Outcome.Mismatch(name, mismatchedRevision);
        }
        List<Outcome.Result> results = new ArrayList<>();
        for (int i = 0; i < traces.size(); i++) {
            Change change = repetition.changes().get(i);
            results.add(
                    new Outcome.Result(change.name(), property(repetition, change, traces.get(i)), traces.get(i).existed()));
        }
        return new Outcome.Applied(revision, results, true);
    }

    private @Nullable Property property(Transaction repetition, Change change, Trace trace) {
        String value = change.value();
        return value == null ? null
                : new Property(change.name(), value, revision, trace.createdRevision(), trace.version(), key.by(),
                        Instant.ofEpochMilli(atMillis), repetition.comment());
    }

    void writeTo(StateWriter out) throws IOException {
        out.writeString(key.by());
        out.writeString(key.key());
        out.writeNumber(index);
        out.writeNumber(atMillis);
        out.writeString(fingerprint);
        out.writeNumber(revision);
        out.writeNumber(mismatched + 1);
        out.writeNumber(mismatchedRevision);
        out.writeNumber(traces.size());
        for (Trace trace : traces) {
            out.writeByte(trace.existed() ? 1 : 0);
            out.writeNumber(trace.createdRevision());
            out.writeNumber(trace.version());
        }
    }

    static Remembered readFrom(StateReader in) throws IOException {
        Key key = new Key(in.readString(), in.readString());
        long index = in.readNumber();
        long atMillis = in.readNumber();
        String fingerprint = in.readString();
        long revision = in.readNumber();
        int mismatched = in.readInt() - 1;
        long mismatchedRevision = in.readNumber();
        int count = in.readInt();
        List<Trace> traces = new ArrayList<>(Math.min(count, 1024));
        for (int i = 0; i < count; i++) {
            traces.add(new Trace(in.readBoolean(), in.readNumber(), in.readNumber()));
        }
        return new Remembered(key, index, atMillis, fingerprint, revision, mismatched, mismatchedRevision, traces);
    }
}
