package io.quarkiverse.raftconfig.core;

import org.jspecify.annotations.Nullable;

/**
 * What a node does because of its role (§5.1, figure 4). One class a role: with a change of role the object is replaced, so
 * that nothing of what the old role was about can linger.
 *
 * <pre>
 *              no leader heard          a majority would vote        a majority voted
 *   Follower ------------------> PreCandidate ------------> Candidate -----------> Leader
 *      ^  ^________________________|________________________|                       |
 *      |        a leader of the term is heard, or a later term begins               |
 *      |____________________________________________________________________________|
 *       a later term begins, no majority answers any more, or C_new has left it out
 * </pre>
 *
 * A method that returns a role returns the one that follows: mostly this one.
 */
abstract sealed class RoleState permits Follower, PreCandidate, Candidate, Leader {
    final RaftState node;

    RoleState(RaftState node) {
        this.node = node;
    }

    abstract Role role();

    /** Who leads in the current term, as far as this node knows. */
    abstract @Nullable ReplicaId leader();

    /** §6: whether this node hears a leader, so that somebody else's campaign would only disturb. */
    abstract boolean hearsLeaderOtherThan(ReplicaId candidate);

    /** The time at which {@link #onTimePassed} would do something. */
    abstract long deadline();

    /** Called with every step, after its input. */
    abstract RoleState onTimePassed();

    /** The role begins. */
    RoleState enter() {
        return this;
    }

    /** The role ends. */
    void leave() {
    }

    /** {@code leader} was heard in the current term: there is no other, so this node follows it (§5.2). */
    Follower follow(ReplicaId leader) {
        return new Follower(node, leader);
    }

    /** A write of the current term is durable, and with it the log up to {@code index}. */
    RoleState onDurable(long index) {
        return this;
    }

    RoleState onUnreachable(ReplicaId peer) {
        return this;
    }

    void onPropose(Input.Propose propose) {
        for (Input.Proposal proposal : propose.proposals()) {
            node.answer(new Answer.Refused(proposal.ticket(), Answer.Refusal.NOT_LEADER));
        }
    }

    void onRead(Input.Read read) {
        node.answer(new Answer.Refused(read.ticket(), Answer.Refusal.NOT_LEADER));
    }

    void onChangeMembership(Input.ChangeMembership request) {
        node.answer(new Answer.Refused(request.ticket(), Answer.Refusal.NOT_LEADER));
    }

    void onTransfer(Input.Transfer request) {
        node.answer(new Answer.Refused(request.ticket(), Answer.Refusal.NOT_LEADER));
    }

    // An answer of the current term that this role did not ask for is late: it came too late for the role that did.

    RoleState onPreVoteResponse(Message.PreVoteResponse response) {
        return this;
    }

    RoleState onRequestVoteResponse(Message.RequestVoteResponse response) {
        return this;
    }

    void onSnapshotSent(Input.SnapshotSent sent) {
    }

    void onAppendEntriesResponse(Message.AppendEntriesResponse response) {
    }

    void onHeartbeatResponse(Message.HeartbeatResponse response) {
    }
}
