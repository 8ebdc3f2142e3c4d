package io.quarkiverse.raftconfig.store;

/**
 * When a volume has grown beyond all use. MapDB notes what is free in chunks that it takes anew whenever it needs one, and
 * hardly ever finds a use for when it needs it no more: a log from which as much goes as comes grows by some sixteen bytes an
 * entry, for ever. So the volume is written anew, without what is free, when it has more than twice what was in use at most.
 * <p>
 * What was in use at most is what the log needs again between two cuts: a volume that held no more than that would grow back
 * at once.
 */
final class Growth {
    /** Little enough to be no matter; a volume grows by whole slices. */
    private static final long SLACK_BYTES = 2L * Image.SLICE_BYTES;

    private long usedBytesMost;

    /** To be told before a cut, when the log is at its longest. */
    void noteUsed(long bytes) {
        usedBytesMost = Math.max(usedBytesMost, bytes);
    }

    boolean isBeyondUse(long volumeBytes) {
        return volumeBytes > 2 * usedBytesMost + SLACK_BYTES;
    }

    /** The volume has been written anew: what was needed long ago does not count any more. */
    void restart() {
        usedBytesMost = 0;
    }
}
