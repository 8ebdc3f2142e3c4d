package io.quarkiverse.raftconfig.core;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

import org.jspecify.annotations.Nullable;

/**
 * How a cluster comes to be, once: the second pure state machine, which ends where {@link RaftCore} begins.
 *
 * <pre>
 *   founder (the first of the listed members)        every other listed member
 *
 *   make a new attempt durable
 *   Ask            ------------------------------->  blank, and free or promised to an earlier attempt of the same
 *                  <-------------------------------  founder: promise durably, then answer
 *   all promised:
 *   Confirm        ------------------------------->  still blank and promised to this very attempt?
 *                  <-------------------------------
 *   all confirmed: found.                            stays passive until the leader reaches it
 *   anything else: Release, pause, next attempt ->   forgets exactly this promise
 * </pre>
 *
 * Every promise was given before the first confirmation was asked for and held until it was answered, so all of them held at
 * one moment; and a promise binds to one founder, so no other had all of them then or can get them later. That is what makes
 * two processes with the founder's name, after a mistake of an operator, unable to found two clusters.
 * <p>
 * Not thread-safe: the host calls {@link #step} from one thread.
 */
public final class Founding {
    /** What a founder is about; of all others, and once it is over, {@code NOTHING}. */
    enum Phase {
        /** Not begun. */
        READY,
        ASKING,
        CONFIRMING,
        PAUSING,
        NOTHING
    }

    private final ReplicaId self;
    private final SortedSet<NodeId> members;
    private final SortedSet<NodeId> others;
    private final RaftSettings settings;
    private final RandomGenerator random;

    private FoundingRecord kept;
    private Phase phase;
    /** By node, the incarnation that has promised itself to the present attempt. */
    private final SortedMap<NodeId, ReplicaId> answered = new TreeMap<>();
    /** Those of them that have confirmed it. */
    private final SortedSet<NodeId> confirmed = new TreeSet<>();
    private final SortedMap<NodeId, FoundingMessage.Verdict> refusals = new TreeMap<>();
    /** The latest ask that names other members than this node's list does. */
    private FoundingMessage.@Nullable Ask otherAsk;
    private boolean blank;
    /** Those of the listed members that belong to a cluster. */
    private final SortedSet<NodeId> inCluster = new TreeSet<>();
    /** When to ask again or, while pausing, to begin the next attempt. */
    private long dueAt;

    // Of the step under way.
    private long now;
    private List<FoundingEffects.Outgoing> send = new ArrayList<>();
    private boolean found;

    /**
     * @param members the listed ones, this node included; empty for a cluster of one
     * @param kept what was kept of this founding; {@link FoundingRecord#NONE} if nothing was
     * @param blank whether this node belongs to no cluster
     * @param random draws the pauses between attempts, and nothing else
     * @throws IllegalArgumentException if the list does not name this node
     */
    public Founding(ReplicaId self, SortedSet<NodeId> members, FoundingRecord kept, boolean blank, RaftSettings settings,
            RandomGenerator random) {
        this.self = self;
        this.settings = settings;
        this.random = random;
        this.members = Collections
                .unmodifiableSortedSet(members.isEmpty() ? new TreeSet<>(List.of(self.node())) : new TreeSet<>(members));
        if (!this.members.contains(self.node())) {
            throw new IllegalArgumentException("the listed members " + members + " do not name this node, " + self.node());
        }
        others = new TreeSet<>(this.members);
        others.remove(self.node());
        this.kept = kept;
        this.blank = blank;
        phase = blank ? Phase.READY : Phase.NOTHING;
    }

    /** One that goes on from where {@code other} is. */
    Founding(Founding other) {
        self = other.self;
        settings = other.settings;
        random = other.random;
        members = other.members;
        others = other.others;
        kept = other.kept;
        blank = other.blank;
        phase = other.phase;
        answered.putAll(other.answered);
        confirmed.addAll(other.confirmed);
        refusals.putAll(other.refusals);
        inCluster.addAll(other.inCluster);
        otherAsk = other.otherAsk;
        dueAt = other.dueAt;
    }

    /** @param now as of {@link RaftCore#step} */
    public FoundingEffects step(long now, FoundingInput input) {
        this.now = now;
        FoundingRecord keptBefore = kept;
        found = false;
        if (input instanceof FoundingInput.Received received) {
            take(received.from(), received.message());
        } else if (input instanceof FoundingInput.Connected connected) {
            onConnected(connected);
        } else if (input instanceof FoundingInput.Joined) {
            blank = false;
            phase = Phase.NOTHING;
        } else if (!(input instanceof FoundingInput.TimePassed)) {
            throw new AssertionError("unhandled input: " + input);
        }
        onTimePassed();
        List<FoundingEffects.Outgoing> toSend = send;
        send = new ArrayList<>();
        return new FoundingEffects(kept.equals(keptBefore) ? null : kept, toSend, found ? voters() : null,
                phase == Phase.NOTHING ? Long.MAX_VALUE : dueAt);
    }

    /** Whether it is for this node to found the cluster. */
    public boolean isFounder() {
        return self.node().equals(members.first());
    }

    /** What must not be forgotten. */
    public FoundingRecord kept() {
        return kept;
    }

    /** Whom this node, as a founder, still waits for: those that have not promised, or not confirmed. Empty for all others. */
    public SortedSet<NodeId> awaited() {
        SortedSet<NodeId> awaited = new TreeSet<>();
        if (phase == Phase.ASKING || phase == Phase.CONFIRMING) {
            awaited.addAll(others);
            awaited.removeAll(phase == Phase.ASKING ? answered.keySet() : confirmed);
        }
        return awaited;
    }

    /** By node, why the latest answer to this founder was a refusal. */
    public SortedMap<NodeId, FoundingMessage.Verdict> refusals() {
        return Collections.unmodifiableSortedMap(new TreeMap<>(refusals));
    }

    /** What a founder has asked that lists other members than this node, and was refused for it; null if none has. */
    public FoundingMessage.@Nullable Ask otherAsk() {
        return otherAsk;
    }

    /** The listed members that were seen to belong to a cluster: it is founded already. */
    public SortedSet<NodeId> inCluster() {
        return Collections.unmodifiableSortedSet(new TreeSet<>(inCluster));
    }

    Phase phase() {
        return phase;
    }

    SortedMap<NodeId, ReplicaId> answered() {
        return answered;
    }

    SortedSet<NodeId> confirmed() {
        return confirmed;
    }

    boolean isBlank() {
        return blank;
    }

    private void take(ReplicaId from, FoundingMessage message) {
        boolean mine = message.founder().equals(self) && others.contains(from.node());
        if (message instanceof FoundingMessage.AskAnswer answer) {
            if (mine) {
                onAskAnswer(from, answer);
            }
        } else if (message instanceof FoundingMessage.ConfirmAnswer answer) {
            if (mine) {
                onConfirmAnswer(from, answer);
            }
        } else if (!message.founder().equals(from) || from.node().equals(self.node())) {
            // Founders speak for themselves, and to others.
            return;
        } else if (message instanceof FoundingMessage.Ask ask) {
            onAsk(ask);
        } else if (message instanceof FoundingMessage.Confirm confirm) {
            onConfirm(confirm);
        } else if (message instanceof FoundingMessage.Release release) {
            onRelease(release);
        } else {
            throw new AssertionError("unhandled message: " + message);
        }
    }

    // What every member does.

    private void onAsk(FoundingMessage.Ask ask) {
        if (!blank) {
            answer(ask, FoundingMessage.Verdict.NOT_BLANK);
        } else if (!ask.members().equals(members) || !ask.founder().node().equals(members.first())) {
            otherAsk = ask;
            answer(ask, FoundingMessage.Verdict.OTHER_MEMBERS);
        } else if (isLate(ask)) {
            return;
        } else if (kept.promisedTo() != null && !kept.promisedTo().equals(ask.founder())) {
            answer(ask, FoundingMessage.Verdict.PROMISED_TO_ANOTHER);
        } else {
            // A later attempt of the same founder: it has given up the earlier one, or it would not ask again.
            kept = new FoundingRecord(kept.attempt(), ask.founder(), ask.attempt(), kept.releasedBy(), kept.released());
            otherAsk = null;
            answer(ask, FoundingMessage.Verdict.PROMISED);
        }
    }

    /** A release, or an ask with a higher number, has overtaken it. */
    private boolean isLate(FoundingMessage.Ask ask) {
        return (ask.founder().equals(kept.releasedBy()) && ask.attempt() <= kept.released())
                || (ask.founder().equals(kept.promisedTo()) && ask.attempt() < kept.promisedAttempt());
    }

    private void answer(FoundingMessage.Ask ask, FoundingMessage.Verdict verdict) {
        send(ask.founder().node(), new FoundingMessage.AskAnswer(ask.founder(), ask.attempt(), verdict));
    }

    private void onConfirm(FoundingMessage.Confirm confirm) {
        boolean holds = blank && isPromisedTo(confirm);
        send(confirm.founder().node(), new FoundingMessage.ConfirmAnswer(confirm.founder(), confirm.attempt(), holds));
    }

    private void onRelease(FoundingMessage.Release release) {
        boolean known = release.founder().equals(kept.releasedBy()) && release.attempt() <= kept.released();
        boolean promised = isPromisedTo(release);
        if (promised || !known) {
            kept = new FoundingRecord(kept.attempt(), promised ? null : kept.promisedTo(),
                    promised ? 0 : kept.promisedAttempt(), release.founder(), release.attempt());
        }
    }

    private boolean isPromisedTo(FoundingMessage message) {
        return message.founder().equals(kept.promisedTo()) && message.attempt() == kept.promisedAttempt();
    }

    // What the founder does.

    private void onTimePassed() {
        if (phase == Phase.NOTHING || (phase != Phase.READY && now < dueAt)) {
            return;
        }
        if (!isFounder()) {
            phase = Phase.NOTHING;
        } else if (others.isEmpty()) {
            found();
        } else if (phase == Phase.READY || phase == Phase.PAUSING) {
            kept = new FoundingRecord(kept.attempt() + 1, kept.promisedTo(), kept.promisedAttempt(), kept.releasedBy(),
                    kept.released());
            answered.clear();
            confirmed.clear();
            phase = Phase.ASKING;
            askAwaited();
        } else {
            askAwaited();
        }
    }

    private void askAwaited() {
        FoundingMessage question = phase == Phase.ASKING ? new FoundingMessage.Ask(self, kept.attempt(), members)
                : new FoundingMessage.Confirm(self, kept.attempt());
        for (NodeId member : awaited()) {
            send(member, question);
        }
        dueAt = now + settings.heartbeatIntervalMillis();
    }

    private void onAskAnswer(ReplicaId from, FoundingMessage.AskAnswer answer) {
        boolean promised = answer.verdict() == FoundingMessage.Verdict.PROMISED;
        if (phase != Phase.ASKING || answer.attempt() != kept.attempt()) {
            boolean givenUp = answer.attempt() < kept.attempt() || phase == Phase.PAUSING || phase == Phase.NOTHING;
            if (promised && givenUp && blank) {
                send(from.node(), new FoundingMessage.Release(self, answer.attempt()));
            }
            return;
        }
        if (promised) {
            refusals.remove(from.node());
            ReplicaId before = answered.putIfAbsent(from.node(), from);
            if (before != null && !before.equals(from)) {
                giveUp();
            } else if (awaited().isEmpty()) {
                phase = Phase.CONFIRMING;
                askAwaited();
            }
        } else {
            refusals.put(from.node(), answer.verdict());
            giveUp();
            if (answer.verdict() == FoundingMessage.Verdict.NOT_BLANK) {
                phase = Phase.NOTHING;
            }
        }
    }

    private void onConfirmAnswer(ReplicaId from, FoundingMessage.ConfirmAnswer answer) {
        if (phase != Phase.CONFIRMING || answer.attempt() != kept.attempt()) {
            return;
        }
        if (!answer.confirmed() || !from.equals(answered.get(from.node()))) {
            giveUp();
            return;
        }
        confirmed.add(from.node());
        if (awaited().isEmpty()) {
            found();
        }
    }

    /** Whoever meets a member of a cluster is to join it. */
    private void onConnected(FoundingInput.Connected connected) {
        if (connected.hasData() && members.contains(connected.peer().node())) {
            inCluster.add(connected.peer().node());
        }
        if (connected.hasData() && members.contains(connected.peer().node()) && phase != Phase.NOTHING) {
            if (phase == Phase.ASKING || phase == Phase.CONFIRMING) {
                giveUp();
            }
            phase = Phase.NOTHING;
        } else if (phase == Phase.ASKING || phase == Phase.CONFIRMING) {
            dueAt = now;
        }
    }

    private void giveUp() {
        for (NodeId member : others) {
            send(member, new FoundingMessage.Release(self, kept.attempt()));
        }
        phase = Phase.PAUSING;
        dueAt = now + settings.electionTimeoutMillis() + random.nextLong(settings.electionTimeoutMillis());
    }

    private void found() {
        found = true;
        blank = false;
        phase = Phase.NOTHING;
    }

    private SortedSet<ReplicaId> voters() {
        SortedSet<ReplicaId> voters = new TreeSet<>(answered.values());
        voters.add(self);
        return voters;
    }

    private void send(NodeId to, FoundingMessage message) {
        send.add(new FoundingEffects.Outgoing(to, message));
    }
}
