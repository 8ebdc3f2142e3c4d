package io.quarkiverse.raftconfig.it.cluster;

import static io.quarkiverse.raftconfig.it.cluster.Api.at;
import static io.quarkiverse.raftconfig.it.cluster.Api.readLinearizable;
import static io.quarkiverse.raftconfig.it.cluster.Api.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.is;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;

/** The offline command line as an operator has it: out of the packaged application, with the commands of the guide. */
@ClusterTest
class OfflineToolIT {
    private static final Path GUIDE = Path.of("..", "..", "docs", "operations.md");
    private static final String DIRECTORY = "data/raft-config";
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private record Ran(int code, String printed) {
    }

    @Test
    void oneReplicaOfThreeBecomesAClusterOfItsOwn(Cluster cluster) throws Exception {
        // given three replicas with a value, all of them killed, of which two are lost
        Replica survivor = cluster.replicas().get(0);
        write(survivor, "shop.banner", "what is left");
        cluster.replicas().forEach(Replica::kill);
        Path data = ThreeReplicas.directory(OfflineToolIT.class).resolve(survivor.id()).resolve("data");
        String verify = command("verify", data, survivor);
        String recover = command("recover", data, survivor);

        // when a directory is named that is not there, then that is said
        Ran mistaken = run(command("verify", data.resolveSibling("nothing"), survivor));
        assertThat(mistaken.code()).as(mistaken.printed()).isEqualTo(3);
        assertThat(mistaken.printed()).contains("RAFTCFG02003", "nothing");

        // when that of the replica is, then it is sound, and shows no value
        Ran looked = run(verify);
        assertThat(looked.code()).as(looked.printed()).isZero();
        assertThat(looked.printed()).contains("Sound", "node id       a").doesNotContain("what is left");

        // when it is asked what a recovery would do, then that is told, and not done
        Ran asked = run(recover);
        assertThat(asked.code()).as(asked.printed()).isEqualTo(4);
        assertThat(asked.printed()).contains("What may be lost:", "members b, c are not part of the new cluster",
                "Nothing was changed");

        // when it is confirmed, then it is done
        Ran done = run(recover + " --yes");
        assertThat(done.code()).as(done.printed()).isZero();
        assertThat(run(verify).code()).isZero();

        // and the replica leads, alone, with all that it had
        survivor.start();
        survivor.awaitReady(Cluster.START_TIMEOUT);
        at(survivor).get("/raft-config/v1/status").then().body("role", is("LEADER")).body("membership.voters.size()", is(1));
        assertThat(readLinearizable(survivor, "shop.banner")).isEqualTo("what is left");
        write(survivor, "shop.banner", "and more");
    }

    /** The line of the guide, with the directory and the name of {@code replica}. */
    private static String command(String name, Path directory, Replica replica) throws IOException {
        String guide = Files.readString(GUIDE).replaceAll("\\\\\n\\s*", "");
        String line = guide.lines().map(String::trim)
                .filter(it -> it.startsWith("java -cp ") && it.contains(" " + name + " " + DIRECTORY)).findFirst()
                .orElseThrow(() -> new AssertionError("no " + name + " in " + GUIDE.toAbsolutePath().normalize()));
        return line.replace(DIRECTORY, "'" + directory.toAbsolutePath() + "'").replace("shop-1", replica.id());
    }

    /** Where {@code quarkus-app} is, as the guide says. */
    private static Ran run(String command) throws IOException, InterruptedException {
        Path application = Objects.requireNonNull(ThreeReplicas.app().toAbsolutePath().normalize().getParent());
        assertThat(application.getFileName()).hasToString("quarkus-app");
        Path printed = Files.createTempFile(ThreeReplicas.directory(OfflineToolIT.class), "tool-", ".log");
        ProcessBuilder shell = new ProcessBuilder("sh", "-c", command).redirectErrorStream(true)
                .redirectOutput(printed.toFile()).directory(Objects.requireNonNull(application.getParent()).toFile());
        shell.environment().merge("PATH", System.getProperty("java.home") + File.separator + "bin",
                (path, java) -> java + File.pathSeparator + path);
        Process tool = shell.start();
        try {
            assertThat(tool.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)).as(command + " ends").isTrue();
            return new Ran(tool.exitValue(), Files.readString(printed, StandardCharsets.UTF_8));
        } finally {
            tool.destroyForcibly();
        }
    }
}
