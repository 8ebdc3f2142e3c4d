package io.quarkiverse.raftconfig.node;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.core.InFlightCounts;
import io.quarkiverse.raftconfig.core.RaftSettings;

/** Looks into a node, on its loop: whether what waits there is bounded, and waits for something. */
public final class Insides {
    /** One of each may wait. */
    private static final int HANDOVER_AND_CHANGE = 2;

    private Insides() {
    }

    /**
     * What is wrong; null if nothing is.
     *
     * @param callsMax how many calls of its own users may be under way, on this node and on each other
     * @param nodes how many there are
     */
    public static @Nullable String fault(RaftNode node, RaftSettings settings, int callsMax, int nodes) {
        Backlog backlog = node.member().backlog();
        // A node reads once for itself.
        boolean bounded = backlog.reads() <= callsMax + 1 && backlog.writes() <= callsMax
                && backlog.requests() <= (callsMax + 1) * nodes
                && backlog.tickets() <= backlog.readsInCore() + backlog.offered() + HANDOVER_AND_CHANGE
                && backlog.readsForgotten() == 0
                && !backlog.claimsForNothing();
        return bounded ? InFlightCounts.fault(node.member().core(), settings) : backlog.toString();
    }

    /** What waits, for people. */
    public static String describe(RaftNode node) {
        return node.member().backlog().toString();
    }

    /** Whether the disk has answered all that was given to it. */
    public static boolean isDiskIdle(RaftNode node) {
        return node.member().writer().waitingSinceMillis() == Long.MAX_VALUE;
    }

    /** Whether nobody waits, and nothing is kept of those who did. */
    public static boolean areEmpty(RaftNode node) {
        Backlog backlog = node.member().backlog();
        return backlog.reads() == 0 && backlog.writes() == 0 && backlog.requests() == 0 && backlog.tickets() == 0
                && backlog.offered() == 0 && backlog.followed() == 0;
    }
}
