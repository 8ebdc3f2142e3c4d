package io.quarkiverse.raftconfig.it.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;

/** The environment that the manifests give to a replica, given to a replica. */
class ManifestsIT {
    @Test
    void aReplicaTakesTheSettingsOfTheManifests(@TempDir Path directory) throws Exception {
        // given the environment of the first pod; only addresses and paths are those of this machine
        StatefulSet set = Manifests.one(StatefulSet.class, "shop");
        List<EnvVar> environment = set.getSpec().getTemplate().getSpec().getContainers().get(0).getEnv();
        Path log = directory.resolve("replica.log");
        List<Integer> ports = Ports.free(2);
        var builder = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx96m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
                "-Dquarkus.http.host=127.0.0.1", "-Dquarkus.http.port=" + ports.get(0),
                "-Dquarkus.raft-config.peer.host=127.0.0.1", "-Dquarkus.raft-config.peer.port=" + ports.get(1),
                "-Dquarkus.raft-config.data-dir=" + directory.resolve("data"),
                "-jar", ThreeReplicas.app().toString())
                .redirectErrorStream(true).redirectOutput(log.toFile());
        for (EnvVar variable : environment) {
            builder.environment().put(variable.getName(),
                    variable.getValueFrom() == null ? variable.getValue() : "shop-0");
        }

        // when it starts
        Process replica = Orphans.watch(builder.start());
        try {
            // then it takes them, and waits for the other two, whose names mean nothing here
            await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
                assertThat(replica.isAlive()).as(Files.readString(log)).isTrue();
                assertThat(Files.readString(log)).contains("shop-1", "shop-2");
            });

            // and it can be stopped while it waits
            replica.destroy();
            assertThat(replica.waitFor(15, TimeUnit.SECONDS)).as("ends when told to while it waits").isTrue();
        } finally {
            replica.destroyForcibly();
        }
    }
}
