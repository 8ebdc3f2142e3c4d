package io.quarkiverse.raftconfig.node;

import java.util.SortedMap;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.core.Membership;
import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.core.ReplicaId;

/**
 * What a node does about who the members are: it stays connected with them, notices which are lost, asks to become one, and as
 * the leader changes them. Lives on the loop.
 */
final class MembershipCare {
    private final Contacts contacts;
    private final MembershipDesk desk;
    private final LostReplicas lost;
    private final MembershipUpkeep upkeep;
    private final Joining joining;

    /** @param onChange runs when this node waits for something else */
    MembershipCare(Identity identity, Loop loop, Route route, Tickets tickets, PeerTransport transport, Standing standing,
            Allegiance allegiance, NodeSettings settings, Runnable onChange) {
        ReplicaId self = identity.replica();
        this.contacts = new Contacts(self.node(), settings, transport);
        this.desk = new MembershipDesk(self, loop, route, tickets, transport, contacts, allegiance, settings);
        this.lost = new LostReplicas(self, loop, transport, allegiance);
        this.upkeep = new MembershipUpkeep(self.node(), loop, route, transport, desk, lost, settings.membership());
        this.joining = new Joining(self, Joining.isFor(identity, settings), loop, transport, standing, allegiance,
                settings.membership(), onChange);
    }

    /** Where a leader changes them. */
    MembershipDesk desk() {
        return desk;
    }

    /** @param stored the latest in the log */
    void begin(Membership stored) {
        contacts.warnOfStrangers(stored);
        contacts.follow(stored);
    }

    /** The peer port is open. */
    void opened() {
        joining.begin();
    }

    /** To be called with every step. */
    void stepped(Membership latest) {
        contacts.follow(latest);
        lost.lookNowAndThen(latest);
        desk.look();
        upkeep.look();
    }

    void peersChanged(Membership latest) {
        lost.look(latest);
        desk.look();
        joining.ask();
    }

    /** This node belongs to a cluster now, or takes no part any more: it does not ask to be taken in. */
    void ended() {
        joining.end();
    }

    /** What a node waits for that asks to be taken in; null for any other. */
    @Nullable
    String waitingFor() {
        return joining.isActive() ? joining.waitingFor() : null;
    }

    /** What is wrong with each peer that this node can't work with. */
    SortedMap<NodeId, String> problems(Membership latest, SortedMap<NodeId, ReplicaId> connected) {
        return lost.problems(latest, connected);
    }
}
