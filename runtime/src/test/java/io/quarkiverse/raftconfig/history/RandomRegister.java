package io.quarkiverse.raftconfig.history;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;

import org.jspecify.annotations.Nullable;

/**
 * Histories of one property that are linearizable by their making: each operation has its moment, and an interval around it.
 */
final class RandomRegister {
    private final SplittableRandom random;
    private final int values;
    private final double unknownRate;
    private final int spread;

    private long time = 1_000_000;
    private @Nullable String value;
    private long revision;

    /**
     * @param values of which each write takes one; the fewer, the more writes are alike
     * @param unknownRate of operations, half of which take effect
     * @param spread how far an interval reaches at most before and behind its moment, in steps of one operation
     */
    RandomRegister(long seed, int values, double unknownRate, int spread) {
        this.random = new SplittableRandom(seed);
        this.values = values;
        this.unknownRate = unknownRate;
        this.spread = spread;
    }

    List<Operation> history(int size) {
        List<Operation> operations = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            operations.add(next());
        }
        operations.sort(Comparator.comparingLong(Operation::invokedAt));
        return operations;
    }

    private Operation next() {
        time += 10;
        Request request = request();
        long invokedAt = time - random.nextInt(1, 10 * spread + 1);
        long returnedAt = time + random.nextInt(1, 10 * spread + 1);
        boolean unknown = random.nextDouble() < unknownRate;
        Response response = unknown && random.nextBoolean() ? new Response.Unknown() : effect(request);
        return new Operation("c" + random.nextInt(3), "p", request, null, invokedAt, returnedAt,
                unknown ? new Response.Unknown() : response);
    }

    private Request request() {
        int kind = random.nextInt(10);
        if (kind < 4) {
            return Request.get();
        } else if (kind < 6) {
            return Request.delete().when(guard());
        }
        return Request.put("v" + random.nextInt(values)).when(guard());
    }

    private Guard guard() {
        int kind = random.nextInt(8);
        if (kind < 5) {
            return Guard.NONE;
        } else if (kind == 5) {
            return new Guard.Absent();
        } else if (kind == 6) {
            return new Guard.Present();
        }
        return new Guard.AtRevision(Math.max(1, revision - random.nextInt(2)));
    }

    private Response effect(Request request) {
        long current = value == null ? 0 : revision;
        if (request instanceof Request.Get) {
            return value == null ? new Response.Absent() : new Response.Found(value, revision);
        }
        Guard guard = request.guard();
        boolean holds = guard instanceof Guard.None || (guard instanceof Guard.Absent && current == 0)
                || (guard instanceof Guard.Present && current != 0)
                || (guard instanceof Guard.AtRevision at && at.revision() == current);
        if (!holds) {
            return new Response.Refused(current);
        } else if (request instanceof Request.Delete && value == null) {
            return new Response.Absent();
        }
        value = request instanceof Request.Put put ? put.value() : null;
        revision += random.nextInt(1, 3);
        return new Response.Done(revision);
    }
}
