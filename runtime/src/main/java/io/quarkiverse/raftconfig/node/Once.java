package io.quarkiverse.raftconfig.node;

/** Runs a task the first time it is asked to. Lives on the loop. */
final class Once implements Runnable {
    private final Runnable task;
    private boolean ran;

    Once(Runnable task) {
        this.task = task;
    }

    @Override
    public void run() {
        if (!ran) {
            ran = true;
            task.run();
        }
    }
}
