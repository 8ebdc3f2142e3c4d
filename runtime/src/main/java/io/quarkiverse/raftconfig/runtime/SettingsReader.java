package io.quarkiverse.raftconfig.runtime;

import static io.quarkiverse.raftconfig.runtime.RaftConfigSettings.key;

import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.wire.HostAndPort;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.runtime.configuration.QuarkusConfigBuilderCustomizer;
import io.smallrye.config.ConfigMappings;
import io.smallrye.config.ConfigMappings.ConfigClass;
import io.smallrye.config.ConfigSourceContext;
import io.smallrye.config.ConfigSourceContext.ConfigSourceContextConfigSource;
import io.smallrye.config.ConfigValidationException;
import io.smallrye.config.ConfigValue;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;

/**
 * Reads the settings while the application's configuration is still being put together, and refuses what can't work: all that
 * is wrong in one message, before anything is opened.
 */
final class SettingsReader {
    private static final int NAME_SIZE_MAX = 255;
    /** More of them only make each write wait for more. */
    private static final int VOTERS_MAX = 99;
    private static final Duration ELECTION_TIMEOUT_MIN = Duration.ofMillis(10);
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration DAY = Duration.ofDays(1);
    private static final Duration YEAR = Duration.ofDays(365);
    /** Larger ones fit into no array. */
    private static final long BYTES_MAX = 1L << 30;

    private final LaunchMode launchMode;
    private final SortedMap<String, String> problems = new TreeMap<>();

    private SettingsReader(LaunchMode launchMode) {
        this.launchMode = launchMode;
    }

    /**
     * @param context shows every source but those that other factories make
     * @throws ConfigurationException if a setting can't be used; it names each, and what is allowed
     */
    static Settings read(ConfigSourceContext context, LaunchMode launchMode) {
        return new SettingsReader(launchMode).checked(mapped(context), seen(context));
    }

    /** Of all settings: an environment variable is found by the name of its setting, but not told by that name. */
    static Set<String> names() {
        return ConfigMappings.getProperties(ConfigClass.configClass(RaftConfigSettings.class)).keySet();
    }

    private static Map<String, String> seen(ConfigSourceContext context) {
        Map<String, String> seen = new TreeMap<>();
        for (String name : names()) {
            ConfigValue value = context.getValue(name);
            if (value != null && value.getValue() != null) {
                seen.put(name, value.getValue());
            }
        }
        return seen;
    }

    private static RaftConfigSettings mapped(ConfigSourceContext context) {
        List<String> profiles = new ArrayList<>(context.getProfiles());
        Collections.reverse(profiles);
        try {
            SmallRyeConfig config = new SmallRyeConfigBuilder()
                    .forClassLoader(RaftConfigSettings.class.getClassLoader())
                    .addDiscoveredConverters()
                    .withCustomizers(new QuarkusConfigBuilderCustomizer())
                    .withProfiles(profiles)
                    .withSources(new ConfigSourceContextConfigSource(context))
                    .withMapping(RaftConfigSettings.class)
                    .build();
            return config.getConfigMapping(RaftConfigSettings.class);
        } catch (ConfigValidationException e) {
            StringBuilder message = new StringBuilder("The settings of quarkus.raft-config can't be read:");
            for (int i = 0; i < e.getProblemCount(); i++) {
                message.append("\n  - ").append(e.getProblem(i).getMessage());
            }
            throw new ConfigurationException(message.append("\nCorrect these settings, or remove them to have the defaults.")
                    .toString(), e);
        }
    }

    private Settings checked(RaftConfigSettings settings, Map<String, String> seen) {
        @Nullable
        NodeId nodeId = nodeId(settings);
        SortedMap<NodeId, String> members = members(settings);
        boolean insecure = settings.peer().insecure().orElse(launchMode.isDevOrTest());
        if (members.size() > 1 && !insecure) {
            problem("peer.insecure", "false", "true. The " + members.size() + " nodes of " + key("members")
                    + " would talk to each other without TLS, which this version does not have: whoever reaches the peer port "
                    + "could write every property. Say true where nobody else can reach that port");
        }
        checkJoining(settings, insecure);
        checkNumbers(settings);
        checkDurations(settings);
        checkSizes(settings);
        if (!problems.isEmpty()) {
            StringBuilder message = new StringBuilder("The settings of quarkus.raft-config can't be used:");
            problems.values().forEach(each -> message.append("\n  - ").append(each));
            throw new ConfigurationException(message.toString(), new TreeSet<>(problems.keySet()));
        }
        return new Settings(launchMode, nodeId, members, insecure, dataDir(settings), settings, seen);
    }

    private @Nullable NodeId nodeId(RaftConfigSettings settings) {
        String value = settings.nodeId().orElse(null);
        if (value == null) {
            return null;
        }
        if (!NodeId.isValid(value)) {
            problem("node-id", value, "1 to 63 characters of [A-Za-z0-9._-], the first a letter or a digit");
            return null;
        }
        return new NodeId(value);
    }

    private SortedMap<NodeId, String> members(RaftConfigSettings settings) {
        SortedMap<NodeId, String> members = new TreeMap<>();
        for (String member : settings.members().orElse(List.of())) {
            int equals = member.indexOf('=');
            String id = equals < 0 ? "" : member.substring(0, equals).strip();
            String address = member.substring(equals + 1).strip();
            if (!NodeId.isValid(id) || !HostAndPort.isValid(address)) {
                problem("members", member,
                        "a list of id=host:port, separated by commas, such as a=10.0.0.1:7420,b=10.0.0.2:7420; "
                                + "an id has 1 to 63 characters of [A-Za-z0-9._-], a port is 1 to 65535, an IPv6 address is in brackets");
            } else if (members.putIfAbsent(new NodeId(id), address) != null) {
                problem("members", member, "each id once; " + id + " is there twice");
            }
        }
        for (String address : new TreeSet<>(members.values())) {
            if (Collections.frequency(members.values(), address) > 1) {
                problem("members", address, "an address of its own for each node; this one is there more than once");
            }
        }
        return members;
    }

    private void checkJoining(RaftConfigSettings settings, boolean insecure) {
        List<String> join = settings.join().orElse(List.of());
        for (String address : join) {
            if (!HostAndPort.isValid(address)) {
                problem("join", address,
                        "a list of host:port, separated by commas; a port is 1 to 65535, an IPv6 address is in "
                                + "brackets");
            }
        }
        if (!join.isEmpty() && !insecure) {
            problem("peer.insecure", "false",
                    "true with " + key("join") + ". The nodes would talk to each other without TLS, which "
                            + "this version does not have. Say true where nobody else can reach the peer ports");
        }
        settings.peer().advertised().filter(address -> !HostAndPort.isValid(address)).ifPresent(
                address -> problem("peer.advertised", address, "host:port, at which the other nodes reach this one"));
        settings.voters().ifPresent(voters -> range("voters", voters, 1, VOTERS_MAX));
        settings.replaceLostAfter().ifPresent(after -> range("replace-lost-after", after, Duration.ofSeconds(1), YEAR));
    }

    private @Nullable Path dataDir(RaftConfigSettings settings) {
        if (settings.dataDir().isPresent()) {
            return settings.dataDir().get();
        }
        return switch (launchMode) {
            case TEST -> null;
            case DEVELOPMENT -> Path.of("target", "raft-config", "dev");
            default -> Path.of("data", "raft-config");
        };
    }

    private void checkNumbers(RaftConfigSettings settings) {
        range("peer.port", settings.peer().port(), 0, 65_535);
        range("limits.name-size", settings.limits().nameSize(), 1, NAME_SIZE_MAX);
        range("limits.properties", settings.limits().properties(), 1, Integer.MAX_VALUE);
        range("limits.transaction-operations", settings.limits().transactionOperations(), 1, Integer.MAX_VALUE);
        range("limits.in-flight", settings.limits().inFlight(), 1, Integer.MAX_VALUE);
        range("idempotency.keys", settings.idempotency().keys(), 1, Integer.MAX_VALUE);
        range("snapshot.entries", settings.snapshot().entries(), 1, Integer.MAX_VALUE);
        if (settings.peer().host().isBlank()) {
            problem("peer.host", settings.peer().host(), "an address of this machine, or 0.0.0.0 for all");
        }
    }

    private void range(String name, int value, int min, int max) {
        if (value < min || value > max) {
            problem(name, String.valueOf(value), max == Integer.MAX_VALUE ? "a number of at least " + min
                    : "a number from " + min + " to " + max);
        }
    }

    private void checkDurations(RaftConfigSettings settings) {
        Duration electionTimeout = settings.electionTimeout();
        boolean electionIsWell = range("election-timeout", electionTimeout, ELECTION_TIMEOUT_MIN, HOUR);
        boolean heartbeatIsWell = range("heartbeat-interval", settings.heartbeatInterval(), Duration.ofMillis(1), HOUR);
        if (electionIsWell && heartbeatIsWell && settings.heartbeatInterval().compareTo(electionTimeout) >= 0) {
            problem("heartbeat-interval", text(settings.heartbeatInterval()), "less than " + key("election-timeout") + " ("
                    + text(electionTimeout) + "), or followers take the leader for dead; a tenth of it is a good measure");
        }
        range("startup.timeout", settings.startup().timeout(), Duration.ofMillis(1), DAY);
        range("shutdown.timeout", settings.shutdown().timeout(), Duration.ofMillis(1), HOUR);
        range("idempotency.age", settings.idempotency().age(), Duration.ofMillis(1), YEAR);
    }

    private boolean range(String name, Duration value, Duration min, Duration max) {
        if (value.compareTo(min) >= 0 && value.compareTo(max) <= 0) {
            return true;
        }
        problem(name, text(value), "a duration from " + text(min) + " to " + text(max) + ", such as 500ms or 2s");
        return false;
    }

    private void checkSizes(RaftConfigSettings settings) {
        RaftConfigSettings.Limits limits = settings.limits();
        size("limits.state-size", limits.stateSize());
        size("snapshot.size", settings.snapshot().size());
        if (size("limits.value-size", limits.valueSize()) && size("limits.transaction-size", limits.transactionSize())
                && limits.valueSize().asLongValue() > limits.transactionSize().asLongValue()) {
            problem("limits.value-size", limits.valueSize().asLongValue() + " bytes",
                    "at most " + key("limits.transaction-size")
                            + " (" + limits.transactionSize().asLongValue() + " bytes), for a larger value fits into no write");
        }
    }

    private boolean size(String name, MemorySize value) {
        BigInteger bytes = value.asBigInteger();
        if (bytes.signum() > 0 && bytes.compareTo(BigInteger.valueOf(BYTES_MAX)) <= 0) {
            return true;
        }
        problem(name, bytes + " bytes", "a size from 1 byte to 1G, such as 65536, 64K or 16M");
        return false;
    }

    private void problem(String name, String value, String allowed) {
        problems.merge(key(name), key(name) + " is \"" + printable(value) + "\"; allowed: " + allowed + ".",
                (one, other) -> one + "\n  - " + other);
    }

    /** Control characters would let a value write log lines of its own. */
    private static String printable(String value) {
        StringBuilder text = new StringBuilder();
        value.codePoints().limit(200).forEach(c -> {
            if (Character.isISOControl(c)) {
                text.append(String.format("\\u%04x", c));
            } else {
                text.appendCodePoint(c);
            }
        });
        return text.toString();
    }

    private static String text(Duration duration) {
        return duration.toMillis() % 1000 == 0 && !duration.isZero() ? duration.toSeconds() + "s" : duration.toMillis() + "ms";
    }
}
