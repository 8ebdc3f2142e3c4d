package io.quarkiverse.raftconfig.history;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * The same question as {@link Linearizability}'s, for one property and few operations, answered by trying every order and every
 * revision: slow, and simple enough to be believed.
 */
final class Permutations {
    private final List<Operation> operations;
    private final long revisionMax;

    private Permutations(List<Operation> operations) {
        this.operations = operations.stream().filter(operation -> !(operation.response() instanceof Response.NotDone)).toList();
        this.revisionMax = operations.stream().mapToLong(Operation::shownRevision).max().orElse(0) + operations.size();
    }

    static boolean explain(List<Operation> operations) {
        Permutations permutations = new Permutations(operations);
        return permutations.canEnd(permutations.operations, null, 0);
    }

    private boolean canEnd(List<Operation> left, @Nullable String value, long revision) {
        boolean done = true;
        for (Operation operation : left) {
            done &= operation.response() instanceof Response.Unknown;
        }
        if (done) {
            return true;
        }
        for (Operation operation : left) {
            boolean first = true;
            for (Operation other : left) {
                first &= other.returnedAt() >= operation.invokedAt();
            }
            if (first && canBeNext(operation, left, value, revision)) {
                return true;
            }
        }
        return false;
    }

    private boolean canBeNext(Operation operation, List<Operation> left, @Nullable String value, long revision) {
        List<Operation> rest = new ArrayList<>(left);
        rest.remove(operation);
        long current = value == null ? 0 : revision;
        Response response = operation.response();
        if (response instanceof Response.Found found) {
            return found.value().equals(value) && found.revision() == revision && canEnd(rest, value, revision);
        } else if (response instanceof Response.Absent) {
            return value == null && canEnd(rest, null, revision);
        } else if (response instanceof Response.Refused refused) {
            return refused.currentRevision() == current && !holds(operation.request(), current)
                    && canEnd(rest, value, revision);
        } else if (operation.request() instanceof Request.Get) {
            return canEnd(rest, value, revision);
        } else if (!holds(operation.request(), current)) {
            return false;
        }
        String written = operation.request() instanceof Request.Put put ? put.value() : null;
        if (written == null && value == null) {
            return false;
        } else if (response instanceof Response.Done done) {
            return done.revision() > revision && canEnd(rest, written, done.revision());
        }
        for (long made = revision + 1; made <= revisionMax; made++) {
            if (canEnd(rest, written, made)) {
                return true;
            }
        }
        return false;
    }

    private static boolean holds(Request request, long current) {
        Guard guard = request.guard();
        if (guard instanceof Guard.Absent) {
            return current == 0;
        } else if (guard instanceof Guard.Present) {
            return current != 0;
        }
        return !(guard instanceof Guard.AtRevision at) || at.revision() == current;
    }
}
