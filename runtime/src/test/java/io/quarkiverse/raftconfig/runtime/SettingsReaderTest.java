package io.quarkiverse.raftconfig.runtime;

import static io.quarkiverse.raftconfig.runtime.TestSettings.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.node.MembershipSettings;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.configuration.ConfigurationException;

/** What may be set, what must not, and what is said about it. */
class SettingsReaderTest {
    private static final String THREE = "a=10.0.0.1:7420, b=b.example.org:7420,c=[::1]:7420";

    @Test
    void nothingNeedsToBeSet() {
        // when nothing is set in production
        Settings settings = read(LaunchMode.NORMAL, Map.of());

        // then the defaults of the reference hold
        assertThat(settings.nodeId()).isNull();
        assertThat(settings.members()).isEmpty();
        assertThat(settings.insecure()).isFalse();
        assertThat(settings.dataDir()).isEqualTo(Path.of("data/raft-config"));
        assertThat(settings.rest().electionTimeout()).isEqualTo(Duration.ofSeconds(1));
        assertThat(settings.rest().heartbeatInterval()).isEqualTo(Duration.ofMillis(100));
        assertThat(settings.rest().startup().mode()).isEqualTo(RaftConfigSettings.Startup.Mode.LAST_KNOWN);
        assertThat(settings.rest().health().readiness()).isEqualTo(RaftConfigSettings.Health.Readiness.LEADER);
        assertThat(settings.rest().limits().valueSize().asLongValue()).isEqualTo(64 << 10);
        assertThat(settings.rest().ordinal()).isEqualTo(270);
    }

    @Test
    void devAndTestModeKeepTheirDataUnderTarget() {
        assertThat(read(LaunchMode.DEVELOPMENT, Map.of()).dataDir()).isEqualTo(Path.of("target/raft-config/dev"));
        // A test that finds what an earlier one has written is no test: a new directory each time.
        assertThat(read(LaunchMode.TEST, Map.of()).dataDir()).isNull();
        assertThat(read(LaunchMode.TEST, Map.of("data-dir", "/srv/raft")).dataDir()).isEqualTo(Path.of("/srv/raft"));
    }

    @Test
    void membersAreNamedWithTheirAddresses() {
        Settings settings = read(LaunchMode.NORMAL, Map.of("members", THREE, "peer.insecure", "true", "node-id", "b"));

        assertThat(settings.nodeId()).isEqualTo(new NodeId("b"));
        assertThat(settings.members()).isEqualTo(new TreeMap<>(Map.of(
                new NodeId("a"), "10.0.0.1:7420", new NodeId("b"), "b.example.org:7420", new NodeId("c"), "[::1]:7420")));
    }

    @Test
    void severalNodesWithoutTlsMustBeAskedForInProduction() {
        assertThatThrownBy(() -> read(LaunchMode.NORMAL, Map.of("members", THREE)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("quarkus.raft-config.peer.insecure is \"false\"; allowed: true")
                .hasMessageContaining("TLS");

        assertThatThrownBy(() -> read(LaunchMode.NORMAL, Map.of("join", "a:7420")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("allowed: true with quarkus.raft-config.join");

        // In dev and test mode the nodes are on this machine.
        assertThat(read(LaunchMode.DEVELOPMENT, Map.of("members", THREE)).insecure()).isTrue();
        // A cluster of one opens no port, and may not grow.
        Settings alone = read(LaunchMode.NORMAL, Map.of("members", "a=localhost:7420"));
        assertThat(alone.insecure()).isFalse();
        assertThat(alone.node().membership().peersAllowed()).isFalse();
    }

    @Test
    void membershipChangesByRequestUnlessToldOtherwise() {
        assertThat(read(LaunchMode.TEST, Map.of("peer.advertised", "a.example.org:7420")).node().membership())
                .isEqualTo(new MembershipSettings(true, List.of(), "a.example.org:7420", 0, 0));
        assertThat(read(LaunchMode.TEST, Map.of("join", "a:1,[::1]:2", "voters", "3", "replace-lost-after", "10m", "peer.host",
                "10.0.0.9")).node().membership())
                .isEqualTo(new MembershipSettings(true, List.of("a:1", "[::1]:2"), "10.0.0.9:7420", 3, 600_000));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "node-id             | -a                | the first a letter or a digit",
            "node-id             | a/b               | 1 to 63 characters of [A-Za-z0-9._-]",
            "members             | a                 | a list of id=host:port",
            "members             | a=host            | a list of id=host:port",
            "members             | a=:7420           | a list of id=host:port",
            "members             | a=host:0          | a port is 1 to 65535",
            "members             | a=host:65536      | a port is 1 to 65535",
            "members             | a=host:x          | a port is 1 to 65535",
            "members             | a=ho st:1         | a list of id=host:port",
            "members             | a=::1:7420        | an IPv6 address is in brackets",
            "members             | =host:7420        | an id has 1 to 63 characters",
            "members             | a=h:1,a=h:2       | each id once",
            "members             | a=h:1,b=h:1       | an address of its own for each node",
            "join                | host              | a list of host:port",
            "join                | a=host:1          | a list of host:port",
            "peer.advertised     | host              | host:port, at which",
            "voters              | 0                 | a number from 1 to 99",
            "replace-lost-after  | 0s                | a duration from 1s",
            "peer.port           | -1                | a number from 0 to 65535",
            "peer.port           | 65536             | a number from 0 to 65535",
            "peer.port           | peers             | Expected an integer value",
            "election-timeout    | -1s               | a duration from 10ms to 3600s",
            "election-timeout    | 0s                | a duration from 10ms to 3600s",
            "election-timeout    | soon              | Invalid duration",
            "heartbeat-interval  | 0ms               | a duration from 1ms",
            "heartbeat-interval  | -100ms            | a duration from 1ms",
            "heartbeat-interval  | 1s                | less than quarkus.raft-config.election-timeout",
            "heartbeat-interval  | 2s                | less than quarkus.raft-config.election-timeout",
            "startup.mode        | now               | last-known",
            "startup.timeout     | -30s              | a duration from 1ms to 86400s",
            "startup.timeout     | 0s                | a duration from 1ms to 86400s",
            "shutdown.timeout    | -3s               | a duration from 1ms to 3600s",
            "idempotency.age     | 0s                | a duration from 1ms",
            "idempotency.keys    | 0                 | a number of at least 1",
            "health.readiness    | sometimes         | leader",
            "snapshot.entries    | 0                 | a number of at least 1",
            "snapshot.size       | 0                 | a size from 1 byte to 1G",
            "limits.name-size    | 256               | a number from 1 to 255",
            "limits.value-size   | 0                 | a size from 1 byte to 1G",
            "limits.value-size   | 2M                | fits into no write",
            "limits.value-size   | many              | [0-9]+[BbKkMmGgTtPpEeZzYy]?",
            "limits.state-size   | 2T                | a size from 1 byte to 1G",
            "limits.properties   | -5                | a number of at least 1",
            "limits.in-flight    | 0                 | a number of at least 1",
            "ordinal             | high              | Expected an integer value",
    })
    void aWrongSettingIsNamedWithItsValueAndWhatIsAllowed(String name, String value, String allowed) {
        assertThatThrownBy(() -> read(LaunchMode.TEST, Map.of(name, value)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("quarkus.raft-config." + name)
                .hasMessageContaining(value.contains("=h:1") ? "h" : shown(value))
                .hasMessageContaining(allowed);
    }

    /** Durations and sizes are shown as they were understood. */
    private static String shown(String value) {
        return value.equals("0s") ? "0ms" : value.equals("2M") ? "2097152" : value.equals("2T") ? "2199023255552" : value;
    }

    @Test
    void allThatIsWrongIsToldAtOnce() {
        assertThatThrownBy(() -> read(LaunchMode.NORMAL, Map.of("members", THREE, "peer.port", "-1", "node-id", "?")))
                .hasMessageContaining("peer.insecure").hasMessageContaining("peer.port").hasMessageContaining("node-id");
    }

    @Test
    void aSettingCannotWriteLogLines() {
        assertThatThrownBy(() -> read(LaunchMode.TEST, Map.of("node-id", "a\nERROR all is lost")))
                .hasMessageContaining("a\\u000aERROR").hasMessageNotContaining("a\nERROR");
    }
}
