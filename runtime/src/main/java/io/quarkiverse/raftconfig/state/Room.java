package io.quarkiverse.raftconfig.state;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.Property;
import io.quarkiverse.raftconfig.state.Transaction.Change;

/**
 * The room that is left in the store: what its state does not take up, and what is in the log and not yet applied may not take
 * up. Applying refuses nothing, since it reads no setting; so who appends asks here first, and counts what it has appended.
 * <p>
 * Whether a transaction that is under way will change anything is not known: an expectation may not hold, an entry may be
 * replaced. So each claims the most by which it can enlarge the state, whichever of those before it happen: what it puts, less
 * the least that can be there by then. Not thread-safe.
 */
public final class Room {
    private final StoreLimits limits;
    private final Map<String, UnderWay> underWay = new HashMap<>();
    private long claimedProperties;
    private long claimedBytes;

    /** What is under way for one name. */
    private static final class UnderWay {
        int changes;
        int removals;
        long leastPutBytes = Long.MAX_VALUE;

        /** @param nowBytes of the property in the state; 0 if there is none */
        long leastBytes(long nowBytes) {
            return removals > 0 ? 0 : Math.min(nowBytes, leastPutBytes);
        }
    }

    /** By how much one transaction may enlarge the state; never negative. */
    public static final class Claim {
        public static final Claim NONE = new Claim(0, 0);

        private final long properties;
        private final long bytes;
        private final List<String> put = new ArrayList<>();
        private final List<String> removed = new ArrayList<>();

        private Claim(long properties, long bytes) {
            this.properties = Math.max(0, properties);
            this.bytes = Math.max(0, bytes);
        }
    }

    public Room(StoreLimits limits) {
        this.limits = limits;
    }

    /**
     * Why there is no room for {@code command}; null if there is, as for all that does not enlarge the state.
     *
     * @param state as applied
     */
    public @Nullable String refusal(Command command, PublishedState state) {
        // From the first part of a restore on: what can't be ended is not begun.
        Claim claim = command instanceof RestorePart part ? new Claim(part.properties(), part.stateBytes())
                : growth(command, state);
        if (claim.properties > 0 && state.properties().size() + claimedProperties + claim.properties > limits.properties()) {
            return full("at most " + limits.properties() + " properties", "limits.properties");
        } else if (claim.bytes > 0 && state.sizeBytes() + claimedBytes + claim.bytes > limits.bytes()) {
            return full("at most " + limits.bytes() + " bytes", "limits.state-size");
        }
        return null;
    }

    /** Counts {@code command} as under way, whether there is room or not, until {@link #release}. */
    public Claim claim(Command command, PublishedState state) {
        Claim claim = growth(command, state);
        claimedProperties += claim.properties;
        claimedBytes += claim.bytes;
        if (command instanceof Transaction transaction) {
            claimNames(transaction, claim);
        }
        return claim;
    }

    private void claimNames(Transaction transaction, Claim claim) {
        for (Change change : transaction.changes()) {
            UnderWay its = underWay.computeIfAbsent(change.name(), name -> new UnderWay());
            its.changes++;
            if (change.value() == null) {
                its.removals++;
                claim.removed.add(change.name());
            } else {
                its.leastPutBytes = Math.min(its.leastPutBytes, bytesAfter(transaction, change));
                claim.put.add(change.name());
            }
        }
    }

    /** It was applied, or never will be. */
    public void release(Claim claim) {
        claimedProperties -= claim.properties;
        claimedBytes -= claim.bytes;
        claim.put.forEach(name -> release(name, 0));
        claim.removed.forEach(name -> release(name, 1));
    }

    /** Whether nothing is under way. */
    public boolean isUnclaimed() {
        return underWay.isEmpty() && claimedProperties == 0 && claimedBytes == 0;
    }

    private void release(String name, int removals) {
        underWay.computeIfPresent(name, (same, its) -> {
            its.removals -= removals;
            return --its.changes == 0 ? null : its;
        });
    }

    private Claim growth(Command command, PublishedState state) {
        if (command instanceof Transaction transaction) {
            return growth(transaction, state);
        }
        return command instanceof RestorePart part && part.isLast() ? new Claim(part.properties(), part.stateBytes())
                : Claim.NONE;
    }

    private Claim growth(Transaction transaction, PublishedState state) {
        long properties = 0;
        long bytes = 0;
        for (Change change : transaction.changes()) {
            Property now = state.find(change.name());
            long before = now == null ? 0 : PublishedState.sizeBytes(now);
            UnderWay its = underWay.get(change.name());
            long least = its == null ? before : its.leastBytes(before);
            long after = bytesAfter(transaction, change);
            properties += Long.signum(after) - Long.signum(least);
            bytes += after - least;
        }
        return new Claim(properties, bytes);
    }

    /** 0 for a removal. */
    private static long bytesAfter(Transaction transaction, Change change) {
        String value = change.value();
        return value == null ? 0
                : PublishedState.sizeBytes(change.name(), value, transaction.by(), transaction.comment());
    }

    private static String full(String what, String setting) {
        return "the store may hold " + what + " (quarkus.raft-config." + setting
                + ") and this write would exceed it: remove properties, or raise the limit on every node";
    }
}
