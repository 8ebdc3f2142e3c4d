package io.quarkiverse.raftconfig.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;

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
}
