package io.quarkiverse.raftconfig.it.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tour of the README, as a newcomer sees it. */
class DemoIT {
    private static final Path ROOT = Path.of("../..").toAbsolutePath().normalize();

    @Test
    void showsAChangeArriveEverywhereAndOutlivesItsLeader(@TempDir Path directory) throws Exception {
        // when the demo is run to its end
        Run run = demo(directory, "--exit");

        // then its transcript tells the whole story
        assertThat(run.exit).as(run.transcript).isZero();
        assertThat(run.transcript).containsSubsequence(
                "1  Three replicas start, and found a cluster",
                "leader",
                "2  A change, written through",
                "PUT shop.discount-percent = 20   acknowledged after",
                "a   reads 20 by @ConfigProperty after",
                "b   reads 20 by @ConfigProperty after",
                "c   reads 20 by @ConfigProperty after",
                "two cups cost 24.90 EUR",
                "3  kill -9",
                "the next write is acknowledged by",
                "leads in term",
                "two cups cost 23.65 EUR",
                "4  ",
                "comes back, and catches up",
                "two cups cost 23.65 EUR",
                "5  Health of each",
                "a   UP",
                "b   UP",
                "c   UP",
                "All replicas stopped.");

        // and no replica is left behind
        var pids = Pattern.compile("pid (\\d+)").matcher(run.transcript).results().map(match -> Long.valueOf(match.group(1)))
                .toList();
        assertThat(pids).hasSize(3).noneMatch(pid -> ProcessHandle.of(pid).isPresent());
    }

    @Test
    void namesThePortThatIsTaken(@TempDir Path directory) throws Exception {
        // given a port that somebody listens on
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            // when the demo is asked to use it
            Run run = demo(directory, "--exit", "--port", Integer.toString(taken.getLocalPort()));

            // then it says so, and what to do
            assertThat(run.exit).isEqualTo(1);
            assertThat(run.transcript).contains("port " + taken.getLocalPort() + " of 127.0.0.1 is taken", "--port");
        }
    }

    private static Run demo(Path directory, String... arguments) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(ROOT.resolve("demo").toString(), "--no-build"));
        command.addAll(List.of(arguments));
        Path transcript = directory.resolve("transcript.txt");
        var builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(transcript.toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        Process process = Orphans.watch(builder.start());
        if (!process.waitFor(3, TimeUnit.MINUTES)) {
            // Its shutdown hook ends the replicas.
            process.destroy();
            assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
            throw new AssertionError("the demo did not end by itself:\n" + Files.readString(transcript));
        }
        return new Run(process.exitValue(), Files.readString(transcript, StandardCharsets.UTF_8));
    }

    private record Run(int exit, String transcript) {
    }
}
