package io.quarkiverse.raftconfig.history;

import org.jspecify.annotations.Nullable;

/**
 * One request of one client, and what came of it.
 *
 * @param name of the property
 * @param key the idempotency key; operations on one property that share one are tries of the same write, which is done once
 * @param invokedAt before the request left the client, in any unit of time that only grows, the same for all clients
 * @param returnedAt after the response came; {@link #NEVER} if the outcome is unknown
 */
public record Operation(String client, String name, Request request, @Nullable String key, long invokedAt, long returnedAt,
        Response response) {

    public static final long NEVER = Long.MAX_VALUE;

    public Operation {
        if (response instanceof Response.Unknown) {
            // Whenever the client gave up: the cluster may still be at it.
            returnedAt = NEVER;
        }
        if (returnedAt < invokedAt) {
            throw new IllegalArgumentException("returned at " + returnedAt + ", before it was invoked at " + invokedAt);
        }
    }

    boolean isWrite() {
        return !(request instanceof Request.Get);
    }

    /** The revision of this property that this operation shows to be there when it takes effect; 0 if it shows none. */
    long shownRevision() {
        if (response instanceof Response.Done done) {
            return done.revision();
        } else if (response instanceof Response.Found found) {
            return found.revision();
        } else if (response instanceof Response.Refused refused) {
            return refused.currentRevision();
        }
        return 0;
    }

    @Override
    public String toString() {
        return client + " [" + invokedAt + ", " + (returnedAt == NEVER ? "..." : returnedAt) + "] " + name + ": " + request
                + (key == null ? "" : " with key " + key) + ": " + response;
    }
}
