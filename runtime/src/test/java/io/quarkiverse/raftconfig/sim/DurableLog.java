package io.quarkiverse.raftconfig.sim;

import java.util.Arrays;
import java.util.List;

import io.quarkiverse.raftconfig.core.Entry;
import io.quarkiverse.raftconfig.core.Payload;
import io.quarkiverse.raftconfig.core.Position;

/**
 * What a disk is known to hold of the log, for the judges: of each entry its term and a hash of it and all before it, so that
 * two logs are the same up to an index if the hashes there are (Log Matching, at the price of one comparison).
 */
final class DurableLog {
    private long baseIndex;
    private long baseTerm;
    private long baseHash;
    private long[] terms = new long[64];
    private long[] hashes = new long[64];
    private int size;

    DurableLog() {
    }

    DurableLog(DurableLog other) {
        baseIndex = other.baseIndex;
        baseTerm = other.baseTerm;
        baseHash = other.baseHash;
        terms = other.terms.clone();
        hashes = other.hashes.clone();
        size = other.size;
    }

    long baseIndex() {
        return baseIndex;
    }

    long lastIndex() {
        return baseIndex + size;
    }

    long lastTerm() {
        return termAt(lastIndex());
    }

    /** Whether the entry at {@code index} is there, or is the last one before those that are. */
    boolean holds(long index) {
        return index >= baseIndex && index <= lastIndex();
    }

    long termAt(long index) {
        return index == baseIndex ? baseTerm : terms[(int) (index - baseIndex - 1)];
    }

    long hashAt(long index) {
        return index == baseIndex ? baseHash : hashes[(int) (index - baseIndex - 1)];
    }

    /** Discards what is there from the first of {@code entries} on, and puts them there. */
    void append(List<Entry> entries) {
        if (!entries.isEmpty()) {
            size = (int) (entries.get(0).index() - baseIndex - 1);
            entries.forEach(this::append);
        }
    }

    private void append(Entry entry) {
        if (size == terms.length) {
            terms = Arrays.copyOf(terms, size * 2);
            hashes = Arrays.copyOf(hashes, size * 2);
        }
        long before = hashAt(lastIndex());
        terms[size] = entry.term();
        hashes[size] = hash(before, entry);
        size++;
    }

    /** A snapshot took its place, of a log whose hash at the end of the snapshot is {@code hash}. */
    void installed(Position base, long hash) {
        size = 0;
        baseIndex = base.index();
        baseTerm = base.term();
        baseHash = hash;
    }

    void compactTo(Position base) {
        long hash = hashAt(base.index());
        int dropped = (int) (base.index() - baseIndex);
        System.arraycopy(terms, dropped, terms, 0, size - dropped);
        System.arraycopy(hashes, dropped, hashes, 0, size - dropped);
        size -= dropped;
        baseIndex = base.index();
        baseTerm = base.term();
        baseHash = hash;
    }

    /** Whether a log that was read from the disk is this one, or was cut at its beginning a little less or more. */
    boolean isFoundAs(Position base, List<Entry> entries) {
        if (base.index() < baseIndex || !holds(base.index()) || base.index() + entries.size() != lastIndex()) {
            return false;
        }
        long hash = hashAt(base.index());
        for (Entry entry : entries) {
            hash = hash(hash, entry);
        }
        return termAt(base.index()) == base.term() && hash == hashAt(lastIndex());
    }

    static long hash(long before, Entry entry) {
        long hash = Hashes.mix(before, entry.index(), entry.term());
        if (entry.payload() instanceof Payload.Command command) {
            return Hashes.mix(hash, 1, Hashes.of(command.bytes()));
        } else if (entry.payload() instanceof Payload.MembershipChange change) {
            return Hashes.mix(hash, 2, change.membership().hashCode());
        }
        return Hashes.mix(hash, 3, 0);
    }
}
