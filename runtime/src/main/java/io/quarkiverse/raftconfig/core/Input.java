package io.quarkiverse.raftconfig.core;

import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

import org.jspecify.annotations.Nullable;

/** All that can happen to a node. */
public sealed interface Input {
    /** Nothing but time: given at boot, and when the time named by {@link Effects#wakeAtMillis} has come. */
    record TimePassed() implements Input {
    }

    record Received(Message message) implements Input {
    }

    /**
     * A write and all writes before it are durable.
     *
     * @param sequence {@link Write#sequence()}
     * @param term {@link Write#term()}: a late answer can't release a newer write
     */
    record Persisted(long sequence, long term) implements Input {
    }

    /** Commands for the log, in this order; each is answered by an {@link Answer} with its ticket. */
    record Propose(List<Proposal> proposals) implements Input {
        public Propose {
            proposals = List.copyOf(proposals);
        }
    }

    /** @param ticket chosen by the host, unique among all that it asks for */
    record Proposal(long ticket, Bytes command) {
    }

    /** A linearizable read wants to know up to where the state must have been applied (§8, thesis §6.4). */
    record Read(long ticket) implements Input {
    }

    /**
     * {@code target} is to be the membership (§6). Answered by {@link Answer.MembershipChanged} when that is so, or by
     * {@link Answer.Refused} when the membership is as before, or by {@link Answer.MembershipUnknown}.
     *
     * @param membershipIndex of the membership from which {@code target} was computed: if that is not the latest, it is refused
     * @param target simple, with a voter at least, and one replica a node
     */
    record ChangeMembership(long ticket, long membershipIndex, Membership target) implements Input {
        /** @throws IllegalArgumentException if {@code target} is none that a cluster can come to rest in */
        public ChangeMembership {
            SortedSet<NodeId> nodes = new TreeSet<>();
            target.replicas().forEach(replica -> nodes.add(replica.node()));
            if (target.isBlank() || target.isJoint() || nodes.size() < target.replicas().size()) {
                throw new IllegalArgumentException("no membership to change to: " + target);
            }
        }
    }

    /**
     * Another is to lead (thesis §3.10). Answered by {@link Answer.Transferred} or, after an election timeout at the latest, by
     * {@link Answer.Refused}.
     *
     * @param to a voter other than this node; null for the one that holds most of the log
     */
    record Transfer(long ticket, @Nullable ReplicaId to) implements Input {
    }

    /**
     * No connection to {@code peer}, and none could be made at once: messages under way to it are lost. Of the leader it is
     * a hint that it is gone. Never needed for safety.
     */
    record Unreachable(ReplicaId peer) implements Input {
    }

    /**
     * A snapshot that covers the log up to {@code point} is durable, so a prefix of the log may go.
     *
     * @param sizeBytes of the snapshot: a member that lacks more of the log than that is better served by the snapshot
     */
    record Snapshotted(SnapshotPoint point, long sizeBytes) implements Input {
        /** Of a snapshot whose size is not known. */
        public Snapshotted(SnapshotPoint point) {
            this(point, Long.MAX_VALUE);
        }
    }

    /**
     * The whole snapshot of a leader is here (§7), durable, though it does not count yet: {@link Write#install} may follow.
     *
     * @param term in which {@code from} has sent it
     */
    record SnapshotReceived(ReplicaId from, long term, SnapshotPoint point) implements Input {
    }

    /**
     * The sending that {@link Effects#sendSnapshots} asked for is over.
     *
     * @param point of the snapshot that was sent
     * @param delivered whether the peer has it whole, or needs it no more
     * @param advanced if not, whether the peer has by now more of it than ever before: it goes on there the next time
     */
    record SnapshotSent(ReplicaId peer, SnapshotPoint point, boolean delivered, boolean advanced) implements Input {
    }
}
