package io.quarkiverse.raftconfig.node;

import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.core.Membership;
import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.log.RaftConfigLog;

/**
 * With whom this node stays connected: the members, each at the address that the settings give, else at that of the
 * membership; before there is a membership, all that the settings list. And for a while those who may become members. Lives
 * on the loop.
 */
final class Contacts {
    private final NodeId self;
    private final NodeSettings settings;
    private final PeerTransport transport;
    private @Nullable Membership connectedWith;
    private SortedMap<NodeId, String> also = new TreeMap<>();

    Contacts(NodeId self, NodeSettings settings, PeerTransport transport) {
        this.self = self;
        this.settings = settings;
        this.transport = transport;
    }

    /** Connects with the members of {@code membership}, unless that is done. */
    void follow(Membership membership) {
        if (membership.equals(connectedWith)) {
            return;
        }
        connect(membership);
    }

    /**
     * Connects with these too, and at these addresses, until this is called again.
     *
     * @throws IllegalArgumentException if one of them is no {@code host:port}; then nothing has changed
     */
    void alsoWith(SortedMap<NodeId, String> addresses) {
        if (addresses.equals(also) || connectedWith == null) {
            return;
        }
        SortedMap<NodeId, String> before = also;
        also = new TreeMap<>(addresses);
        try {
            connect(connectedWith);
        } catch (IllegalArgumentException e) {
            also = before;
            throw e;
        }
    }

    private void connect(Membership membership) {
        connectedWith = membership;
        SortedMap<NodeId, String> addresses = new TreeMap<>(membership.addresses());
        addresses.putAll(settings.members());
        if (!membership.isBlank()) {
            addresses.keySet().retainAll(nodes(membership));
        }
        addresses.putAll(also);
        transport.connectTo(addresses);
    }

    /**
     * A list that names more nodes than the stored membership is no error, for a list need not follow each change. But it
     * may be that of a cluster which was to be founded, over the data of another.
     */
    void warnOfStrangers(Membership stored) {
        SortedSet<NodeId> strangers = new TreeSet<>(settings.members().keySet());
        strangers.removeAll(nodes(stored));
        if (!stored.isBlank() && !strangers.isEmpty()) {
            RaftConfigLog.LOG.listedButNoMembers(self.value(), names(strangers), names(nodes(stored)));
        }
    }

    private static SortedSet<NodeId> nodes(Membership membership) {
        SortedSet<NodeId> nodes = new TreeSet<>();
        membership.replicas().forEach(replica -> nodes.add(replica.node()));
        return nodes;
    }

    private static String names(SortedSet<NodeId> nodes) {
        return nodes.stream().map(NodeId::value).collect(Collectors.joining(", "));
    }
}
