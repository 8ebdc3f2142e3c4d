package io.quarkiverse.raftconfig.core;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Collections;

/**
 * What a leader knows of one peer, and what is under way to it.
 *
 * <pre>
 *   probing      the peer's log is unknown from nextIndex on: one AppendEntries at a time, until one matches
 *   replicating  it matches up to matchIndex: AppendEntries follow each other without waiting, within the window
 *   snapshotting it lacks what the leader keeps no more: nothing is sent until the snapshot has arrived, or failed to (§7)
 *
 *   1 ... matchIndex | under way ... | nextIndex ... last
 * </pre>
 *
 * A rejection or a lost connection leads back to probing, a success to replicating; both are ways out of snapshotting too,
 * but for the lost connection: of that the sender of the snapshot knows more.
 */
final class Progress {
    private final RaftSettings settings;
    private final ArrayDeque<InFlight> inFlight = new ArrayDeque<>();
    private long inFlightBytes;
    private boolean probing = true;
    /** While probing: an AppendEntries is under way, so that the next one has to wait. */
    private boolean probeSent;
    private boolean checkDue;
    /** The last index of the snapshot that is being sent; {@link RaftLog#ABSENT} if none is. */
    private long snapshotIndex = RaftLog.ABSENT;
    private int snapshotsLost;
    private long nextIndex;
    private long matchIndex;
    private long commitTold;
    private long answeredAt;
    private long roundAnswered;

    /** @param now counts as the time of the first answer */
    Progress(RaftSettings settings, long nextIndex, long now) {
        this.settings = settings;
        this.nextIndex = nextIndex;
        answeredAt = now;
    }

    long nextIndex() {
        return nextIndex;
    }

    /** The last index that the peer is known to hold durably. */
    long matchIndex() {
        return matchIndex;
    }

    /** The commit index that was sent to the peer, though it may be lost. */
    long commitTold() {
        return commitTold;
    }

    /** When the peer was last heard in this term. */
    long answeredAt() {
        return answeredAt;
    }

    /** The latest round of heartbeats that the peer has answered; 0 for none. */
    long roundAnswered() {
        return roundAnswered;
    }

    /** Whether the peer may be sent an AppendEntries now, and {@code last}, the end of the log, gives a reason to. */
    boolean mayAppend(long last) {
        if (isSnapshotting()) {
            return false;
        }
        if (probing) {
            return !probeSent;
        }
        return nextIndex <= last && bytesLeft() > 0 && inFlight.size() < settings.inFlightMessagesMax();
    }

    /** How many bytes of entries the next AppendEntries may hold. */
    long appendBytesMax() {
        return Math.min(settings.appendBytesMax(), bytesLeft());
    }

    /** Whether an answer may be lost, so that an AppendEntries without entries has to find out. */
    boolean checkDue() {
        return checkDue && !isSnapshotting();
    }

    boolean isSnapshotting() {
        return snapshotIndex != RaftLog.ABSENT;
    }

    /** The last index of the snapshot that is being sent; {@link Long#MAX_VALUE} if none is. */
    long sendingFrom() {
        return isSnapshotting() ? snapshotIndex : Long.MAX_VALUE;
    }

    /** Whether a snapshot may be sent now, if it is needed. */
    boolean maySendSnapshot() {
        return !isSnapshotting() && !(probing && probeSent);
    }

    /** A snapshot up to {@code lastIndex} is being sent from now on. */
    void snapshotting(long lastIndex) {
        probeFrom(nextIndex);
        snapshotIndex = lastIndex;
    }

    /**
     * The sending of a snapshot is over.
     *
     * @param lastIndex of the snapshot that the peer now has; {@link RaftLog#ABSENT} if it has none: it is to be sent again
     *        once the peer is heard
     * @param advanced whether it has more of it than ever before
     */
    void snapshotSent(long lastIndex, boolean advanced) {
        if (isSnapshotting()) {
            snapshotIndex = RaftLog.ABSENT;
            probeFrom(Math.max(nextIndex, lastIndex + 1));
            probeSent = lastIndex == RaftLog.ABSENT;
            snapshotsLost += lastIndex == RaftLog.ABSENT && !advanced ? 1 : 0;
        }
    }

    /** How many sendings of a snapshot have brought the peer nothing, whatever came of the others. */
    int snapshotsLost() {
        return snapshotsLost;
    }

    /** An AppendEntries was sent that reaches to {@code lastIndex}. */
    void sent(long lastIndex, long bytes) {
        checkDue = false;
        if (probing) {
            probeSent = true;
        } else if (lastIndex >= nextIndex) {
            nextIndex = lastIndex + 1;
            inFlight.addLast(new InFlight(lastIndex, bytes));
            inFlightBytes += bytes;
        }
    }

    void commitTold(long commitIndex) {
        commitTold = Math.max(commitTold, commitIndex);
    }

    void answered(long now) {
        answeredAt = now;
    }

    /** The peer holds the leader's log up to {@code index}. */
    void matched(long index) {
        matchIndex = Math.max(matchIndex, index);
        if (isSnapshotting() && matchIndex >= snapshotIndex) {
            snapshotIndex = RaftLog.ABSENT;
        }
        if (probing) {
            probing = false;
            nextIndex = matchIndex + 1;
        }
        nextIndex = Math.max(nextIndex, matchIndex + 1);
        InFlight oldest = inFlight.peekFirst();
        while (oldest != null && oldest.lastIndex <= matchIndex) {
            inFlight.removeFirst();
            inFlightBytes -= oldest.bytes;
            oldest = inFlight.peekFirst();
        }
    }

    /**
     * The peer's log does not match at {@code prevIndex}. A late answer changes nothing.
     *
     * @param agreement the latest place, before {@code prevIndex}, at which it may match
     */
    void rejected(long prevIndex, long agreement) {
        boolean late = isSnapshotting() || (probing ? prevIndex != nextIndex - 1 : prevIndex <= matchIndex);
        if (late) {
            return;
        }
        long next = Math.max(matchIndex, agreement) + 1;
        // Where there is nothing earlier to try, asking at once would only ask the same again.
        boolean wait = probing && next >= nextIndex;
        probeFrom(Math.min(next, nextIndex));
        probeSent = wait;
    }

    /** All that is under way is lost. */
    void unreachable() {
        if (isSnapshotting()) {
            return;
        }
        probeFrom(probing ? nextIndex : matchIndex + 1);
        probeSent = true;
    }

    /** The peer answers heartbeats, so what it did not answer may be lost. */
    void heartbeatAnswered(long round) {
        roundAnswered = Math.max(roundAnswered, round);
        if (probing) {
            probeSent = false;
        }
        checkDue = probing || !inFlight.isEmpty();
    }

    private void probeFrom(long index) {
        probing = true;
        probeSent = false;
        nextIndex = index;
        inFlight.clear();
        inFlightBytes = 0;
    }

    private long bytesLeft() {
        return settings.inFlightBytesMax() - inFlightBytes;
    }

    /** How many bytes of entries are under way. */
    long inFlightBytes() {
        return inFlightBytes;
    }

    /** What is under way, the oldest first. */
    Collection<InFlight> inFlight() {
        return Collections.unmodifiableCollection(inFlight);
    }

    /** An AppendEntries with entries up to {@code lastIndex}. */
    record InFlight(long lastIndex, long bytes) {
    }
}
