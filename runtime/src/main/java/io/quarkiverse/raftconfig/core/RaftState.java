package io.quarkiverse.raftconfig.core;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

import org.jspecify.annotations.Nullable;

/**
 * What figure 2 calls the state of all servers, persistent and volatile, whatever the role; and the effects of the step under
 * way, gathered until {@link #finishStep}.
 */
final class RaftState {
    /** A prefix this long is always worth dropping; a shorter one, once it is half of the log. */
    private static final int COMPACTION_ENTRIES_ENOUGH = 500;

    final ReplicaId self;
    final RaftSettings settings;
    final RaftLog log;
    final MembershipHistory memberships;
    final ElectionTimer electionTimer;
    private final PendingWrites pendingWrites = new PendingWrites();

    private HardState hard;
    private SnapshotPoint snapshot;
    private long commitIndex;
    private long lastApplied;
    private long heldByAll;
    /** What lies behind it is kept, though the snapshot covers it. */
    private long tailFrom;
    /** What lies behind it is needed as soon as a snapshot that is being sent has arrived. */
    private long sendingFrom = Long.MAX_VALUE;

    private long now;
    private HardState hardBefore;
    /** The first entry that was appended in this step; {@link RaftLog#ABSENT} if there is none. */
    private long firstAppended = RaftLog.ABSENT;
    private List<Message> send = new ArrayList<>();
    private List<Message> sendWhenDurable = new ArrayList<>();
    private List<Effects.SendSnapshot> sendSnapshots = new ArrayList<>();
    private List<Answer> answers = new ArrayList<>();
    private @Nullable SnapshotPoint install;

    RaftState(ReplicaId self, RaftSettings settings, Recovered recovered, RandomGenerator random) {
        this.self = self;
        this.settings = settings;
        electionTimer = new ElectionTimer(settings, random);
        hard = recovered.hardState();
        hardBefore = hard;
        snapshot = recovered.snapshot();
        lastApplied = snapshot.last().index();
        commitIndex = recovered.commitIndex();
        memberships = new MembershipHistory(snapshot.membershipIndex(), snapshot.membership());
        log = new RaftLog(recovered.base());
        for (Entry entry : recovered.entries()) {
            log.append(entry);
            if (entry.index() > lastApplied) {
                noteMembership(entry);
            }
        }
        if (log.base().index() > lastApplied || commitIndex < lastApplied || commitIndex > log.last().index()
                || log.last().term() > hard.term()) {
            throw new IllegalArgumentException("what was recovered contradicts itself: " + hard + ", log from " + log.base()
                    + " to " + log.last() + ", snapshot at " + snapshot.last() + ", commit index " + commitIndex);
        }
    }

    long now() {
        return now;
    }

    long term() {
        return hard.term();
    }

    HardState hard() {
        return hard;
    }

    long commitIndex() {
        return commitIndex;
    }

    Membership membership() {
        return memberships.latest();
    }

    /** The latest membership that is known to be committed. */
    Membership committedMembership() {
        return memberships.at(commitIndex).getValue();
    }

    long committedMembershipIndex() {
        return memberships.at(commitIndex).getKey();
    }

    /** Whether the latest membership is known to be committed. */
    boolean isMembershipCommitted() {
        return memberships.latestIndex() <= commitIndex;
    }

    /**
     * Whether this node may ask for votes. It may be a voter of an earlier membership only: if it alone holds C_new, which
     * leaves it out, nobody else can be elected by C_old,new before it has brought them C_new (thesis §4.2.2).
     */
    boolean mayCampaign() {
        return memberships.isVoterFrom(commitIndex, self);
    }

    /** Whether this node alone is a majority: there is nobody else to ask or to wait for. */
    boolean isAlone() {
        return Quorum.hasMajority(membership(), self::equals);
    }

    /** Whether the log is still as {@link Recovered#founded} made it: no other node has anything to campaign with. */
    boolean hasJustFounded() {
        return hard.equals(Recovered.FOUNDED_HARD_STATE) && log.last().equals(Recovered.FOUNDING_ENTRY);
    }

    /** Those whose votes are asked for. */
    SortedSet<ReplicaId> otherVoters() {
        SortedSet<ReplicaId> others = new TreeSet<>(membership().voters());
        others.addAll(membership().oldVoters());
        others.remove(self);
        return others;
    }

    /** §5.4.2: only then is all that was committed before known to be. */
    boolean ownTermCommitted() {
        return log.termAt(commitIndex) == term();
    }

    /** From when on the disk counts as hung: the oldest pending write has taken an election timeout then. */
    long diskHungAt() {
        return pendingWrites.overdueAt(settings.electionTimeoutMillis());
    }

    SnapshotPoint snapshotPoint(long index) {
        if (index > commitIndex || index < log.base().index()) {
            throw new IllegalArgumentException("no snapshot can be taken at " + index + ": the log starts behind " + log.base()
                    + " and is committed up to " + commitIndex);
        }
        var membership = memberships.at(index);
        return new SnapshotPoint(log.positionAt(index), membership.getValue(), membership.getKey());
    }

    void beginStep(long now) {
        this.now = now;
        hardBefore = hard;
        firstAppended = RaftLog.ABSENT;
    }

    /** A later term has begun, in which this node has voted for nobody yet (§5.1). */
    void adoptTerm(long term) {
        if (term <= hard.term()) {
            throw new IllegalStateException("term " + term + " after term " + hard.term());
        }
        hard = new HardState(term, null);
    }

    void voteFor(ReplicaId candidate) {
        if (hard.votedFor() != null && !hard.votedFor().equals(candidate)) {
            throw new IllegalStateException("a second vote in term " + hard.term());
        }
        hard = new HardState(hard.term(), candidate);
    }

    void append(Entry entry) {
        log.append(entry);
        noteMembership(entry);
        if (firstAppended == RaftLog.ABSENT) {
            firstAppended = entry.index();
        }
    }

    /** §5.3: a conflicting suffix gives way to the leader's entries. What is committed never does. */
    void truncateFrom(long index) {
        if (index <= commitIndex) {
            throw new IllegalStateException(
                    "entry " + index + " is to be replaced, but the log is committed up to " + commitIndex);
        }
        log.truncateFrom(index);
        memberships.truncatedFrom(index);
    }

    /** Commits up to {@code index}, unless that is so already. */
    void commitTo(long index) {
        if (index > log.last().index()) {
            throw new IllegalStateException("commit index " + index + " is beyond the end of the log, " + log.last());
        }
        commitIndex = Math.max(commitIndex, index);
    }

    /** The newest snapshot. */
    SnapshotPoint snapshot() {
        return snapshot;
    }

    void snapshotted(SnapshotPoint point, long sizeBytes) {
        long index = point.last().index();
        if (index <= snapshot.last().index()) {
            return;
        }
        if (index > commitIndex || !point.last().equals(log.positionAt(index))) {
            throw new IllegalArgumentException("a snapshot at " + point.last() + " is not of this log, from " + log.base()
                    + " to " + log.last() + ", committed up to " + commitIndex);
        }
        snapshot = point;
        tailFrom = log.tailStart(index, settings.tailEntriesMax(), Math.max(sizeBytes, settings.appendBytesMax()));
        memberships.snapshotTaken(index);
    }

    /** §7, InstallSnapshot, 7 and 8: a snapshot takes the place of a log that does not lead to it. */
    void install(SnapshotPoint point) {
        if (point.last().index() <= commitIndex || point.last().term() > hard.term()) {
            throw new IllegalStateException(
                    "a snapshot at " + point.last() + " for a log that is committed up to " + commitIndex
                            + " in term " + hard.term());
        }
        log.installed(point.last());
        memberships.installed(point);
        snapshot = point;
        tailFrom = point.last().index();
        commitIndex = point.last().index();
        lastApplied = commitIndex;
        install = point;
        firstAppended = RaftLog.ABSENT;
    }

    void sendSnapshot(ReplicaId to) {
        sendSnapshots.add(new Effects.SendSnapshot(to, snapshot));
    }

    /** @param index of the oldest snapshot that is being sent; {@link Long#MAX_VALUE} for none */
    void sendingFrom(long index) {
        sendingFrom = index;
    }

    /** @param index that every member is known to hold durably */
    void heldByAll(long index) {
        heldByAll = index;
    }

    long heldByAll() {
        return heldByAll;
    }

    /** Sends at once. */
    void send(Message message) {
        send.add(message);
    }

    /** Sends what promises that this node remembers something. */
    void sendWhenDurable(Message message) {
        sendWhenDurable.add(message);
    }

    void answer(Answer answer) {
        answers.add(answer);
    }

    /** @return as {@link PendingWrites#persisted} */
    long persisted(Input.Persisted persisted) {
        return pendingWrites.persisted(persisted, term());
    }

    /** What this step asks of the host, whom {@code deadline} calls back. */
    Effects finishStep(long deadline) {
        Write write = write();
        List<Entry> apply = log.slice(lastApplied + 1, commitIndex, settings.applyBytesMax());
        lastApplied += apply.size();
        Position compactTo = compact();
        Effects effects = new Effects(write, send, sendWhenDurable, apply, sendSnapshots, answers, compactTo,
                lastApplied < commitIndex ? now : deadline);
        send = new ArrayList<>();
        sendWhenDurable = new ArrayList<>();
        sendSnapshots = new ArrayList<>();
        answers = new ArrayList<>();
        install = null;
        return effects;
    }

    private @Nullable Write write() {
        boolean appended = firstAppended != RaftLog.ABSENT;
        if (!appended && install == null && hard.equals(hardBefore)) {
            return null;
        }
        long last = log.last().index();
        List<Entry> entries = appended ? log.slice(firstAppended, last, Long.MAX_VALUE) : List.of();
        return new Write(pendingWrites.add(hard.term(), last, now), hard.term(), hard, install, entries, commitIndex);
    }

    /**
     * §7: what a snapshot covers may go. A tail of it stays as long as a member may lack it: as much as is less to send than
     * the snapshot, within a bound.
     */
    private @Nullable Position compact() {
        // What was not applied yet is still to be read from here.
        long covered = Math.min(snapshot.last().index(), lastApplied);
        long index = Math.min(covered, Math.max(heldByAll, tailFrom));
        if (log.bytes() < settings.logBytesMax() / 2) {
            index = Math.min(index, sendingFrom);
        }
        long droppable = index - log.base().index();
        if (droppable <= 0 || (droppable < COMPACTION_ENTRIES_ENOUGH && droppable < log.size() / 2)) {
            return null;
        }
        log.compactTo(index);
        return log.base();
    }

    private void noteMembership(Entry entry) {
        if (entry.payload() instanceof Payload.MembershipChange change) {
            memberships.appended(entry.index(), change.membership());
        }
    }
}
