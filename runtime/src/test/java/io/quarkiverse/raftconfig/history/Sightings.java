package io.quarkiverse.raftconfig.history;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the responses tell of each other's operations.
 *
 * @param values by the revision that wrote them
 * @param writers of each value, counted
 * @param firstFound by value, the read that found it and returned first
 */
record Sightings(Map<Long, String> values, Map<String, Integer> writers, Map<String, Operation> firstFound) {
    static Sightings of(List<Operation> operations) {
        Sightings sightings = new Sightings(new HashMap<>(), new HashMap<>(), new HashMap<>());
        for (Operation operation : operations) {
            if (operation.response() instanceof Response.Found found) {
                sightings.values.putIfAbsent(found.revision(), found.value());
                sightings.firstFound.merge(found.value(), operation,
                        (one, other) -> one.returnedAt() <= other.returnedAt() ? one : other);
            } else if (operation.request() instanceof Request.Put put) {
                sightings.writers.merge(put.value(), 1, Integer::sum);
                if (operation.response() instanceof Response.Done done) {
                    sightings.values.putIfAbsent(done.revision(), put.value());
                }
            }
        }
        return sightings;
    }

    /** An unknown write whose value was found, and which nobody else wrote, took effect: with that revision, and before. */
    Operation withOutcome(Operation operation) {
        if (operation.response() instanceof Response.Unknown && operation.request() instanceof Request.Put put
                && writers.getOrDefault(put.value(), 0) == 1) {
            Operation read = firstFound.get(put.value());
            if (read != null) {
                return new Operation(operation.client(), operation.name(), put, operation.key(), operation.invokedAt(),
                        Math.max(operation.invokedAt(), read.returnedAt()), new Response.Done(read.shownRevision()));
            }
        }
        return operation;
    }

    /** Equal for unknown writes that can stand for each other. */
    Request kind(Operation unknown) {
        Request request = unknown.request();
        if (request instanceof Request.Put put && !firstFound.containsKey(put.value())) {
            return new Request.Put("", put.guard());
        } else if (request instanceof Request.Delete delete && delete.guard() instanceof Guard.Present) {
            // Without a guard, too, it has an effect only if there is something to remove.
            return Request.delete();
        }
        return request;
    }
}
