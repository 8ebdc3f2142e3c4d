package io.quarkiverse.raftconfig.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;

import org.junit.jupiter.api.Test;

/**
 * Whole clusters under faults, seed after seed. A failure names the seed, reduces it to the faults that matter, and tells
 * how to see it again. {@code docs/testing.md} has the properties that widen the search or replay a seed.
 */
class SimulationTest {
    private static final int SEEDS_MIN = 1_000;
    private static final String CORPUS = "/simulation/corpus.txt";

    /** Runs until the time is over, but never fewer seeds than {@link #SEEDS_MIN}. */
    @Test
    void nothingHappensThatMustNotAndMajoritiesGoOn() {
        // given seeds, in order
        long first = Long.getLong("sim.first", 1);
        long seconds = Long.getLong("sim.seconds", 240);
        long atMost = Long.getLong("sim.seeds", Long.MAX_VALUE);

        // when as many of them are run as the time allows
        SeedSearch search = SeedSearch.run(first, Math.min(SEEDS_MIN, atMost), atMost, TimeUnit.SECONDS.toNanos(seconds));

        // then none has violated anything, and together they have seen everything
        System.out.println(search.report());
        assertThat(search.failure()).as("a seed that fails").isNull();
        assertThat(search.tooHard()).as("histories that could not be judged").isLessThanOrEqualTo(search.seeds() / 100);
        if (search.seeds() >= SEEDS_MIN) {
            assertThat(search.unseen()).as("scenes that no seed has come to").isEmpty();
        }
    }

    /** {@code -Dsim.seed}: one seed, reduced if it fails, and told in words. */
    @Test
    void oneSeedIsReplayed() {
        Long seed = Long.getLong("sim.seed");
        if (seed != null) {
            String told = Replay.of(seed).tell();
            System.out.println(told);
            assertThat(told).doesNotContain("VIOLATION");
        }
    }

    @Test
    void whatOnceFailedHolds() throws IOException {
        for (String line : corpus()) {
            // given a seed that has found a fault once
            long seed = Long.parseLong(line.substring(0, line.indexOf(' ')));

            // when it is run, then it finds none
            assertThat(SimulationRun.violation(seed)).as("seed %s", line).isNull();
        }
    }

    private static List<String> corpus() throws IOException {
        InputStream file = SimulationTest.class.getResourceAsStream(CORPUS);
        assertThat(file).as(CORPUS).isNotNull();
        try (var reader = new BufferedReader(new InputStreamReader(file, StandardCharsets.UTF_8))) {
            return reader.lines().filter(line -> !line.isBlank() && !line.startsWith("#")).toList();
        }
    }

    @Test
    void theSameSeedIsTheSameRunInEveryJvm() throws IOException, InterruptedException {
        // given what fifty seeds come to in another JVM
        List<String> there = new ArrayList<>();
        Process other = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                "-Djava.util.logging.manager=org.jboss.logmanager.LogManager", TraceHashes.class.getName(), "1", "50")
                .redirectErrorStream(true).start();
        try (var reader = new BufferedReader(new InputStreamReader(other.getInputStream(), StandardCharsets.UTF_8))) {
            reader.lines().filter(line -> line.startsWith("seed ")).forEach(there::add);
        }
        assertThat(other.waitFor()).isZero();

        // when they are run here, then each is the same, message by message
        assertThat(there).hasSize(50);
        assertThat(LongStream.rangeClosed(1, 50).mapToObj(TraceHashes::of).toList()).isEqualTo(there);
    }
}
