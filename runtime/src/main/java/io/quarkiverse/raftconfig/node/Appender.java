package io.quarkiverse.raftconfig.node;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.core.Answer;
import io.quarkiverse.raftconfig.core.Bytes;
import io.quarkiverse.raftconfig.core.Entry;
import io.quarkiverse.raftconfig.core.Input;
import io.quarkiverse.raftconfig.core.Payload;
import io.quarkiverse.raftconfig.core.Position;
import io.quarkiverse.raftconfig.state.Command;
import io.quarkiverse.raftconfig.state.CommandCodec;
import io.quarkiverse.raftconfig.state.ConfigState;
import io.quarkiverse.raftconfig.state.Outcome;
import io.quarkiverse.raftconfig.state.PublishedState;
import io.quarkiverse.raftconfig.state.Room;
import io.quarkiverse.raftconfig.state.Transaction;

/**
 * What this node, as the leader, puts into its log for others, followed until it is known what became of it. All that is
 * offered in one turn of the loop goes to the core together.
 *
 * <pre>
 * offered ── appended at index i, term t ── applied at i: of term t   → done
 *    │                                                    of another → overwritten, certainly not committed
 *    └─ refused, or no room for it in the store: certainly not committed
 * </pre>
 *
 * Stepping down decides nothing: the entry may still be committed by the next leader. What others have appended counts as well
 * when it is asked whether there is room: a new leader looks at what it finds in its log. Lives on the loop.
 */
final class Appender {
    private static final Comparator<Position> BY_INDEX_THEN_TERM = Comparator.comparingLong(Position::index)
            .thenComparingLong(Position::term);

    private final Tickets tickets;
    private final Loop loop;
    private final NodeSettings settings;
    private final Route route;
    private final ConfigState state;
    private final Room room;
    private long termOfClaims;

    private final List<Input.Proposal> offered = new ArrayList<>();

    /**
     * By index and term: a node that lost its leadership and won it again may put another entry at the same index, and the
     * old one may still be committed in its place.
     */
    private final NavigableMap<Position, Waiting> appended = new TreeMap<>(BY_INDEX_THEN_TERM);

    /** @param proposer null once nobody waits */
    private record Waiting(@Nullable Proposer proposer, Room.Claim claim) {
    }

    /** Who offered something, and is told what becomes of it. */
    interface Proposer {
        /** It is in the log: from now on it may be committed. */
        void appended(Position position);

        /** Certainly not committed. */
        void refused(Answer.Refusal reason);

        /** Certainly not committed: the limits of the store forbid it. */
        void full(String reason);

        /** Committed, applied and published. */
        void applied(long index, Outcome outcome);

        /** Certainly not committed: another entry was, in its place. */
        void overwritten();

        /** It was committed or overwritten, and which of the two this node will never know: a snapshot covers its place. */
        void passedUnseen();
    }

    Appender(Tickets tickets, Loop loop, NodeSettings settings, Route route, ConfigState state) {
        this.tickets = tickets;
        this.loop = loop;
        this.settings = settings;
        this.route = route;
        this.state = state;
        this.room = new Room(settings.limits());
    }

    /**
     * Stamps {@code command}, if it is a transaction, with this leader's clock and keeps it until {@link #takeOffered}; tells
     * {@code proposer} at once if there is no room for it.
     */
    void offer(Command command, Proposer proposer) {
        if (termOfClaims != route.term()) {
            termOfClaims = route.term();
            claimForLog();
        }
        Command stamped = stamped(command);
        PublishedState now = state.published();
        // One that repeats another changes nothing, and is answered even by a full store.
        boolean repeats = stamped instanceof Transaction transaction && now.remembers(transaction);
        String full = repeats ? null : room.refusal(stamped, now);
        if (full != null) {
            proposer.full(full);
            return;
        }
        Room.Claim claim = room.claim(stamped, now);
        long ticket = tickets.issue(answer -> answered(answer, new Waiting(proposer, claim)));
        offered.add(new Input.Proposal(ticket, Bytes.wrap(CommandCodec.encode(stamped))));
    }

    private Command stamped(Command command) {
        return command instanceof Transaction transaction
                ? transaction.stamped(new Transaction.Stamp(loop.wallClockMillis(), settings.idempotencyKeysMax(),
                        settings.idempotencyAgeMillis()))
                : command;
    }

    boolean hasOffered() {
        return !offered.isEmpty();
    }

    /** All that was offered, to be given to the core now. */
    Input.Propose takeOffered() {
        Input.Propose all = new Input.Propose(offered);
        offered.clear();
        return all;
    }

    /** How many commands wait for the end of the turn. */
    int offered() {
        return offered.size();
    }

    /** How many entries are followed up to {@code index}; beyond the end of the log there may be some that were replaced. */
    int followed(long index) {
        return appended.headMap(new Position(index + 1, 1), false).size();
    }

    /** Whether room is claimed though nothing is followed; it should not be. */
    boolean claimsForNothing() {
        return appended.isEmpty() && offered.isEmpty() && !room.isUnclaimed();
    }

    /** A leader commits what it finds in its log, whoever has appended that, and nothing that was overwritten there. */
    private void claimForLog() {
        appended.replaceAll((position, waiting) -> {
            room.release(waiting.claim);
            return new Waiting(waiting.proposer, Room.Claim.NONE);
        });
        for (Entry entry : route.entriesAfter(state.published().lastApplied())) {
            if (entry.payload() instanceof Payload.Command bytes) {
                Command command = CommandCodec.decode(bytes.bytes().toArray());
                Waiting before = appended.get(entry.position());
                appended.put(entry.position(), new Waiting(before == null ? null : before.proposer,
                        room.claim(command, state.published())));
            }
        }
    }

    private void answered(Answer answer, Waiting waiting) {
        Proposer proposer = Objects.requireNonNull(waiting.proposer);
        if (answer instanceof Answer.Appended at) {
            appended.put(at.position(), waiting);
            proposer.appended(at.position());
        } else if (answer instanceof Answer.Refused refused) {
            room.release(waiting.claim);
            proposer.refused(refused.reason());
        } else {
            throw new AssertionError("a proposal was answered as a read: " + answer);
        }
    }

    /** The proposer has stopped waiting. What it has claimed stays claimed: the entry may be committed. */
    void forget(Position position) {
        appended.computeIfPresent(position, (same, waiting) -> new Waiting(null, waiting.claim));
    }

    /** @param outcome of the command applied at {@code position} */
    void applied(Position position, Outcome outcome) {
        Waiting waiting = appended.remove(position);
        if (waiting != null) {
            room.release(waiting.claim);
            if (waiting.proposer != null) {
                waiting.proposer.applied(position.index(), outcome);
            }
        }
    }

    /** The log is applied up to {@code index}: what still waits there was overwritten. */
    void passed(long index) {
        endUpTo(index, Proposer::overwritten);
    }

    /** A snapshot up to {@code index} took the place of the log. */
    void passedUnseen(long index) {
        endUpTo(index, Proposer::passedUnseen);
    }

    private void endUpTo(long index, Consumer<Proposer> news) {
        while (!appended.isEmpty() && appended.firstKey().index() <= index) {
            Waiting waiting = appended.pollFirstEntry().getValue();
            room.release(waiting.claim);
            if (waiting.proposer != null) {
                news.accept(waiting.proposer);
            }
        }
    }
}
