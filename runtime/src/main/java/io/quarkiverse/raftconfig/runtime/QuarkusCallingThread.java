package io.quarkiverse.raftconfig.runtime;

import java.util.concurrent.Executor;

import io.quarkiverse.raftconfig.client.CallingThread;
import io.quarkus.runtime.BlockingOperationControl;
import io.vertx.core.Context;
import io.vertx.core.Vertx;

/** A thread of a Quarkus application. */
final class QuarkusCallingThread implements CallingThread {
    @Override
    public boolean mayBlock() {
        return BlockingOperationControl.isBlockingAllowed();
    }

    @Override
    public Executor completions() {
        Context context = Vertx.currentContext();
        return context == null ? Runnable::run : task -> context.runOnContext(ignored -> task.run());
    }
}
