package io.quarkiverse.raftconfig.it.cluster;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.history.History;
import io.quarkiverse.raftconfig.history.Operation;
import io.quarkiverse.raftconfig.history.Request;
import io.quarkiverse.raftconfig.history.Response;
import io.quarkiverse.raftconfig.history.Verdict;

/** Some properties for some time, and what clients did to them. A round is judged when it is over, and then forgotten. */
final class Round {
    private static final int PROPERTIES = 4;

    final History history = new History();
    final List<String> names = new ArrayList<>();
    /** By name, where somebody saw it last. */
    final Map<String, Long> revisions = new ConcurrentHashMap<>();
    final AtomicInteger underWay = new AtomicInteger();

    /** @param newest what showed the largest revision before: all in this round must be later */
    Round(String prefix, int number, @Nullable Operation newest) {
        for (int i = 0; i < PROPERTIES; i++) {
            names.add(prefix + "-" + number + "-" + i);
        }
        if (newest != null) {
            // Its own order was judged; only its revision counts here.
            history.invoke(newest.client(), newest.name(), Request.put("newest of the round before"), null, newest.invokedAt())
                    .returned(new Response.Done(revision(newest)), newest.returnedAt());
        }
    }

    Verdict verdict() {
        return history.verdict();
    }

    /** What has shown the largest revision until now. */
    @Nullable
    Operation newest() {
        Operation newest = null;
        for (Operation operation : history.operations()) {
            if (revision(operation) > 0 && (newest == null || revision(newest) < revision(operation))) {
                newest = operation;
            }
        }
        return newest;
    }

    private static long revision(Operation operation) {
        if (operation.response() instanceof Response.Done done) {
            return done.revision();
        }
        return operation.response() instanceof Response.Found found ? found.revision() : 0;
    }
}
