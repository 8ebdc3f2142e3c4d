package io.quarkiverse.raftconfig.core;

import org.jspecify.annotations.Nullable;

/** Takes the leader's entries, and waits (§5.2, §5.3). A learner is one that never campaigns. */
final class Follower extends RoleState {
    private @Nullable ReplicaId leader;

    /** @param leader null while none is known */
    Follower(RaftState node, @Nullable ReplicaId leader) {
        super(node);
        this.leader = leader;
    }

    @Override
    Role role() {
        Membership membership = node.membership();
        return membership.learners().contains(node.self) && !membership.isVoter(node.self) ? Role.LEARNER : Role.FOLLOWER;
    }

    @Override
    @Nullable
    ReplicaId leader() {
        return leader;
    }

    /** A known leader that campaigns has lost its leadership in a restart: it need not be protected from itself. */
    @Override
    boolean hearsLeaderOtherThan(ReplicaId candidate) {
        return leader != null && !leader.equals(candidate) && node.electionTimer.leaderHeardLately(node.now());
    }

    @Override
    Follower follow(ReplicaId heard) {
        if (leader != null && !leader.equals(heard)) {
            throw new IllegalStateException("two leaders in term " + node.term() + ": " + leader + " and " + heard);
        }
        leader = heard;
        return this;
    }

    @Override
    RoleState enter() {
        boolean nobodyElseCanLead = node.isAlone() || node.hasJustFounded();
        if (leader == null && nobodyElseCanLead) {
            node.electionTimer.expire(node.now());
        }
        return this;
    }

    @Override
    long deadline() {
        return node.mayCampaign() ? node.electionTimer.deadline() : Long.MAX_VALUE;
    }

    @Override
    RoleState onTimePassed() {
        return node.now() < deadline() ? this : new PreCandidate(node);
    }

    @Override
    RoleState onUnreachable(ReplicaId peer) {
        if (peer.equals(leader)) {
            node.electionTimer.leaderLost(node.now());
        }
        return this;
    }

    /** §5.3: appends what is new, if the entry before it is the leader's. */
    void onAppendEntries(Message.AppendEntries request) {
        node.electionTimer.leaderHeard(node.now());
        node.heldByAll(request.heldByAll());
        requireGapless(request);
        if (!matches(request.prevLog())) {
            node.send(new Message.AppendEntriesResponse(node.self, request.from(), node.term(), false,
                    request.prevLog().index(), latestAgreementBefore(request.prevLog())));
            return;
        }
        for (Entry entry : request.entries()) {
            appendIfNew(entry);
        }
        // No further than this request has verified: what lies behind may be another leader's.
        node.commitTo(Math.min(request.leaderCommit(), request.lastIndex()));
        node.sendWhenDurable(new Message.AppendEntriesResponse(node.self, request.from(), node.term(), true,
                request.lastIndex(), Position.ZERO));
    }

    /**
     * §7, InstallSnapshot, 6 to 8. All that it covers is committed; so what the log holds up to there, if it holds that entry,
     * is the leader's, and so may be what follows.
     */
    void onSnapshotReceived(ReplicaId from, SnapshotPoint point) {
        Position last = point.last();
        if (last.index() > node.commitIndex()) {
            if (node.log.termAt(last.index()) == last.term()) {
                node.commitTo(last.index());
            } else {
                node.install(point);
            }
        }
        // Also for one that is not needed, or the leader would send it for ever.
        node.sendWhenDurable(new Message.AppendEntriesResponse(node.self, from, node.term(), true, last.index(),
                Position.ZERO));
    }

    void onHeartbeat(Message.Heartbeat heartbeat) {
        node.electionTimer.leaderHeard(node.now());
        node.commitTo(heartbeat.leaderCommit());
        node.send(new Message.HeartbeatResponse(node.self, heartbeat.from(), node.term(), heartbeat.round()));
    }

    void onCommitAdvanced(Message.CommitAdvanced message) {
        node.electionTimer.leaderHeard(node.now());
        node.commitTo(message.commitIndex());
    }

    /** Whoever can't make a vote for itself durable would only leave the cluster without a leader. */
    RoleState onTimeoutNow() {
        return node.mayCampaign() && node.now() < node.diskHungAt() ? new Candidate(node, true) : this;
    }

    /** What lies before the base is committed, so it is the leader's too, though its term is forgotten. */
    private boolean matches(Position prevLog) {
        return prevLog.index() < node.log.base().index() || node.log.termAt(prevLog.index()) == prevLog.term();
    }

    private Position latestAgreementBefore(Position prevLog) {
        return node.log.positionAt(node.log.lastAtOrBefore(prevLog));
    }

    /** Figure 2, AppendEntries, 3 and 4: only a conflict truncates, for the request may be an old one. */
    private void appendIfNew(Entry entry) {
        long termHere = node.log.termAt(entry.index());
        if (termHere == entry.term() || entry.index() < node.log.base().index()) {
            return;
        }
        if (termHere != RaftLog.ABSENT) {
            node.truncateFrom(entry.index());
        }
        node.append(entry);
    }

    private static void requireGapless(Message.AppendEntries request) {
        Position before = request.prevLog();
        for (Entry entry : request.entries()) {
            if (entry.index() != before.index() + 1 || entry.term() < before.term() || entry.term() > request.term()) {
                throw new IllegalArgumentException(
                        "entry " + entry.position() + " can't follow " + before + " in term " + request.term());
            }
            before = entry.position();
        }
    }
}
