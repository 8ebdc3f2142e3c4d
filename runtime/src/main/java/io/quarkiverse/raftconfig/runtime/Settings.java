package io.quarkiverse.raftconfig.runtime;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.client.WriteLimits;
import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.core.RaftSettings;
import io.quarkiverse.raftconfig.node.MembershipSettings;
import io.quarkiverse.raftconfig.node.NodeSettings;
import io.quarkiverse.raftconfig.state.NameRules;
import io.quarkiverse.raftconfig.state.StoreLimits;
import io.quarkiverse.raftconfig.wire.HostAndPort;
import io.quarkiverse.raftconfig.wire.WireSettings;
import io.quarkus.runtime.LaunchMode;

/**
 * The settings of one start: checked, and with the defaults that differ by launch mode filled in.
 *
 * @param nodeId null if it is not set
 * @param members where each node of the founding set may be reached, {@code host:port}; empty for a cluster of one
 * @param insecure whether peers may talk without TLS
 * @param dataDir null for a new directory, removed at the stop: the default of test mode
 * @param rest what needed no more than a check of its range
 * @param seen every setting of a node that was there to be read
 */
record Settings(LaunchMode launchMode, @Nullable NodeId nodeId, SortedMap<NodeId, String> members, boolean insecure,
        @Nullable Path dataDir, RaftConfigSettings rest, Map<String, String> seen) {
    Settings {
        members = Collections.unmodifiableSortedMap(new TreeMap<>(members));
        seen = Map.copyOf(seen);
    }

    NameRules nameRules() {
        return new NameRules(rest.names().protectedNames().orElse(NameRules.PROTECTED),
                rest.names().secretNames().orElse(NameRules.SECRET));
    }

    WriteLimits writeLimits() {
        RaftConfigSettings.Limits limits = rest.limits();
        return new WriteLimits(limits.nameSize(), (int) limits.valueSize().asLongValue(),
                new StoreLimits(limits.properties(), limits.stateSize().asLongValue()), limits.transactionOperations(),
                (int) limits.transactionSize().asLongValue());
    }

    NodeSettings node() {
        RaftSettings defaults = RaftSettings.DEFAULTS;
        RaftSettings raft = new RaftSettings((int) rest.electionTimeout().toMillis(),
                (int) rest.heartbeatInterval().toMillis(), defaults.appendBytesMax(), defaults.inFlightMessagesMax(),
                defaults.inFlightBytesMax(), defaults.logBytesMax());
        return new NodeSettings(raft, members, rest.snapshot().entries(), rest.snapshot().size().asLongValue(),
                rest.limits().inFlight(), rest.idempotency().keys(), rest.idempotency().age().toMillis(),
                writeLimits().store()).with(membership());
    }

    private MembershipSettings membership() {
        return new MembershipSettings(insecure, rest.join().orElse(List.of()), ownAddress(), rest.voters().orElse(0),
                rest.replaceLostAfter().map(Duration::toMillis).orElse(0L));
    }

    /** Where others may reach this node, as far as it knows itself. */
    private @Nullable String ownAddress() {
        RaftConfigSettings.Peer peer = rest.peer();
        if (peer.advertised().isPresent()) {
            return peer.advertised().get();
        }
        boolean any = peer.host().equals("0.0.0.0") || peer.host().equals("::") || peer.host().equals("[::]");
        try {
            String address = (any ? InetAddress.getLocalHost().getHostName() : peer.host()) + ":" + peer.port();
            return HostAndPort.isValid(address) ? address : null;
        } catch (UnknownHostException e) {
            return null;
        }
    }

    WireSettings wire() {
        return WireSettings.of(rest.peer().host(), rest.peer().port(), (int) rest.heartbeatInterval().toMillis(),
                (int) rest.electionTimeout().toMillis());
    }

    Duration startupTimeout() {
        return rest.startup().timeout();
    }

    Duration shutdownTimeout() {
        return rest.shutdown().timeout();
    }
}
