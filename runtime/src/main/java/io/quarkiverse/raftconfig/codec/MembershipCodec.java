package io.quarkiverse.raftconfig.codec;

import java.nio.charset.StandardCharsets;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

import io.quarkiverse.raftconfig.core.Membership;
import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.core.ReplicaId;
import io.quarkiverse.raftconfig.core.SnapshotPoint;

/**
 * Memberships and, because a snapshot carries the one in force (§7), snapshot points.
 *
 * <pre>
 * membership      u8 version 1, replicas (voters), replicas (old voters), replicas (learners), addresses
 * replicas        i32 count, that many replica ids, ascending
 * addresses       i32 count, that many of: node id, i32 length, UTF-8; ascending by node id
 * snapshot point  position (last), i64 membership index, membership
 * </pre>
 *
 * One membership has one encoding: what is not in ascending order is malformed.
 */
public final class MembershipCodec {
    /** The longest address in bytes: a DNS name has at most 253, a port adds 6. */
    public static final int ADDRESS_BYTES_MAX = 260;

    private static final int VERSION = 1;
    private static final int ADDRESS_ENTRY_BYTES_MIN = 1 + 1 + 4;

    private MembershipCodec() {
    }

    /**
     * @throws IllegalArgumentException if an address is longer than {@link #ADDRESS_BYTES_MAX}: it could not be read back
     */
    public static void write(ByteWriter out, Membership membership) {
        out.u8(VERSION);
        writeReplicas(out, membership.voters());
        writeReplicas(out, membership.oldVoters());
        writeReplicas(out, membership.learners());
        out.i32(membership.addresses().size());
        membership.addresses().forEach((node, address) -> {
            int length = address.getBytes(StandardCharsets.UTF_8).length;
            if (length > ADDRESS_BYTES_MAX) {
                throw new IllegalArgumentException("the address of node " + node + " has " + length + " bytes; at most "
                        + ADDRESS_BYTES_MAX + " are allowed");
            }
            FieldCodec.writeNodeId(out, node);
            out.string(address);
        });
    }

    public static Membership read(ByteReader in) {
        int version = in.u8();
        if (version != VERSION) {
            throw UnknownFormatException.ofVersion("a membership", version, VERSION);
        }
        SortedSet<ReplicaId> voters = readReplicas(in);
        SortedSet<ReplicaId> oldVoters = readReplicas(in);
        SortedSet<ReplicaId> learners = readReplicas(in);
        SortedMap<NodeId, String> addresses = readAddresses(in);
        try {
            return new Membership(voters, oldVoters, learners, addresses);
        } catch (IllegalArgumentException e) {
            throw new MalformedException("no such membership: " + e.getMessage());
        }
    }

    public static void writeSnapshotPoint(ByteWriter out, SnapshotPoint point) {
        FieldCodec.writePosition(out, point.last());
        out.i64(point.membershipIndex());
        write(out, point.membership());
    }

    public static SnapshotPoint readSnapshotPoint(ByteReader in) {
        var last = FieldCodec.readPosition(in);
        long membershipIndex = in.i64();
        Membership membership = read(in);
        if (membershipIndex < 0 || membershipIndex > last.index()) {
            throw new MalformedException(
                    "a snapshot up to " + last + " with a membership from index " + membershipIndex);
        }
        return new SnapshotPoint(last, membership, membershipIndex);
    }

    private static void writeReplicas(ByteWriter out, SortedSet<ReplicaId> replicas) {
        out.i32(replicas.size());
        replicas.forEach(replica -> FieldCodec.writeReplicaId(out, replica));
    }

    private static SortedSet<ReplicaId> readReplicas(ByteReader in) {
        int count = in.count(FieldCodec.REPLICA_BYTES_MIN);
        SortedSet<ReplicaId> replicas = new TreeSet<>();
        for (int i = 0; i < count; i++) {
            ReplicaId replica = FieldCodec.readReplicaId(in);
            if (!replicas.isEmpty() && replicas.last().compareTo(replica) >= 0) {
                throw new MalformedException("replicas that are not in ascending order");
            }
            replicas.add(replica);
        }
        return replicas;
    }

    private static SortedMap<NodeId, String> readAddresses(ByteReader in) {
        int count = in.count(ADDRESS_ENTRY_BYTES_MIN);
        SortedMap<NodeId, String> addresses = new TreeMap<>();
        for (int i = 0; i < count; i++) {
            NodeId node = FieldCodec.readNodeId(in);
            if (!addresses.isEmpty() && addresses.lastKey().compareTo(node) >= 0) {
                throw new MalformedException("addresses that are not in ascending order");
            }
            String address = in.string();
            if (address.getBytes(StandardCharsets.UTF_8).length > ADDRESS_BYTES_MAX) {
                throw new MalformedException("an address of more than " + ADDRESS_BYTES_MAX + " bytes");
            }
            addresses.put(node, address);
        }
        return addresses;
    }
}
