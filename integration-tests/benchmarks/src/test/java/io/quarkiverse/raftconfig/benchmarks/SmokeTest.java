package io.quarkiverse.raftconfig.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** The benchmarks run; what they measure here means nothing. */
class SmokeTest {
    @Test
    void aReadIsMeasuredInEachPlace() throws Exception {
        // when each benchmark is run for a moment, in this process
        var results = new Runner(new OptionsBuilder()
                .include(ReadBenchmark.class.getSimpleName())
                .forks(0).warmupIterations(0).measurementIterations(1).measurementTime(TimeValue.milliseconds(20))
                .shouldFailOnError(true)
                .build()).run();

        // then each has a figure
        assertThat(results).hasSize(2 * ReadBenchmark.Place.values().length)
                .allSatisfy(result -> assertThat(result.getPrimaryResult().getScore()).isPositive());
    }

    @Test
    void writersGetTheirWritesAcknowledged(@TempDir Path directory) {
        // when a few writers have written for a moment to three nodes
        try (var cluster = InProcessCluster.start(directory)) {
            var result = Writers.run(8, Duration.ofMillis(100), Duration.ofMillis(900), cluster::write);

            // then they were heard, all of them
            assertThat(result.count()).isPositive();
            assertThat(result.failed()).isZero();
        }
    }

    @Test
    void countedWritesAreAllAcknowledged(@TempDir Path directory) throws Exception {
        // when so many are written, of lengths that change
        try (var cluster = InProcessCluster.start(directory)) {
            var writes = CountedWrites.start(4, 300, 10, 20, 180, cluster::write);
            writes.done().get(30, TimeUnit.SECONDS);

            // then so many were acknowledged
            assertThat(writes.acknowledged()).isEqualTo(300);
        }
    }

    @Test
    void pacedWritesAreCountedFromTheTimeAtWhichTheyWereDue() {
        // given a store that answers the first writes late, and at once from then on
        var late = new CompletableFuture<Void>();
        long begin = System.nanoTime();
        try (var writes = PacedWrites.start(1000, 1,
                (writer, name, value) -> late.isDone() ? CompletableFuture.completedFuture(null) : late)) {
            // when the first have waited for a while
            await().until(() -> System.nanoTime() - begin > Duration.ofMillis(100).toNanos());
            late.complete(null);

            // then it is told how long
            await().untilAsserted(() -> assertThat(writes.between(begin, System.nanoTime()))
                    .anyMatch(took -> took.compareTo(Duration.ofMillis(50)) > 0)
                    .anyMatch(took -> took.compareTo(Duration.ofMillis(50)) < 0));
        }
    }

    @Test
    void aPictureHasALineForEachReplica() {
        // given two charts of two replicas
        var picture = new Picture("writes");
        var lines = List.of(new Picture.Line("a", List.of(new Picture.Point(0, 1), new Picture.Point(900, 3))),
                new Picture.Line("b", List.of(new Picture.Point(0, 2), new Picture.Point(900, 2))));
        picture.add("disk", lines);
        picture.add("memory", lines);

        // when it is drawn, then each has its curves, from corner to corner of round axes
        assertThat(picture.svg()).startsWith("<svg").endsWith("</svg>\n").contains(">disk<", ">memory<", ">1,000 writes<")
                .containsSubsequence("M48.0 ", "L674.4 ", "M48.0 ", "L674.4 ", "M48.0 ", "L674.4 ", "M48.0 ", "L674.4 ");
    }
}
