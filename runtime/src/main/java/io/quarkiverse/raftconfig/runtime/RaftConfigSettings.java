package io.quarkiverse.raftconfig.runtime;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

import io.quarkus.runtime.annotations.ConfigDocDefault;
import io.quarkus.runtime.annotations.ConfigPhase;
import io.quarkus.runtime.annotations.ConfigRoot;
import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;

/** What the operator of one replica decides. Read before the node starts, and only then. */
@ConfigMapping(prefix = "quarkus.raft-config")
@ConfigRoot(phase = ConfigPhase.RUN_TIME)
public interface RaftConfigSettings {
    /** The key of a setting in this mapping, for messages. */
    static String key(String name) {
        return "quarkus.raft-config." + name;
    }

    /**
     * The name of this node in the cluster: 1 to 63 characters of `[A-Za-z0-9._-]`, the first a letter or a digit. A name
     * unlike
     * the one stored in the data directory stops the start.
     */
    @ConfigDocDefault("the one in the data directory, else the environment variable HOSTNAME, else one made at random")
    Optional<String> nodeId();

    /**
     * The nodes that found the cluster, this one included, each as `id=host:port`. After that they are addresses to try, no
     * more: who is a member is decided by the cluster. Without this setting, and without `join`, the node is a cluster of one
     * and opens no port until there are others.
     */
    Optional<List<String>> members();

    /**
     * Where a node without data that is not among the `members` asks to be taken in: `host:port` of any members of a cluster
     * that is founded. It becomes a learner, which has the state and no vote. With data this setting is not looked at:
     * stopping is not leaving, and a restart is not joining.
     */
    Optional<List<String>> join();

    /**
     * How many voters there are to be: while there are fewer, the leader makes voters of learners that are connected. It never
     * takes a vote away. The setting of the leader counts, so set the same on all nodes.
     */
    @ConfigDocDefault("voters are those that were asked for")
    OptionalInt voters();

    /**
     * After how long without a member the leader puts another in its place that is connected under the same name, with an empty
     * data directory. Longer than any repair that ends with the old data directory: what that alone held is given up. The
     * setting of the leader counts, so set the same on all nodes.
     */
    @ConfigDocDefault("never: a lost member is replaced by request")
    Optional<Duration> replaceLostAfter();

    /** How the nodes talk to each other. */
    Peer peer();

    /**
     * Where the node keeps its log, its snapshots and its identity. It belongs to one node; losing it is losing that node's
     * vote. In test mode the default is a new directory for each start, removed when the application stops.
     */
    @ConfigDocDefault("data/raft-config; below target/raft-config in dev and test mode")
    Optional<Path> dataDir();

    /**
     * After how much silence of the leader a follower seeks election. Drawn anew each time between this and its double.
     */
    @WithDefault("1s")
    Duration electionTimeout();

    /**
     * How often a leader with nothing to say is heard. At most half of the election timeout.
     */
    @WithDefault("100ms")
    Duration heartbeatInterval();

    /** What the start of the application waits for. */
    Startup startup();

    /** How the node stops. */
    Shutdown shutdown();

    /**
     * The ordinal of the replicated properties among the config sources. The default lets them win against
     * `application.properties` (250 to 260) and lose against `.env` (295), environment variables (300) and system properties
     * (400).
     */
    @WithDefault("270")
    int ordinal();

    /** Which property names are special. */
    Names names();

    /** What callers may ask for. Each limit is checked before anything is replicated. */
    Limits limits();

    /** How long writes with an idempotency key are remembered. */
    Idempotency idempotency();

    /** What the health checks say. */
    Health health();

    /** When the log is folded into a snapshot. */
    Snapshot snapshot();

    /** See {@link #peer}. */
    interface Peer {
        /**
         * The address that the peer port is bound to.
         */
        @WithDefault("0.0.0.0")
        String host();

        /**
         * The port for the other nodes; `0` takes a free one. It is not opened by a cluster of one.
         */
        @WithDefault("7420")
        int port();

        /**
         * Where the others are to reach this node, as `host:port`: what it says of itself when it asks to be taken in
         * (`join`). It may be needed where the name of this machine means nothing to the others.
         */
        @ConfigDocDefault("peer.host, or the name of this machine if that is 0.0.0.0, and peer.port")
        Optional<String> advertised();

        /**
         * Whether the nodes may talk to each other without TLS: then whoever reaches the peer port can write every property.
         * This version has no TLS between nodes, so a cluster of more than one node starts in production only with
         * `true` here, in a network that nobody else can reach.
         */
        @ConfigDocDefault("false; true in dev and test mode")
        Optional<Boolean> insecure();
    }

    /** See {@link #startup}. */
    interface Startup {
        /**
         * `last-known`: a node that has a state starts at once with it, a blank one waits for its first. `caught-up`: every
         * node waits until it has seen the present leader commit and has applied what was in its log.
         */
        @WithDefault("last-known")
        Mode mode();

        /**
         * How long the start may wait, before it fails with the reason.
         */
        @WithDefault("30s")
        Duration timeout();

        /** What the start waits for. */
        enum Mode {
            /** A state, however old. */
            LAST_KNOWN,
            /** The present state. */
            CAUGHT_UP
        }
    }

    /** See {@link #shutdown}. */
    interface Shutdown {
        /**
         * How long the node may take to stop in order. What it has acknowledged is on disk in any case.
         */
        @WithDefault("3s")
        Duration timeout();
    }

    /** See {@link #names}. */
    interface Names {
        /**
         * Names that can't be replicated, as globs in which `*` is any text: a write of one is refused, and one that is in
         * the store is not shown. Compared without a profile in front, quotes and case. A glob with `!` in front opens what
         * others protect; if all are such, they open what the default protects. `quarkus.raft-config.*` can't be opened, and
         * `quarkus.http.auth.*`, `quarkus.security.*`, `quarkus.oidc.*`, `quarkus.tls.*` and `quarkus.datasource.*` only name
         * by name.
         */
        @WithName("protected")
        @ConfigDocDefault("quarkus.*, mp.*, smallrye.*, java.*, javax.*, jakarta.*, jdk.*, sun.*, io.netty.*, vertx.*, "
                + "org.jboss.*, kubernetes.*, kafka.*")
        Optional<List<String>> protectedNames();

        /**
         * Names of secrets, as globs like those of `names.protected`: the HTTP API takes their values and never shows them.
         */
        @WithName("secret")
        @ConfigDocDefault("*password*, *passwd*, *passphrase*, *secret*, *token*, *credential*, *private*, *apikey*, "
                + "*api-key*")
        Optional<List<String>> secretNames();
    }

    /** See {@link #limits}. */
    interface Limits {
        /**
         * Bytes of a property's name in UTF-8; at most 255.
         */
        @WithDefault("255")
        int nameSize();

        /**
         * Bytes of a property's value in UTF-8.
         */
        @WithDefault("64K")
        MemorySize valueSize();

        /**
         * Properties in the store.
         */
        @WithDefault("10000")
        int properties();

        /**
         * Bytes of all names and values together.
         */
        @WithDefault("16M")
        MemorySize stateSize();

        /**
         * Changes in one write.
         */
        @WithDefault("128")
        int transactionOperations();

        /**
         * Bytes of all names and values of one write.
         */
        @WithDefault("1M")
        MemorySize transactionSize();

        /**
         * Writes and linearizable reads of this node's callers that are under way at once.
         */
        @WithDefault("1024")
        int inFlight();
    }

    /** See {@link #idempotency}. */
    interface Idempotency {
        /**
         * How many idempotency keys are remembered; when all are in use and none has expired, writes with a new one are
         * refused.
         */
        @WithDefault("10000")
        int keys();

        /**
         * How long an idempotency key is remembered.
         */
        @WithDefault("10m")
        Duration age();
    }

    /** See {@link #health}. */
    interface Health {
        /**
         * When a node is ready: `leader`, when it knows a leader and has caught up; `state`, as soon as it has a state to
         * show, even without a leader.
         */
        @WithDefault("leader")
        Readiness readiness();

        /** When a node is ready. */
        enum Readiness {
            /** With a leader, caught up. */
            LEADER,
            /** With any state. */
            STATE
        }
    }

    /** See {@link #snapshot}. */
    interface Snapshot {
        /**
         * A snapshot is taken after so many applied log entries,
         */
        @WithDefault("10000")
        int entries();

        /**
         * or after so many bytes of them, whichever comes first.
         */
        @WithDefault("16M")
        MemorySize size();
    }
}
