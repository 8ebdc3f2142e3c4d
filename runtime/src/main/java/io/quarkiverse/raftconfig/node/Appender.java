package io.quarkiverse.raftconfig.node;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

import io.quarkiverse.raftconfig.core.Answer;
import io.quarkiverse.raftconfig.core.Bytes;
import io.quarkiverse.raftconfig.core.Input;
import io.quarkiverse.raftconfig.core.Position;
import io.quarkiverse.raftconfig.state.Outcome;
import io.quarkiverse.raftconfig.state.Transaction;
import io.quarkiverse.raftconfig.state.TransactionCodec;

/**
 * What this node, as the leader, puts into its log for others, followed until it is known what became of it. All that is
 * offered in one turn of the loop goes to the core together.
 *
 * <pre>
 * offered ── appended at index i, term t ── applied at i: of term t   → done
 *    │                                                    of another → overwritten, certainly not committed
 *    └─ refused, certainly not committed
 * </pre>
 *
 * Stepping down decides nothing: the entry may still be committed by the next leader. Lives on the loop.
 */
final class Appender {
    private static final Comparator<Position> BY_INDEX_THEN_TERM = Comparator.comparingLong(Position::index)
            .thenComparingLong(Position::term);

    private final Tickets tickets;
    private final Loop loop;
    private final NodeSettings settings;

    private final List<Input.Proposal> offered = new ArrayList<>();

    /**
     * By index and term: a node that lost its leadership and won it again may put another entry at the same index, and the
     * old one may still be committed in its place.
     */
    private final NavigableMap<Position, Proposer> appended = new TreeMap<>(BY_INDEX_THEN_TERM);

    /** Who offered something, and is told what becomes of it. */
    interface Proposer {
        /** It is in the log: from now on it may be committed. */
        void appended(Position position);

        /** Certainly not committed. */
        void refused(Answer.Refusal reason);

        /** Committed, applied and published. */
        void applied(long index, Outcome outcome);

        /** Certainly not committed: another entry was, in its place. */
        void overwritten();
    }

    Appender(Tickets tickets, Loop loop, NodeSettings settings) {
        this.tickets = tickets;
        this.loop = loop;
        this.settings = settings;
    }

    /** Stamps {@code transaction} with this leader's clock and keeps it until {@link #takeOffered}. */
    void offer(Transaction transaction, Proposer proposer) {
        Transaction.Stamp stamp = new Transaction.Stamp(loop.wallClockMillis(), settings.idempotencyKeysMax(),
                settings.idempotencyAgeMillis());
        Bytes command = Bytes.wrap(TransactionCodec.encode(transaction.stamped(stamp)));
        long ticket = tickets.issue(answer -> answered(answer, proposer));
        offered.add(new Input.Proposal(ticket, command));
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

    private void answered(Answer answer, Proposer proposer) {
        if (answer instanceof Answer.Appended at) {
            appended.put(at.position(), proposer);
            proposer.appended(at.position());
        } else if (answer instanceof Answer.Refused refused) {
            proposer.refused(refused.reason());
        } else {
            throw new AssertionError("a proposal was answered as a read: " + answer);
        }
    }

    /** The proposer has stopped waiting. */
    void forget(Position position) {
        appended.remove(position);
    }

    /** @param outcome of the command applied at {@code position} */
    void applied(Position position, Outcome outcome) {
        Proposer proposer = appended.remove(position);
        if (proposer != null) {
            proposer.applied(position.index(), outcome);
        }
    }

    /** The log is applied up to {@code index}: what still waits there was overwritten. */
    void passed(long index) {
        while (!appended.isEmpty() && appended.firstKey().index() <= index) {
            appended.pollFirstEntry().getValue().overwritten();
        }
    }
}
