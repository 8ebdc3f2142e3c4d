package io.quarkiverse.raftconfig.core;

import java.util.ArrayList;
import java.util.List;

/**
 * The log as far as it is kept: the entries behind {@link #base}. What lies at or before the base is covered by a snapshot;
 * of it only the base's own position is still known.
 *
 * <pre>
 *     compacted        kept
 *   1 ... base.index | base.index + 1 ... last.index
 * </pre>
 */
final class RaftLog {
    /** The term of an entry that is compacted or not yet there. Not 0: nothing may be taken for a match with it. */
    static final long ABSENT = -1;

    private final ArrayList<Entry> entries = new ArrayList<>();
    private Position base;
    private long bytes;

    RaftLog(Position base) {
        this.base = base;
    }

    /** The place just before the first entry that is kept. */
    Position base() {
        return base;
    }

    /** The end of the log; the base if nothing is kept. */
    Position last() {
        return entries.isEmpty() ? base : entries.get(entries.size() - 1).position();
    }

    /** How many entries are kept. */
    int size() {
        return entries.size();
    }

    /** About how much memory the kept entries take up. */
    long bytes() {
        return bytes;
    }

    /** The term at {@code index}, the base included; {@link #ABSENT} if it is compacted or beyond the end. */
    long termAt(long index) {
        if (index == base.index()) {
            return base.term();
        }
        return holds(index) ? entry(index).term() : ABSENT;
    }

    /** The place at {@code index}, which must be the base's or that of an entry that is kept. */
    Position positionAt(long index) {
        return index == base.index() ? base : entry(index).position();
    }

    Entry entry(long index) {
        if (!holds(index)) {
            throw new IllegalArgumentException("no entry " + index + " in the log from " + base + " to " + last());
        }
        return entries.get(offset(index));
    }

    /**
     * The entries from {@code first} to {@code last}, both included, or as many of them as {@code bytesMax} allows, but
     * never none of several.
     */
    List<Entry> slice(long first, long last, long bytesMax) {
        int start = offset(first);
        int end = start;
        long sliceBytes = 0;
        while (end <= offset(last)) {
            sliceBytes += entries.get(end).sizeBytes();
            if (sliceBytes > bytesMax && end > start) {
                break;
            }
            end++;
        }
        return List.copyOf(entries.subList(start, end));
    }

    /** All entries after {@code index}, or after the base if that is later. */
    List<Entry> after(long index) {
        int start = Math.max(0, offset(index) + 1);
        return List.copyOf(entries.subList(Math.min(start, entries.size()), entries.size()));
    }

    /** @throws IllegalArgumentException if {@code entry} leaves a gap, or its term is lower than that of the one before */
    void append(Entry entry) {
        Position last = last();
        if (entry.index() != last.index() + 1 || entry.term() < last.term()) {
            throw new IllegalArgumentException("entry " + entry.position() + " can't follow " + last);
        }
        entries.add(entry);
        bytes += entry.sizeBytes();
    }

    /** Drops the entry at {@code index} and all after it. */
    void truncateFrom(long index) {
        List<Entry> dropped = entries.subList(offset(index), entries.size());
        bytes -= sizeBytes(dropped);
        dropped.clear();
    }

    /** Drops all entries: a snapshot up to {@code newBase} has taken their place. */
    void installed(Position newBase) {
        entries.clear();
        bytes = 0;
        base = newBase;
    }

    /**
     * The place just before the longest tail that ends at {@code end}, has at most {@code entriesMax} entries and in them at
     * most {@code bytesMax}.
     */
    long tailStart(long end, int entriesMax, long bytesMax) {
        long start = end;
        long tailBytes = 0;
        while (start > base.index() && end - start < entriesMax) {
            tailBytes += entry(start).sizeBytes();
            if (tailBytes > bytesMax) {
                break;
            }
            start--;
        }
        return start;
    }

    /** Drops the entry at {@code index} and all before it: the base is there now. */
    void compactTo(long index) {
        Position newBase = positionAt(index);
        List<Entry> dropped = entries.subList(0, offset(index) + 1);
        bytes -= sizeBytes(dropped);
        dropped.clear();
        base = newBase;
    }

    /**
     * The index of the last entry, or the base, that is at or before {@code limit.index()} and whose term is at most
     * {@code limit.term()}: the latest place at which a log that ends in {@code limit} may agree with this one. The base's
     * index if there is no such place among what is kept: {@link #mayAgreeAt} tells.
     */
    long lastAtOrBefore(Position limit) {
        // Terms never fall along a log, so that a binary search will do.
        long low = base.index();
        long high = Math.max(low, Math.min(limit.index(), last().index()));
        while (low < high) {
            long middle = high - (high - low) / 2;
            if (termAt(middle) <= limit.term()) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    /** Whether a log that ends in {@code limit} may agree with this one at {@code index}. */
    boolean mayAgreeAt(long index, Position limit) {
        return index <= limit.index() && termAt(index) <= limit.term();
    }

    private boolean holds(long index) {
        return index > base.index() && index <= base.index() + entries.size();
    }

    private int offset(long index) {
        return Math.toIntExact(index - base.index() - 1);
    }

    static long sizeBytes(List<Entry> entries) {
        long sum = 0;
        for (Entry entry : entries) {
            sum += entry.sizeBytes();
        }
        return sum;
    }
}
