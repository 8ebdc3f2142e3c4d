package io.quarkiverse.raftconfig.core;

/**
 * One incarnation of a node's disk: 128 random bits, made with the empty store. A node that comes back with an empty
 * disk has another one, and with it no vote: what the old disk promised is not known to the new one.
 */
public record StorageId(long high, long low) implements Comparable<StorageId> {
    @Override
    public int compareTo(StorageId other) {
        int byHigh = Long.compareUnsigned(high, other.high);
        return byHigh != 0 ? byHigh : Long.compareUnsigned(low, other.low);
    }

    /** 32 hexadecimal digits. */
    @Override
    public String toString() {
        return String.format("%016x%016x", high, low);
    }
}
