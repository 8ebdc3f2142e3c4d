package io.quarkiverse.raftconfig.client;

import java.util.concurrent.Executor;

/** What the client has to know of the thread that calls it. Each method is called on that thread. */
public interface CallingThread {
    /** False on an event loop. */
    boolean mayBlock();

    /** Where this thread's {@code Uni}s are to complete: on its Vert.x context, or wherever they do if it has none. */
    Executor completions();
}
