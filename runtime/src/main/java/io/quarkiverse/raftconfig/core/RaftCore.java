package io.quarkiverse.raftconfig.core;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

import org.jspecify.annotations.Nullable;

/**
 * One Raft node. Not thread-safe: the host calls {@link #step} from one thread.
 * <p>
 * Here are the rules for all servers of figure 2: terms, votes, and which message goes where. What a node does because it
 * leads, follows or asks to lead is in {@link Leader}, {@link Follower}, {@link PreCandidate} and {@link Candidate}; the
 * state that outlives a role, in {@link RaftState}.
 * <p>
 * An exception means that an invariant is broken, here or in a peer: the host must not go on with this node.
 */
public final class RaftCore {
    private final RaftState node;
    private RoleState role;
    private boolean started;

    /**
     * @param self this replica
     * @param recovered what it remembers
     * @param random draws election timeouts, and nothing else
     * @throws IllegalArgumentException if what is recovered contradicts itself
     */
    public RaftCore(ReplicaId self, RaftSettings settings, Recovered recovered, RandomGenerator random) {
        node = new RaftState(self, settings, recovered, random);
        role = new Follower(node, null);
    }

    /**
     * What follows from {@code input}.
     *
     * @param now monotonic milliseconds, never less than at the step before; the zero is the host's
     * @throws IllegalStateException if an invariant is broken; this node must not take part any more
     * @throws IllegalArgumentException the same, by what a peer or the host has given
     */
    public Effects step(long now, Input input) {
        node.beginStep(now);
        if (!started) {
            started = true;
            node.electionTimer.restart(now);
            role.enter();
        }
        take(input);
        become(role.onTimePassed());
        return node.finishStep(role.deadline());
    }

    public Role role() {
        return role.role();
    }

    public long term() {
        return node.term();
    }

    /** Who leads in {@link #term}, as far as this node knows. */
    public @Nullable ReplicaId leader() {
        return role.leader();
    }

    public long commitIndex() {
        return node.commitIndex();
    }

    /** Whether an entry of the current term is known to be committed, and with it all that was before (§5.4.2). */
    public boolean ownTermCommitted() {
        return node.ownTermCommitted();
    }

    /** The end of the log. */
    public Position lastLog() {
        return node.log.last();
    }

    /** What is in the log after {@code index}, committed or not. */
    public List<Entry> entriesAfter(long index) {
        return node.log.after(index);
    }

    /** About how much memory the log takes up. */
    public long logBytes() {
        return node.log.bytes();
    }

    /** The latest membership in the log, committed or not (§6). */
    public Membership membership() {
        return node.membership();
    }

    /** The index of the entry that brought {@link #membership}; 0 if blank. */
    public long membershipIndex() {
        return node.memberships.latestIndex();
    }

    /** The latest membership that is known to be committed. */
    public Membership committedMembership() {
        return node.committedMembership();
    }

    /** The index of the entry that brought {@link #committedMembership}; 0 if blank. */
    public long committedMembershipIndex() {
        return node.committedMembershipIndex();
    }

    /** Whether the membership is not at rest: the latest is joint, or not known to be committed, or learners catch up. */
    public boolean isChangingMembership() {
        return node.membership().isJoint() || !node.isMembershipCommitted() || !catchUp().isEmpty();
    }

    /** Of the replicas that are to become voters by the change under way, how far each is; empty on others than the leader. */
    public SortedMap<ReplicaId, CatchUpProgress> catchUp() {
        return role instanceof Leader leader ? leader.catchUp() : new TreeMap<>();
    }

    /**
     * The latest committed membership at or before {@code index}, for a snapshot taken there.
     *
     * @throws IllegalArgumentException if {@code index} is not committed, or no longer in the log
     */
    public SnapshotPoint snapshotPoint(long index) {
        return node.snapshotPoint(index);
    }

    /** What the leader knows each member to hold; empty on others. */
    public SortedMap<ReplicaId, Long> matchIndexes() {
        return role instanceof Leader leader ? leader.matchIndexes() : new TreeMap<>();
    }

    /** How many reads were taken on and not answered yet. */
    public int readsUnderWay() {
        return role instanceof Leader leader ? leader.readsUnderWay() : 0;
    }

    /** What a leader knows of each peer; empty on others. */
    SortedMap<ReplicaId, Progress> progress() {
        return role instanceof Leader leader ? leader.peers() : new TreeMap<>();
    }

    private void take(Input input) {
        if (input instanceof Input.Received received) {
            if (received.message().to().equals(node.self)) {
                take(received.message());
            }
        } else if (input instanceof Input.Propose propose) {
            role.onPropose(propose);
        } else if (input instanceof Input.Persisted persisted) {
            onPersisted(persisted);
        } else if (input instanceof Input.Read read) {
            role.onRead(read);
        } else if (input instanceof Input.ChangeMembership request) {
            role.onChangeMembership(request);
        } else if (input instanceof Input.Transfer request) {
            role.onTransfer(request);
        } else if (input instanceof Input.Unreachable unreachable) {
            become(role.onUnreachable(unreachable.peer()));
        } else if (input instanceof Input.Snapshotted snapshotted) {
            node.snapshotted(snapshotted.point(), snapshotted.sizeBytes());
        } else if (input instanceof Input.SnapshotReceived received) {
            onSnapshotReceived(received);
        } else if (input instanceof Input.SnapshotSent sent) {
            role.onSnapshotSent(sent);
        } else if (!(input instanceof Input.TimePassed)) {
            throw new AssertionError("unhandled input: " + input);
        }
    }

    private void take(Message message) {
        if (message instanceof Message.AppendEntries request) {
            onAppendEntries(request);
        } else if (message instanceof Message.AppendEntriesResponse response) {
            if (isOfThisTerm(response)) {
                role.onAppendEntriesResponse(response);
            }
        } else if (message instanceof Message.Heartbeat heartbeat) {
            onHeartbeat(heartbeat);
        } else if (message instanceof Message.HeartbeatResponse response) {
            if (isOfThisTerm(response)) {
                role.onHeartbeatResponse(response);
            }
        } else if (message instanceof Message.CommitAdvanced advanced) {
            if (isOfThisTerm(advanced)) {
                follow(advanced.from()).onCommitAdvanced(advanced);
            }
        } else if (message instanceof Message.PreVote request) {
            onPreVote(request);
        } else if (message instanceof Message.PreVoteResponse response) {
            onPreVoteResponse(response);
        } else if (message instanceof Message.RequestVote request) {
            onRequestVote(request);
        } else if (message instanceof Message.RequestVoteResponse response) {
            if (isOfThisTerm(response)) {
                become(role.onRequestVoteResponse(response));
            }
        } else if (message instanceof Message.TimeoutNow request) {
            if (isOfThisTerm(request)) {
                become(follow(request.from()).onTimeoutNow());
            }
        } else {
            throw new AssertionError("unhandled message: " + message);
        }
    }

    /** A sender of an earlier term is told the present one, or a leader that was left behind would never know. */
    private void onAppendEntries(Message.AppendEntries request) {
        if (isOfThisTerm(request)) {
            follow(request.from()).onAppendEntries(request);
        } else {
            tellTerm(request.from());
        }
    }

    /** §7. What an earlier leader has sent, the present one sends again if it is needed. */
    private void onSnapshotReceived(Input.SnapshotReceived received) {
        if (received.term() > node.term()) {
            adoptTerm(received.term());
        }
        if (received.term() == node.term()) {
            follow(received.from()).onSnapshotReceived(received.from(), received.point());
        }
    }

    private void onHeartbeat(Message.Heartbeat heartbeat) {
        if (isOfThisTerm(heartbeat)) {
            follow(heartbeat.from()).onHeartbeat(heartbeat);
        } else {
            tellTerm(heartbeat.from());
        }
    }

    /**
     * Says nothing but the term: the sender may lead again by now, and would take anything more for an answer to what it says
     * now.
     */
    private void tellTerm(ReplicaId leaderOfEarlierTerm) {
        node.send(new Message.HeartbeatResponse(node.self, leaderOfEarlierTerm, node.term(), 0));
    }

    /** Thesis §9.6: yes, if this node would give its vote. Nothing is promised, and no term adopted. */
    private void onPreVote(Message.PreVote request) {
        boolean granted = wouldVoteFor(request.from(), request.term(), request.lastLog());
        if (granted) {
            node.electionTimer.giveWay(node.now());
        }
        node.send(new Message.PreVoteResponse(node.self, request.from(), node.term(), request.term(), granted));
    }

    /** A pre-candidate that lags behind adopts the later term, or those who hold it would reject it for ever. */
    private void onPreVoteResponse(Message.PreVoteResponse response) {
        if (!response.granted() && response.term() > node.term()) {
            adoptTerm(response.term());
        }
        become(role.onPreVoteResponse(response));
    }

    /**
     * §5.2 and §5.4.1: one vote a term, only for a log at least as up to date as this one, and durable before it is told. A
     * leader that is heard is protected (§6), unless it wants to be succeeded.
     */
    private void onRequestVote(Message.RequestVote request) {
        if (request.term() > node.term()) {
            if (!request.transfer() && role.hearsLeaderOtherThan(request.from())) {
                return;
            }
            adoptTerm(request.term());
        }
        if (wouldVoteFor(request.from(), request.term(), request.lastLog())) {
            node.voteFor(request.from());
            node.electionTimer.restart(node.now());
            node.sendWhenDurable(new Message.RequestVoteResponse(node.self, request.from(), node.term(), true));
        } else {
            node.send(new Message.RequestVoteResponse(node.self, request.from(), node.term(), false));
        }
    }

    /** Membership is not asked: a candidate may be a voter of a membership that this node does not have yet (§6). */
    private boolean wouldVoteFor(ReplicaId candidate, long term, Position lastLog) {
        ReplicaId votedFor = node.hard().votedFor();
        boolean unspent = term > node.term()
                || (term == node.term() && (votedFor == null ? role.leader() == null : votedFor.equals(candidate)));
        return unspent && !role.hearsLeaderOtherThan(candidate) && lastLog.isAtLeastAsUpToDateAs(node.log.last());
    }

    private void onPersisted(Input.Persisted persisted) {
        long durableIndex = node.persisted(persisted);
        if (durableIndex != RaftLog.ABSENT) {
            become(role.onDurable(durableIndex));
        }
    }

    /** §5.1: a later term makes a follower of everybody; what is of an earlier one is void. */
    private boolean isOfThisTerm(Message message) {
        if (message.term() > node.term()) {
            adoptTerm(message.term());
        }
        return message.term() == node.term();
    }

    private void adoptTerm(long term) {
        node.adoptTerm(term);
        become(new Follower(node, null));
    }

    private Follower follow(ReplicaId leader) {
        Follower follower = role.follow(leader);
        become(follower);
        return follower;
    }

    private void become(RoleState next) {
        while (next != role) {
            role.leave();
            role = next;
            next = role.enter();
        }
    }
}
