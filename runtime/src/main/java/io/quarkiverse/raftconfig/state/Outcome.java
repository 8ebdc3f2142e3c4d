package io.quarkiverse.raftconfig.state;

import java.util.List;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.Property;

/** What applying a command gave: the same on every replica. */
public sealed interface Outcome {
    /** What a {@link Mismatch} names if it was the revision of the whole state. */
    String WHOLE_STATE = "";

    /**
     * Done.
     *
     * @param revision of the state after it
     * @param results one for each change, in order
     * @param repeated true if an earlier command with the same idempotency key did it, and this one changed nothing
     */
    record Applied(long revision, List<Result> results, boolean repeated) implements Outcome {
        public Applied {
            results = List.copyOf(results);
        }
    }

    /**
     * What a change did.
     *
     * @param property as the change left it; null if it was removed, or was not there to remove
     * @param existed whether there was such a property before
     */
    record Result(String name, @Nullable Property property, boolean existed) {
    }

    /**
     * An expectation did not hold.
     *
     * @param name of the property; {@link #WHOLE_STATE} for none
     * @param currentRevision of the property's last change, when the command was applied; 0 if there was no such property. Or
     *        of the whole state
     */
    record Mismatch(String name, long currentRevision) implements Outcome {
    }

    /** The idempotency key was used before by the same caller, for something else. */
    record KeyReused() implements Outcome {
    }

    /** As many idempotency keys are remembered as may be, and none has expired. */
    record KeysExhausted() implements Outcome {
    }

    /** A part of a restore is there; others are still to come. */
    record PartTaken() implements Outcome {
    }

    /**
     * The last part came, and the state is what was restored.
     *
     * @param revision of it
     */
    record Restored(long revision) implements Outcome {
    }

    /** Nothing was restored, and what had come of it is gone. */
    record NotRestored(Reason reason) implements Outcome {
        /** Why not. */
        public enum Reason {
            /** Something was written before the last part came. */
            NOT_FRESH,
            /** The parts before this one are not there: another restore has taken their place. */
            INTERRUPTED,
            /** All parts together are no state. */
            MALFORMED
        }
    }
}
