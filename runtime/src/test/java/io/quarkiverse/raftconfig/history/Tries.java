package io.quarkiverse.raftconfig.history;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * The operations of one property, those under one idempotency key made one: it was invoked when the first try was, and returned
 * with the first response that tells the outcome, which all such responses must agree on.
 *
 * @param merged in the order of invocation; without those that certainly had no effect, and without reads that saw nothing
 */
record Tries(List<Operation> merged, Verdict.@Nullable Violation contradiction) {
    static Tries of(List<Operation> operations) {
        Map<Object, Operation> merged = new LinkedHashMap<>();
        for (Operation operation : operations) {
            boolean tellsNothing = operation.response() instanceof Response.NotDone
                    || (!operation.isWrite() && operation.response() instanceof Response.Unknown);
            if (tellsNothing) {
                continue;
            }
            Object identity = operation.key() == null ? merged.size() : operation.key();
            Operation before = merged.get(identity);
            if (before == null) {
                merged.put(identity, operation);
            } else if (isContradiction(before, operation)) {
                return new Tries(List.of(), Verdict.Violation.of("one write was answered in two ways", before, operation));
            } else {
                merged.put(identity, merge(before, operation));
            }
        }
        return new Tries(new ArrayList<>(merged.values()), null);
    }

    private static boolean isContradiction(Operation one, Operation other) {
        boolean bothKnown = !(one.response() instanceof Response.Unknown) && !(other.response() instanceof Response.Unknown);
        return !one.request().equals(other.request()) || (bothKnown && !one.response().equals(other.response()));
    }

    private static Operation merge(Operation first, Operation later) {
        Operation sooner = first.returnedAt() <= later.returnedAt() ? first : later;
        return new Operation(first.client(), first.name(), first.request(), first.key(), first.invokedAt(),
                sooner.returnedAt(), sooner.response());
    }
}
