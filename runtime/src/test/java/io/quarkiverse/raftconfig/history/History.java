package io.quarkiverse.raftconfig.history;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * What clients did, in the order of invocation. Every property is absent before its first operation. For any number of threads
 * at once: one of them notes the time under this object's lock, so that the order is the order of time.
 */
public final class History {
    private final List<Call> calls = new ArrayList<>();
    private final List<LocalRead> localReads = new ArrayList<>();

    /** To be called before the request is sent. */
    public synchronized Call invoke(String client, String name, Request request, @Nullable String key, long now) {
        if (!calls.isEmpty() && now < calls.get(calls.size() - 1).invokedAt) {
            throw new IllegalArgumentException("invoked at " + now + ", but another was already invoked at "
                    + calls.get(calls.size() - 1).invokedAt);
        }
        Call call = new Call(client, name, request, key, now);
        calls.add(call);
        return call;
    }

    public synchronized void add(LocalRead read) {
        localReads.add(read);
    }

    public synchronized int size() {
        return calls.size();
    }

    /** All until now; what has not returned is unknown. */
    public synchronized List<Operation> operations() {
        return calls.stream().map(Call::operation).toList();
    }

    public synchronized List<LocalRead> localReads() {
        return List.copyOf(localReads);
    }

    /** The first judge that finds fault has the word. */
    public Verdict verdict() {
        List<Operation> operations = operations();
        Verdict order = RevisionOrder.verdict(operations, localReads());
        return order instanceof Verdict.Violation ? order : Linearizability.verdict(operations);
    }

    /** An operation under way. */
    public final class Call {
        private final String client;
        private final String name;
        private final Request request;
        private final @Nullable String key;
        private final long invokedAt;
        private long returnedAt = Operation.NEVER;
        private Response response = new Response.Unknown();

        private Call(String client, String name, Request request, @Nullable String key, long invokedAt) {
            this.client = client;
            this.name = name;
            this.request = request;
            this.key = key;
            this.invokedAt = invokedAt;
        }

        /** To be called after the response came, at most once; not at all where none came. */
        public void returned(Response itsResponse, long now) {
            synchronized (History.this) {
                response = itsResponse;
                returnedAt = now;
            }
        }

        private Operation operation() {
            return new Operation(client, name, request, key, invokedAt, returnedAt, response);
        }
    }
}
