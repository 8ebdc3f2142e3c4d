package io.quarkiverse.raftconfig.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import io.quarkiverse.raftconfig.node.Loop;

class VertxLoopTest {
    private final VertxLoop loop = new VertxLoop();

    @AfterEach
    void close() {
        loop.close();
    }

    @Test
    void runsTasksOfOneThreadInOrderOnItsOwnThread() {
        // given tasks that note where and when they ran
        List<Integer> order = new ArrayList<>();
        CompletableFuture<String> done = new CompletableFuture<>();

        // when one thread gives them
        for (int i = 0; i < 1000; i++) {
            int number = i;
            loop.execute(() -> order.add(number));
        }
        loop.execute(() -> done.complete(Thread.currentThread().getName()));

        // then they run in this order on the loop
        assertThat(done.orTimeout(10, TimeUnit.SECONDS).join()).isEqualTo(VertxLoop.THREAD_NAME);
        assertThat(order).hasSize(1000).isSorted();
    }

    @Test
    void runsATaskOnceItsTimeHasCome() {
        // when a task is scheduled from another thread, and one from the loop
        CompletableFuture<Long> fromOutside = new CompletableFuture<>();
        CompletableFuture<Long> fromInside = new CompletableFuture<>();
        long start = loop.nowMillis();
        loop.schedule(30, () -> fromOutside.complete(loop.nowMillis()));
        loop.execute(() -> loop.schedule(30, () -> fromInside.complete(loop.nowMillis())));

        // then both run, and not before; a clock of whole milliseconds may lose one
        assertThat(fromOutside.orTimeout(10, TimeUnit.SECONDS).join() - start).isGreaterThanOrEqualTo(29);
        assertThat(fromInside.orTimeout(10, TimeUnit.SECONDS).join() - start).isGreaterThanOrEqualTo(29);
    }

    @Test
    void runsATaskAtOnceIfItsTimeHasPassed() {
        CompletableFuture<String> done = new CompletableFuture<>();
        loop.schedule(-5, () -> done.complete("done"));
        assertThat(done.orTimeout(10, TimeUnit.SECONDS).join()).isEqualTo("done");
    }

    @Test
    void forgetsATaskThatWasCancelled() {
        // given a task that is cancelled from another thread, and one from the loop
        List<String> ran = new ArrayList<>();
        CompletableFuture<Void> later = new CompletableFuture<>();
        Loop.Timer one = loop.schedule(20, () -> ran.add("one"));
        one.cancel();
        loop.execute(() -> loop.schedule(20, () -> ran.add("two")).cancel());

        // when the time of both has passed
        loop.schedule(60, () -> later.complete(null));
        later.orTimeout(10, TimeUnit.SECONDS).join();

        // then neither has run
        assertThat(ran).isEmpty();
    }

    @Test
    void outlivesATaskThatFails() {
        CompletableFuture<String> done = new CompletableFuture<>();
        loop.execute(() -> {
            throw new IllegalStateException("on purpose");
        });
        loop.execute(() -> done.complete("still there"));
        assertThat(done.orTimeout(10, TimeUnit.SECONDS).join()).isEqualTo("still there");
    }

    @Test
    void refusesTasksOnceClosed() {
        // given a loop that is closed, twice
        loop.close();
        loop.close();

        // then a task is refused, not lost
        assertThatThrownBy(() -> loop.execute(() -> {
        })).isInstanceOf(RejectedExecutionException.class);
    }

    @Test
    void refusesToWaitForItself() {
        CompletableFuture<Void> closed = new CompletableFuture<>();
        loop.execute(() -> {
            try {
                loop.close();
                closed.complete(null);
            } catch (IllegalStateException e) {
                closed.completeExceptionally(e);
            }
        });
        assertThatThrownBy(() -> closed.orTimeout(10, TimeUnit.SECONDS).join()).hasMessageContaining("on the loop");
    }
}
