package io.quarkiverse.raftconfig.node;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

import io.quarkiverse.raftconfig.core.NodeId;

/**
 * The members that are wanted: all of them, so that whoever is not among them leaves. They are named by node id. Which
 * replica that is, the leader knows: a member stays the one it is, unless it has come back with an empty data directory;
 * that, and the one of a new member, shows in the handshake.
 *
 * @param membershipIndex of the membership that this was computed from: if that is not the latest any more, it is refused
 */
public record MembershipRequest(long membershipIndex, SortedMap<NodeId, Seat> members) {
    public MembershipRequest {
        members = Collections.unmodifiableSortedMap(new TreeMap<>(members));
    }
}
