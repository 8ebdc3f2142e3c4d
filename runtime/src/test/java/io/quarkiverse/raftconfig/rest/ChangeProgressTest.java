package io.quarkiverse.raftconfig.rest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

import org.junit.jupiter.api.Test;

import io.quarkiverse.raftconfig.core.Membership;
import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.core.ReplicaId;
import io.quarkiverse.raftconfig.core.Role;
import io.quarkiverse.raftconfig.core.StorageId;
import io.quarkiverse.raftconfig.node.Identity;
import io.quarkiverse.raftconfig.node.MembershipRequest;
import io.quarkiverse.raftconfig.node.NodeStatus;
import io.quarkiverse.raftconfig.node.Seat;

/** What can be seen of a change that was asked for with {a} at index 5 and was not over in time. */
class ChangeProgressTest {
    private static final MembershipRequest TO_A_AND_B = request(List.of("a", "b"), List.of());

    @Test
    void nothingIsSeenWhileTheMembershipIsTheOne() {
        assertThat(progress(TO_A_AND_B, membership(List.of("a"), List.of(), List.of()), 5, 5))
                .isEqualTo(ChangeProgress.NOT_SEEN);
    }

    @Test
    void newVotersCatchUpAsLearners() {
        assertThat(progress(TO_A_AND_B, membership(List.of("a"), List.of(), List.of("b")), 6, 6))
                .isEqualTo(ChangeProgress.CATCHING_UP);
        // A learner of somebody else's change is none of this one.
        assertThat(progress(TO_A_AND_B, membership(List.of("a"), List.of(), List.of("c")), 6, 6))
                .isEqualTo(ChangeProgress.NOT_SEEN);
    }

    @Test
    void bothHalvesDecideForAWhile() {
        assertThat(progress(TO_A_AND_B, membership(List.of("a", "b"), List.of("a"), List.of()), 7, 6))
                .isEqualTo(ChangeProgress.JOINT);
        assertThat(progress(TO_A_AND_B, membership(List.of("a", "c"), List.of("a"), List.of()), 7, 6))
                .isEqualTo(ChangeProgress.NOT_SEEN);
    }

    @Test
    void itIsDoneWhenTheNewOneIsCommitted() {
        Membership asked = membership(List.of("a", "b"), List.of(), List.of());
        assertThat(progress(TO_A_AND_B, asked, 8, 7)).isEqualTo(ChangeProgress.JOINT);
        assertThat(progress(TO_A_AND_B, asked, 8, 8)).isEqualTo(ChangeProgress.DONE);
        assertThat(progress(request(List.of("a"), List.of("b")), membership(List.of("a"), List.of(), List.of("b")), 6, 6))
                .isEqualTo(ChangeProgress.DONE);
    }

    private static ChangeProgress progress(MembershipRequest request, Membership latest, long index, long committedIndex) {
        NodeStatus now = new NodeStatus(new Identity(new NodeId("a"), new StorageId(1, 1), null), Role.FOLLOWER, 1, null, 1, 1,
                9, 0, 0, latest, index, Membership.BLANK, committedIndex, true, new TreeMap<>(), NodeStatus.Place.VOTER, 1,
                new TreeMap<>(), true, true, false, null, null);
        return ChangeProgress.of(request, now);
    }

    private static MembershipRequest request(List<String> voters, List<String> learners) {
        SortedMap<NodeId, Seat> seats = new TreeMap<>();
        voters.forEach(it -> seats.put(new NodeId(it), new Seat(null, true)));
        learners.forEach(it -> seats.put(new NodeId(it), new Seat(null, false)));
        return new MembershipRequest(5, seats);
    }

    private static Membership membership(List<String> voters, List<String> oldVoters, List<String> learners) {
        return new Membership(replicas(voters), replicas(oldVoters), replicas(learners), new TreeMap<>());
    }

    private static SortedSet<ReplicaId> replicas(List<String> names) {
        SortedSet<ReplicaId> replicas = new TreeSet<>();
        names.forEach(it -> replicas.add(new ReplicaId(new NodeId(it), new StorageId(1, it.hashCode()))));
        return replicas;
    }
}
