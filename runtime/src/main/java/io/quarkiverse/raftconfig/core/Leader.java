package io.quarkiverse.raftconfig.core;

import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

/**
 * Appends what is proposed, sends it to all, and commits what a majority holds (§5.3, §5.4). A leader that no majority
 * answers within an election timeout steps down (thesis §6.2, CheckQuorum).
 * <p>
 * Inputs only change what is known; what follows from that, for every peer, is sent at the end of the step.
 */
final class Leader extends RoleState {
    private final Peers peers;
    private final MembershipChanges changes;
    private final ReadRounds reads = new ReadRounds();
    /** The last index that this node itself holds durably: its own disk is one more peer that has to answer. */
    private long durableIndex;
    private @Nullable Transfer transfer;
    private long round;
    private long heartbeatDue;

    Leader(RaftState node) {
        super(node);
        peers = new Peers(node);
        changes = new MembershipChanges(node, peers, this::append);
    }

    @Override
    Role role() {
        return Role.LEADER;
    }

    @Override
    ReplicaId leader() {
        return node.self;
    }

    @Override
    boolean hearsLeaderOtherThan(ReplicaId candidate) {
        return true;
    }

    @Override
    Follower follow(ReplicaId leader) {
        throw new IllegalStateException("two leaders in term " + node.term() + ": " + node.self + " and " + leader);
    }

    /** §5.4.2, §8: an entry of the own term commits those of earlier terms. */
    @Override
    RoleState enter() {
        append(Payload.NoOp.INSTANCE);
        heartbeatDue = node.now() + node.settings.heartbeatIntervalMillis();
        return this;
    }

    @Override
    void leave() {
        node.sendingFrom(Long.MAX_VALUE);
        reads.refuseAll(node::answer);
        changes.leave();
        if (transfer != null) {
            transfer.end();
        }
        node.electionTimer.restart(node.now());
    }

    @Override
    void onPropose(Input.Propose propose) {
        for (Input.Proposal proposal : propose.proposals()) {
            Payload command = new Payload.Command(proposal.command());
            if (isGoing()) {
                node.answer(new Answer.Refused(proposal.ticket(), Answer.Refusal.TRANSFERRING));
            } else if (node.log.bytes() + nextEntry(command).sizeBytes() > node.settings.logBytesMax()) {
                node.answer(new Answer.Refused(proposal.ticket(), Answer.Refusal.LOG_FULL));
            } else {
                append(command);
                node.answer(new Answer.Appended(proposal.ticket(), node.log.last()));
            }
        }
    }

    @Override
    void onRead(Input.Read read) {
        reads.add(read.ticket());
    }

    @Override
    void onChangeMembership(Input.ChangeMembership request) {
        if (isGoing()) {
            node.answer(new Answer.Refused(request.ticket(), Answer.Refusal.TRANSFERRING));
        } else {
            changes.begin(request);
        }
    }

    @Override
    void onTransfer(Input.Transfer request) {
        SortedSet<ReplicaId> others = node.otherVoters();
        if (isGoing()) {
            node.answer(new Answer.Refused(request.ticket(), Answer.Refusal.TRANSFERRING));
        } else if (request.to() == null ? others.isEmpty() : !others.contains(request.to())) {
            node.answer(new Answer.Refused(request.ticket(), Answer.Refusal.TRANSFER_FAILED));
        } else {
            ReplicaId target = request.to() == null ? mostUpToDate() : request.to();
            transfer = new Transfer(node, request.ticket(), target);
        }
    }

    @Override
    RoleState onDurable(long index) {
        durableIndex = Math.max(durableIndex, index);
        return this;
    }

    @Override
    RoleState onUnreachable(ReplicaId peer) {
        Progress progress = peers.find(peer);
        if (progress != null) {
            progress.unreachable();
        }
        return this;
    }

    @Override
    void onAppendEntriesResponse(Message.AppendEntriesResponse response) {
        Progress progress = peers.find(response.from());
        if (progress == null) {
            return;
        }
        progress.answered(node.now());
        if (response.success()) {
            if (response.matchIndex() > node.log.last().index()) {
                throw new IllegalStateException(response.from() + " claims to hold entry " + response.matchIndex()
                        + " of a log that ends at " + node.log.last());
            }
            progress.matched(response.matchIndex());
        } else {
            progress.rejected(response.matchIndex(), latestAgreement(response.hint()));
        }
    }

    /** If none is left in the log, then just before what is left: the snapshot has to bridge the gap. */
    private long latestAgreement(Position hint) {
        long index = node.log.lastAtOrBefore(hint);
        return node.log.mayAgreeAt(index, hint) ? index : index - 1;
    }

    @Override
    void onSnapshotSent(Input.SnapshotSent sent) {
        Progress progress = peers.find(sent.peer());
        if (progress != null) {
            progress.snapshotSent(sent.delivered() ? sent.point().last().index() : RaftLog.ABSENT, sent.advanced());
        }
    }

    @Override
    void onHeartbeatResponse(Message.HeartbeatResponse response) {
        Progress progress = peers.find(response.from());
        if (progress != null) {
            progress.answered(node.now());
            progress.heartbeatAnswered(response.round());
        }
    }

    @Override
    long deadline() {
        long heartbeat = peers.isEmpty() ? Long.MAX_VALUE : heartbeatDue;
        long transferEnds = transfer == null ? Long.MAX_VALUE : transfer.givenUpAt();
        return Math.min(Math.min(heartbeat, transferEnds), leadershipEnds());
    }

    @Override
    RoleState onTimePassed() {
        if (node.now() >= leadershipEnds()) {
            return new Follower(node, null);
        }
        advanceCommitIndex();
        changes.advance();
        // First what this step has confirmed, so that the reads which waited for that have their own round now.
        answerReads();
        if (node.now() >= heartbeatDue) {
            heartbeatDue = node.now() + node.settings.heartbeatIntervalMillis();
            beginRound(peers.replicas());
        } else if (node.ownTermCommitted() && reads.wantsRound()) {
            beginRound(node.otherVoters());
        }
        if (node.isAlone()) {
            answerReads();
        }
        node.heldByAll(heldByAll());
        peers.forEach(this::replicate);
        node.sendingFrom(peers.sendingFrom());
        advanceTransfer();
        return hasLeft() && node.commitIndex() == node.log.last().index() ? handOver() : this;
    }

    /** Whether another is about to lead: nothing new is begun. */
    private boolean isGoing() {
        return transfer != null || hasLeft();
    }

    /**
     * §6: a leader that C_new leaves out leads until that is committed. What it has taken before, it commits before it goes:
     * for
     * it may never hear what becomes of it, nor those who asked for it.
     */
    private boolean hasLeft() {
        return node.ownTermCommitted() && node.isMembershipCommitted() && !node.membership().isVoter(node.self);
    }

    /** Nobody has to wait for an election timeout then. */
    private RoleState handOver() {
        ReplicaId successor = mostUpToDate();
        node.send(new Message.TimeoutNow(node.self, successor, node.term()));
        return new Follower(node, null);
    }

    private void advanceTransfer() {
        if (transfer == null) {
            return;
        }
        if (transfer.isGivenUp()) {
            transfer.end();
            transfer = null;
        } else {
            transfer.ask(matchIndex(transfer.target()));
        }
    }

    private ReplicaId mostUpToDate() {
        return Collections.max(node.otherVoters(),
                Comparator.comparingLong(this::matchIndex).thenComparingLong(this::answeredAt));
    }

    /** What is known of each peer. */
    SortedMap<ReplicaId, Progress> peers() {
        return peers.progress();
    }

    /** How many reads are not answered yet. */
    int readsUnderWay() {
        return reads.size();
    }

    /** What each member is known to hold. */
    SortedMap<ReplicaId, Long> matchIndexes() {
        SortedMap<ReplicaId, Long> matchIndexes = new TreeMap<>();
        for (ReplicaId replica : node.membership().replicas()) {
            matchIndexes.put(replica, matchIndex(replica));
        }
        return Collections.unmodifiableSortedMap(matchIndexes);
    }

    SortedMap<ReplicaId, CatchUpProgress> catchUp() {
        return changes.catchUp();
    }

    /** A membership is in force from here on (§6). */
    private void append(Payload payload) {
        node.append(nextEntry(payload));
        peers.follow();
    }

    private Entry nextEntry(Payload payload) {
        return new Entry(new Position(node.log.last().index() + 1, node.term()), payload);
    }

    /** Figure 2, rules for leaders, 4: only an entry of the own term is committed by counting (§5.4.2, figure 8). */
    private void advanceCommitIndex() {
        long index = Quorum.reachedByMajority(node.membership(), this::matchIndex);
        if (index > node.commitIndex() && node.log.termAt(index) == node.term()) {
            node.commitTo(index);
        }
        peers.follow();
    }

    private void answerReads() {
        reads.confirmed(Quorum.reachedByMajority(node.membership(), this::roundAnswered), node::answer);
    }

    /** A round of heartbeats: keeps elections away, and confirms the leadership for the reads that wait. */
    private void beginRound(SortedSet<ReplicaId> receivers) {
        round++;
        if (node.ownTermCommitted()) {
            reads.begin(round, node.commitIndex());
        }
        peers.forEach((peer, progress) -> {
            if (receivers.contains(peer)) {
                long commit = commitIndexFor(progress);
                node.send(new Message.Heartbeat(node.self, peer, node.term(), round, commit));
                progress.commitTold(commit);
            }
        });
    }

    /** Sends the peer what it may be sent. */
    private void replicate(ReplicaId peer, Progress progress) {
        long last = node.log.last().index();
        if (progress.nextIndex() <= node.log.base().index()) {
            sendSnapshot(peer, progress);
            return;
        }
        if (progress.checkDue()) {
            sendAppendEntries(peer, progress, progress.nextIndex() - 1);
        }
        while (progress.mayAppend(last)) {
            sendAppendEntries(peer, progress, last);
        }
        long commit = commitIndexFor(progress);
        if (commit > progress.commitTold()) {
            node.send(new Message.CommitAdvanced(node.self, peer, node.term(), commit));
            progress.commitTold(commit);
        }
    }

    /** §7: what the peer needs next is not here any more. */
    private void sendSnapshot(ReplicaId peer, Progress progress) {
        if (progress.maySendSnapshot()) {
            node.sendSnapshot(peer);
            progress.snapshotting(node.snapshot().last().index());
        }
    }

    /** @param last the last entry to be sent, if it fits; just before the next one to send none */
    private void sendAppendEntries(ReplicaId peer, Progress progress, long last) {
        Position prevLog = node.log.positionAt(progress.nextIndex() - 1);
        List<Entry> entries = node.log.slice(progress.nextIndex(), last, progress.appendBytesMax());
        var request = new Message.AppendEntries(node.self, peer, node.term(), prevLog, entries, node.commitIndex(),
                node.heldByAll());
        node.send(request);
        progress.sent(request.lastIndex(), RaftLog.sizeBytes(entries));
        progress.commitTold(Math.min(node.commitIndex(), request.lastIndex()));
    }

    /** Without an AppendEntries that proves more, a peer is told to commit only what it is known to hold. */
    private long commitIndexFor(Progress progress) {
        return Math.min(progress.matchIndex(), node.commitIndex());
    }

    /** When the last answers of a majority, or the oldest pending write, will be an election timeout ago. */
    private long leadershipEnds() {
        if (node.isAlone()) {
            return Long.MAX_VALUE;
        }
        long heardAt = Quorum.reachedByMajority(node.membership(), this::answeredAt);
        return Math.min(heardAt + node.settings.electionTimeoutMillis(), node.diskHungAt());
    }

    private long heldByAll() {
        return Math.min(durableIndex, peers.matchedByAll());
    }

    private long matchIndex(ReplicaId replica) {
        return replica.equals(node.self) ? durableIndex : peers.of(replica).matchIndex();
    }

    private long answeredAt(ReplicaId replica) {
        return replica.equals(node.self) ? node.now() : peers.of(replica).answeredAt();
    }

    private long roundAnswered(ReplicaId replica) {
        return replica.equals(node.self) ? round : peers.of(replica).roundAnswered();
    }
}
