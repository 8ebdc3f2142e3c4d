package io.quarkiverse.raftconfig.core;

/**
 * The numbers of the algorithm. Safety depends on none of them.
 *
 * @param electionTimeoutMillis T: election timeouts are drawn from [T, 2T)
 * @param heartbeatIntervalMillis how often a leader is heard when it has nothing to say
 * @param appendBytesMax payload bytes of one AppendEntries; a larger single entry still goes, alone
 * @param inFlightMessagesMax AppendEntries to one peer that may be unanswered
 * @param inFlightBytesMax payload bytes to one peer that may be unanswered
 * @param logBytesMax what the log may hold in memory; a leader refuses proposals beyond it
 * @param tailEntriesMax how many entries that a snapshot covers are kept for members that lack them
 * @param applyBytesMax payload bytes that one step gives the state machine; a larger single entry still goes, alone
 */
public record RaftSettings(int electionTimeoutMillis, int heartbeatIntervalMillis, int appendBytesMax,
        int inFlightMessagesMax, int inFlightBytesMax, long logBytesMax, int tailEntriesMax, int applyBytesMax) {

    private static final int TAIL_ENTRIES_MAX = 5000;
    private static final int APPLY_BYTES_MAX = 1 << 20;

    public static final RaftSettings DEFAULTS = new RaftSettings(1000, 100, 512 << 10, 64, 4 << 20, 256L << 20);

    /** With the tail that is kept, and the steps in which is applied, if nothing else is said. */
    public RaftSettings(int electionTimeoutMillis, int heartbeatIntervalMillis, int appendBytesMax, int inFlightMessagesMax,
            int inFlightBytesMax, long logBytesMax) {
        this(electionTimeoutMillis, heartbeatIntervalMillis, appendBytesMax, inFlightMessagesMax, inFlightBytesMax,
                logBytesMax, TAIL_ENTRIES_MAX);
    }

    /** With the steps in which is applied if nothing else is said. */
    public RaftSettings(int electionTimeoutMillis, int heartbeatIntervalMillis, int appendBytesMax, int inFlightMessagesMax,
            int inFlightBytesMax, long logBytesMax, int tailEntriesMax) {
        this(electionTimeoutMillis, heartbeatIntervalMillis, appendBytesMax, inFlightMessagesMax, inFlightBytesMax,
                logBytesMax, tailEntriesMax, APPLY_BYTES_MAX);
    }
}
