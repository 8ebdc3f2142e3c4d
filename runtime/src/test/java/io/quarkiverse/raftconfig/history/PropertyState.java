package io.quarkiverse.raftconfig.history;

import java.util.Map;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * One property as an order of operations leaves it: the specification.
 *
 * @param value null if there is no such property
 * @param revision of the last change, a removal too; if it is not {@code exact}, the least that it can be
 * @param exact false after a write whose revision nobody told, until somebody sees it
 * @param unseen the state before the last write, if that write's outcome is unknown and nothing has shown it yet
 */
record PropertyState(@Nullable String value, long revision, boolean exact, @Nullable PropertyState unseen) {

    static final PropertyState ABSENT = new PropertyState(null, 0, true, null);

    /**
     * The state after {@code operation}; null if the operation can't be next.
     *
     * @param values by revision, as far as any response tells: what an untold revision can't be
     */
    @Nullable
    PropertyState after(Operation operation, Map<Long, String> values) {
        Response response = operation.response();
        if (response instanceof Response.Found found) {
            return found.value().equals(value) ? shownAt(found.revision(), values) : null;
        } else if (response instanceof Response.Absent) {
            return value == null && holds(operation.request().guard()) ? seen() : null;
        } else if (response instanceof Response.Refused refused) {
            PropertyState state = refused.currentRevision() == 0 ? shownAbsent() : shownAt(refused.currentRevision(), values);
            return state != null && !state.holds(operation.request().guard()) ? state : null;
        }
        return afterWrite(operation, values);
    }

    private @Nullable PropertyState afterWrite(Operation write, Map<Long, String> values) {
        PropertyState guarded = write.request().guard() instanceof Guard.AtRevision at ? shownAt(at.revision(), values) : this;
        if (guarded == null || !guarded.holds(write.request().guard())) {
            return null;
        }
        String written = write.request() instanceof Request.Put put ? put.value() : null;
        if (written == null && value == null) {
            // There is nothing to remove.
            return null;
        }
        if (unseen != null && unseen.after(write, values) != null) {
            // This write hides the unknown one before it, and can do without: the order in which that one never took effect
            // explains as much, and is tried too. Without this rule, as many orders again would be tried for each unknown one.
            return null;
        }
        boolean unknown = write.response() instanceof Response.Unknown;
        if (unknown && written == null && wasAbsentUnseen()) {
            // Nothing has shown what came and went in between: without all that, there is no less to explain with.
            return null;
        }
        if (write.response() instanceof Response.Done done) {
            return done.revision() > guarded.revision ? new PropertyState(written, done.revision(), true, null) : null;
        }
        return new PropertyState(written, guarded.revision + 1, false, this);
    }

    private boolean wasAbsentUnseen() {
        for (PropertyState before = unseen; before != null; before = before.unseen) {
            if (before.value == null) {
                return true;
            }
        }
        return false;
    }

    private boolean holds(Guard guard) {
        if (guard instanceof Guard.Absent) {
            return value == null;
        } else if (guard instanceof Guard.Present) {
            return value != null;
        } else if (guard instanceof Guard.AtRevision at) {
            return value != null && revision == at.revision();
        }
        return true;
    }

    private @Nullable PropertyState shownAbsent() {
        return value == null ? seen() : null;
    }

    private PropertyState seen() {
        return unseen == null ? this : new PropertyState(value, revision, exact, null);
    }

    private @Nullable PropertyState shownAt(long shown, Map<Long, String> values) {
        if (value == null) {
            return null;
        } else if (exact) {
            return shown == revision ? this : null;
        }
        boolean possible = shown >= revision && value.equals(values.getOrDefault(shown, value));
        return possible ? new PropertyState(value, shown, true, null) : null;
    }

    /** Whether what led from {@code before} to here can have been no more than a look. */
    boolean changesNothingIn(PropertyState before) {
        return revision == before.revision && exact == before.exact && Objects.equals(value, before.value);
    }

    /** Mixed into 64 bits; another seed, other bits. */
    long hash(long seed) {
        long hash = unseen == null ? seed : mix(unseen.hash(seed) + 1);
        hash = mix(hash ^ revision);
        hash = mix(hash ^ (exact ? 1 : 2));
        if (value != null) {
            for (int i = 0; i < value.length(); i++) {
                hash = mix(hash ^ value.charAt(i));
            }
        }
        return hash;
    }

    /** The last step of SplitMix64. */
    private static long mix(long bits) {
        long mixed = (bits + 0x9e3779b97f4a7c15L) ^ (bits >>> 30);
        mixed = (mixed ^ (mixed >>> 30)) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
        return mixed ^ (mixed >>> 31);
    }
}
