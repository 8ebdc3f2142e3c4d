package io.quarkiverse.raftconfig.client;

import io.quarkiverse.raftconfig.LimitExceeded;
import io.quarkiverse.raftconfig.LimitExceeded.Kind;
import io.quarkiverse.raftconfig.Property;
import io.quarkiverse.raftconfig.state.PublishedState;
import io.quarkiverse.raftconfig.state.Transaction;
import io.quarkiverse.raftconfig.state.Transaction.Change;

/**
 * The room that is left in the store, as this node sees it: what its state does not take up and its own writes under way have
 * not claimed. Writes of other nodes, which it does not see, may pass the limit by as much as they have under way: applying
 * refuses nothing, since it reads no setting.
 */
final class Room {
    private final WriteLimits limits;
    private long claimedProperties;
    private long claimedBytes;

    Room(WriteLimits limits) {
        this.limits = limits;
    }

    /** What a write under way may add; never negative. */
    record Claim(long properties, long bytes) {
    }

    /** @throws LimitExceeded if the store can't hold it; what makes it smaller it can always hold */
    synchronized Claim claim(Transaction transaction, PublishedState state) {
        Claim claim = growth(transaction, state);
        long properties = state.properties().size() + claimedProperties + claim.properties();
        if (claim.properties() > 0 && properties > limits.properties()) {
            throw full("at most " + limits.properties() + " properties", "limits.properties");
        }
        if (claim.bytes() > 0 && state.sizeBytes() + claimedBytes + claim.bytes() > limits.stateBytes()) {
            throw full("at most " + limits.stateBytes() + " bytes", "limits.state-size");
        }
        claimedProperties += claim.properties();
        claimedBytes += claim.bytes();
        return claim;
    }

    synchronized void release(Claim claim) {
        claimedProperties -= claim.properties();
        claimedBytes -= claim.bytes();
    }

    private static Claim growth(Transaction transaction, PublishedState state) {
        long properties = 0;
        long bytes = 0;
        for (Change change : transaction.changes()) {
            Property before = state.find(change.name());
            String value = change.value();
            if (before != null) {
                properties--;
                bytes -= PublishedState.sizeBytes(before);
            }
            if (value != null) {
                properties++;
                bytes += PublishedState.sizeBytes(change.name(), value, transaction.by(), transaction.comment());
            }
        }
        return new Claim(Math.max(0, properties), Math.max(0, bytes));
    }

    private static LimitExceeded full(String what, String setting) {
        return new LimitExceeded(Kind.STORE_FULL, "the store may hold " + what + " (quarkus.raft-config." + setting
                + ") and this write would exceed it: remove properties, or raise the limit on every node");
    }
}
