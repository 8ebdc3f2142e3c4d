package io.quarkiverse.raftconfig.history;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

import org.jspecify.annotations.Nullable;

/**
 * Looks for an order of one property's operations: Wing and Gong 1993, with the memory of Lowe 2017, as a loop.
 *
 * <pre>
 * until all that returned is in the order:
 *     an operation that may be next, was not tried here, leads to a legal state, and to one not seen before?
 *         yes: it is next
 *         no:  take the last one back, and try another in its place
 * </pre>
 *
 * An operation may be next if it was invoked before anything left returned. Those of unknown outcome are in the order only
 * where they explain something. These keep the search short, and lose no order that matters:
 * <ul>
 * <li>revisions only grow: what shows a revision is not next before all that show a smaller one;
 * <li>what changes nothing and can be next, is: no other choice is tried in its place;
 * <li>unknown writes that ask for the same, or for values that nobody has seen, are interchangeable: the oldest is first;
 * <li>an unknown write whose value somebody has seen is not unknown: {@link Sightings}.
 * </ul>
 */
final class Search {
    private static final int NONE = -1;
    private static final int TAIL = 6;

    private final String name;
    private final int statesMax;
    private final Map<Long, String> values;

    /** What returned, by invocation, from 1 on; 0 is the ring's head. Those in the ring are left. */
    private final Operation[] returned;
    private final int[] next;
    private final int[] previous;
    private int left;

    /** What did not, by what it asks for. */
    private final Operation[][] unknown;
    private final int[] taken;
    private final int[] firstBit;

    /** By returned operation, the place of its shown revision among all that are shown; {@link #NONE} if it shows none. */
    private final int[] rank;
    /** By rank, how many are left; all below {@link #lowest} are done. */
    private final int[] leftOfRank;
    private int lowest;

    private final long[] bits;
    private final long[] otherBits;
    private long hash;
    private long otherHash;

    private final ArrayDeque<Step> order = new ArrayDeque<>();
    private final Set<Seen> seen = new HashSet<>();
    private PropertyState state = PropertyState.ABSENT;

    private int longest = -1;
    private Verdict.Violation violation = Verdict.Violation.of("");

    /**
     * @param choice as {@link #choose} numbers them
     * @param forced if no other choice is to be tried in its place
     */
    private record Step(int choice, Operation operation, PropertyState before, boolean forced) {
    }

    /**
     * Which operations are in the order, and the state they lead to, told apart by 128 bits of hash: a history of a million
     * states has a wrong verdict once in 10^26.
     */
    private record Seen(long hash, long otherHash) {
    }

    /** @param operations in the order of invocation */
    Search(String name, List<Operation> operations, int statesMax) {
        this.name = name;
        this.statesMax = statesMax;
        List<Operation> known = new ArrayList<>();
        known.add(new Operation("", name, Request.get(), null, 0, 0, new Response.Absent()));
        Map<Request, List<Operation>> alike = new LinkedHashMap<>();
        Sightings sightings = Sightings.of(operations);
        for (Operation told : operations) {
            Operation operation = sightings.withOutcome(told);
            if (operation.response() instanceof Response.Unknown) {
                alike.computeIfAbsent(sightings.kind(operation), request -> new ArrayList<>()).add(operation);
            } else {
                known.add(operation);
            }
        }
        values = sightings.values();
        returned = known.toArray(Operation[]::new);
        left = returned.length - 1;
        next = new int[returned.length];
        previous = new int[returned.length];
        for (int i = 0; i < returned.length; i++) {
            next[i] = (i + 1) % returned.length;
            previous[next[i]] = i;
        }
        unknown = alike.values().stream().map(same -> same.toArray(Operation[]::new)).toArray(Operation[][]::new);
        taken = new int[unknown.length];
        firstBit = new int[unknown.length];
        for (int i = 0; i < unknown.length; i++) {
            firstBit[i] = i == 0 ? returned.length : firstBit[i - 1] + unknown[i - 1].length;
        }

        long[] shown = known.stream().mapToLong(Operation::shownRevision).filter(revision -> revision > 0).sorted().distinct()
                .toArray();
        rank = new int[returned.length];
        leftOfRank = new int[shown.length];
        for (int i = 1; i < returned.length; i++) {
            long revision = returned[i].shownRevision();
            rank[i] = revision > 0 ? Arrays.binarySearch(shown, revision) : NONE;
            if (rank[i] != NONE) {
                leftOfRank[rank[i]]++;
            }
        }
        SplittableRandom random = new SplittableRandom(operations.size());
        bits = random.longs(operations.size() + 1L).toArray();
        otherBits = random.longs(operations.size() + 1L).toArray();
    }

    Verdict verdict() {
        int from = next[0];
        while (left > 0) {
            int choice = choose(from);
            if (choice != NONE) {
                from = next[0];
            } else {
                noteDeadEnd();
                if (seen.size() > statesMax) {
                    return new Verdict.TooHard(name, seen.size());
                }
                Step step = backtrack();
                if (step == null) {
                    return violation;
                }
                from = after(step.choice());
            }
        }
        return new Verdict.Linearizable();
    }

    /**
     * Puts the first operation into the order that may be next.
     *
     * @param from the first to be tried. From 1 on, what returned, in the order of the ring; 0, the ring's end; then, from
     *        {@code returned.length} on, the unknown ones
     * @return the one that is now in the order, or {@link #NONE}
     */
    private int choose(int from) {
        long firstReturn = firstReturn();
        int choice = from;
        while (choice != 0 && choice < returned.length) {
            if (returned[choice].invokedAt() > firstReturn) {
                break;
            }
            if ((rank[choice] == NONE || rank[choice] == lowest) && take(choice, returned[choice])) {
                return choice;
            }
            choice = next[choice];
        }
        for (int i = Math.max(from - returned.length, 0); i < unknown.length; i++) {
            boolean mayBeNext = taken[i] < unknown[i].length && unknown[i][taken[i]].invokedAt() <= firstReturn;
            if (mayBeNext && take(returned.length + i, unknown[i][taken[i]])) {
                return returned.length + i;
            }
        }
        return NONE;
    }

    private int after(int choice) {
        return choice < returned.length ? next[choice] : choice + 1;
    }

    private long firstReturn() {
        long first = Operation.NEVER;
        for (int i = next[0]; i != 0 && returned[i].invokedAt() <= first; i = next[i]) {
            first = Math.min(first, returned[i].returnedAt());
        }
        return first;
    }

    private boolean take(int choice, Operation operation) {
        PropertyState after = state.after(operation, values);
        if (after == null) {
            return false;
        }
        boolean forced = after.changesNothingIn(state);
        flip(choice);
        if (!forced && !seen.add(new Seen(hash ^ after.hash(1), otherHash ^ after.hash(2)))) {
            flip(choice);
            return false;
        }
        order.push(new Step(choice, operation, state, forced));
        state = after;
        if (choice < returned.length) {
            next[previous[choice]] = next[choice];
            previous[next[choice]] = previous[choice];
            left--;
            if (rank[choice] != NONE && --leftOfRank[rank[choice]] == 0) {
                lowest++;
            }
        } else {
            taken[choice - returned.length]++;
        }
        return true;
    }

    /** Takes back the last choice that had another in its place; null if there is none. */
    private @Nullable Step backtrack() {
        while (!order.isEmpty()) {
            Step step = order.pop();
            int choice = step.choice();
            state = step.before();
            if (choice < returned.length) {
                next[previous[choice]] = choice;
                previous[next[choice]] = choice;
                left++;
                if (rank[choice] != NONE) {
                    leftOfRank[rank[choice]]++;
                    lowest = rank[choice];
                }
            } else {
                taken[choice - returned.length]--;
            }
            flip(choice);
            if (!step.forced()) {
                return step;
            }
        }
        return null;
    }

    /** To be called before an unknown operation is counted as taken, or after it no longer is. */
    private void flip(int choice) {
        int kind = choice - returned.length;
        int bit = kind < 0 ? choice : firstBit[kind] + taken[kind];
        hash ^= bits[bit];
        otherHash ^= otherBits[bit];
    }

    private void noteDeadEnd() {
        int length = returned.length - 1 - left;
        if (length <= longest) {
            return;
        }
        longest = length;
        List<Operation> before = new ArrayList<>();
        for (Iterator<Step> last = order.iterator(); last.hasNext() && before.size() < TAIL;) {
            Operation operation = last.next().operation();
            // An unknown one at the end was no more than an attempt to get further.
            if (!before.isEmpty() || !(operation.response() instanceof Response.Unknown)) {
                before.add(0, operation);
            }
        }
        List<Operation> stuck = new ArrayList<>();
        long firstReturn = firstReturn();
        for (int i = next[0]; i != 0; i = next[i]) {
            // What can't be next may be so because of one that is behind it, and shows a smaller revision.
            if (returned[i].invokedAt() <= firstReturn || rank[i] == lowest) {
                stuck.add(returned[i]);
            }
        }
        stuck.sort(Comparator.comparingLong(Operation::returnedAt));
        violation = new Verdict.Violation(name + " is not linearizable", before, stuck);
    }
}
