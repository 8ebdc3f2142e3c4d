package io.quarkiverse.raftconfig.node;

/** The one thread on which a node lives. Nothing that runs on it may block. */
public interface Loop {
    /** Runs {@code task} on the loop, after all tasks given before by the same thread. From any thread. */
    void execute(Runnable task);

    /** Runs {@code task} on the loop once {@code delayMillis} have passed; at once if not positive. From any thread. */
    Timer schedule(long delayMillis, Runnable task);

    /** Monotonic milliseconds. From any thread. */
    long nowMillis();

    /** Milliseconds since 1970, for the eyes of people only. From any thread. */
    long wallClockMillis();

    /** A scheduled task. */
    interface Timer {
        /** The task does not run any more, if it has not begun. */
        void cancel();
    }
}
