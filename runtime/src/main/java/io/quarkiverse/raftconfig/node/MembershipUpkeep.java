package io.quarkiverse.raftconfig.node;

import java.util.SortedMap;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.core.Membership;
import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.core.RaftCore;
import io.quarkiverse.raftconfig.core.ReplicaId;
import io.quarkiverse.raftconfig.log.RaftConfigLog;

/**
 * What a leader does about the membership without being asked, if the settings allow it: it puts the blank replica of a node
 * in the place of a lost one, and makes voters of learners while there are fewer than there are to be. Lives on the loop.
 */
final class MembershipUpkeep {
    private static final int PAUSE_MILLIS = 50;
    private static final int TIMEOUT_MILLIS = 10_000;
    /** What can't be done is not tried all the time. */
    private static final int PAUSE_AFTER_FAILURE_MILLIS = 10_000;

    private final NodeId self;
    private final Loop loop;
    private final Route route;
    private final PeerTransport transport;
    private final MembershipDesk desk;
    private final LostReplicas lost;
    private final MembershipSettings settings;
    private long notBeforeMillis = Long.MIN_VALUE;

    MembershipUpkeep(NodeId self, Loop loop, Route route, PeerTransport transport, MembershipDesk desk, LostReplicas lost,
            MembershipSettings settings) {
        this.self = self;
        this.loop = loop;
        this.route = route;
        this.transport = transport;
        this.desk = desk;
        this.lost = lost;
        this.settings = settings;
    }

    /** To be called with every step; a leader takes one with every heartbeat at least. */
    void look() {
        boolean wanted = settings.voters() > 0 || settings.replaceLostAfterMillis() > 0;
        if (!wanted || loop.nowMillis() < notBeforeMillis || !route.leadsHere() || desk.isBusy()) {
            return;
        }
        notBeforeMillis = loop.nowMillis() + PAUSE_MILLIS;
        RaftCore core = route.core();
        if (core.ownTermCommitted() && !core.isChangingMembership()) {
            act(core);
        }
    }

    private void act(RaftCore core) {
        Membership membership = core.membership();
        SortedMap<NodeId, ReplicaId> successors = lost.successors(membership);
        if (successors.isEmpty()) {
            promote(core, membership);
        } else if (areLost(membership, successors)) {
            RaftConfigLog.LOG.replacesLost(self.value(), successors.keySet().toString());
            change(core, seats(membership));
        }
        // Any change would replace those that are connected blank: while it is too early for that, there is none.
    }

    private boolean areLost(Membership membership, SortedMap<NodeId, ReplicaId> successors) {
        return settings.replaceLostAfterMillis() > 0 && membership.replicas().stream()
                .filter(member -> successors.containsKey(member.node()))
                .allMatch(member -> lost.unseenMillis(member) >= settings.replaceLostAfterMillis());
    }

    private void promote(RaftCore core, Membership membership) {
        SortedMap<NodeId, Seat> seats = seats(membership);
        int missing = settings.voters() - membership.voters().size();
        StringBuilder promoted = new StringBuilder();
        for (ReplicaId learner : membership.learners()) {
            if (missing > 0 && learner.equals(transport.connected().get(learner.node()))) {
                seats.put(learner.node(), new Seat(null, true));
                promoted.append(promoted.isEmpty() ? "" : ", ").append(learner.node());
                missing--;
            }
        }
        if (!promoted.isEmpty()) {
            RaftConfigLog.LOG.promotes(self.value(), promoted.toString(), settings.voters());
            change(core, seats);
        }
    }

    /** As they are. */
    static SortedMap<NodeId, Seat> seats(Membership membership) {
        SortedMap<NodeId, Seat> seats = new TreeMap<>();
        membership.replicas().forEach(replica -> seats.put(replica.node(), new Seat(null, membership.isVoter(replica))));
        return seats;
    }

    private void change(RaftCore core, SortedMap<NodeId, Seat> seats) {
        desk.begin(new MembershipRequest(core.membershipIndex(), seats), loop.nowMillis() + TIMEOUT_MILLIS, this::answered);
    }

    private void answered(@Nullable PeerResponse response) {
        if (response instanceof PeerResponse.Failed failed) {
            notBeforeMillis = loop.nowMillis() + PAUSE_AFTER_FAILURE_MILLIS;
            RaftConfigLog.LOG.upkeepFailed(self.value(), failed.reason());
        }
    }
}
