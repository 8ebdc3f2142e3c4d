package io.quarkiverse.raftconfig.history;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * Whether revisions are what they are said to be: one order of all changes, whatever their property.
 * <ul>
 * <li>Each is made by one write; what is read at it is what that write wrote.
 * <li>A write has a larger one than anything that was seen before it was invoked.
 * <li>A node shows what somebody wrote, and never something older than what it showed before.
 * </ul>
 */
public final class RevisionOrder {
    private final List<Operation> operations = new ArrayList<>();
    /** By revision, then by property: one transaction may change several. */
    private final Map<Long, Map<String, Operation>> shown = new HashMap<>();
    private final Map<String, Operation> puts = new HashMap<>();
    private final Map<String, Writes> writes = new HashMap<>();

    /** What can have made each value of one property; {@code null} is its absence. */
    private static final class Writes {
        final Map<@Nullable String, Range> ranges = new HashMap<>();

        Writes() {
            // Before all writes there is nothing.
            ranges.put(null, new Range(0, 0));
        }

        void note(@Nullable String value, long least, long most) {
            Range before = ranges.getOrDefault(value, new Range(least, most));
            ranges.put(value, new Range(Math.min(before.least, least), Math.max(before.most, most)));
        }
    }

    /** The revisions that a value can be of, both ends included. */
    private record Range(long least, long most) {
    }

    private RevisionOrder() {
    }

    public static Verdict verdict(List<Operation> operations, List<LocalRead> localReads) {
        RevisionOrder order = new RevisionOrder();
        Verdict verdict = order.read(operations);
        if (verdict == null) {
            verdict = order.oneWriteEach();
        }
        if (verdict == null) {
            verdict = order.growsWithTime();
        }
        if (verdict == null) {
            verdict = order.neverGoesBack(localReads);
        }
        return verdict == null ? new Verdict.Linearizable() : verdict;
    }

    private @Nullable Verdict read(List<Operation> all) {
        Map<String, List<Operation>> byName = new LinkedHashMap<>();
        for (Operation operation : all) {
            byName.computeIfAbsent(operation.name(), name -> new ArrayList<>()).add(operation);
        }
        for (List<Operation> its : byName.values()) {
            Tries tries = Tries.of(its);
            if (tries.contradiction() != null) {
                return tries.contradiction();
            }
            operations.addAll(tries.merged());
        }
        return null;
    }

    private @Nullable Verdict oneWriteEach() {
        for (Operation operation : operations) {
            if (operation.request() instanceof Request.Put put) {
                puts.put(operation.name() + "=" + put.value(), operation);
            }
            if (operation.response() instanceof Response.Done done) {
                Map<String, Operation> its = shown.computeIfAbsent(done.revision(), revision -> new LinkedHashMap<>());
                for (Operation other : its.values()) {
                    if (!areOneTransaction(other, operation)) {
                        return Verdict.Violation.of("two writes made one revision", other, operation);
                    }
                }
                its.put(operation.name(), operation);
                note(operation, done.revision(), done.revision());
            } else if (operation.isWrite() && operation.response() instanceof Response.Unknown) {
                note(operation, 1, Long.MAX_VALUE);
            }
        }
        for (Operation operation : operations) {
            if (operation.response() instanceof Response.Found found) {
                Map<String, Operation> its = shown.computeIfAbsent(found.revision(), revision -> new LinkedHashMap<>());
                its.putIfAbsent(operation.name(), operation);
                for (Operation other : its.values()) {
                    boolean same = other.name().equals(operation.name()) ? found.value().equals(valueAfter(other))
                            : areOneTransaction(writeOf(other), writeOf(operation));
                    if (!same) {
                        return Verdict.Violation.of("one revision was told in two ways", other, operation);
                    }
                }
            }
        }
        return null;
    }

    /** Whether these writes of two properties were asked for together: then they share what names their tries. */
    private static boolean areOneTransaction(@Nullable Operation a, @Nullable Operation b) {
        return a != null && b != null && a.key() != null && a.key().equals(b.key()) && a.client().equals(b.client())
                && !a.name().equals(b.name());
    }

    /** The write that is, or has made what is found by, {@code operation}; null if there is none. */
    private @Nullable Operation writeOf(Operation operation) {
        return operation.response() instanceof Response.Found found ? puts.get(operation.name() + "=" + found.value())
                : operation;
    }

    private void note(Operation write, long least, long most) {
        writes.computeIfAbsent(write.name(), name -> new Writes()).note(valueAfter(write), least, most);
    }

    private static @Nullable String valueAfter(Operation operation) {
        if (operation.response() instanceof Response.Found found) {
            return found.value();
        }
        return operation.request() instanceof Request.Put put ? put.value() : null;
    }

    private @Nullable Verdict growsWithTime() {
        List<Operation> byReturn = operations.stream().filter(operation -> operation.shownRevision() > 0)
                .sorted(Comparator.comparingLong(Operation::returnedAt)).toList();
        List<Operation> byInvocation = operations.stream()
                .filter(operation -> operation.response() instanceof Response.Done)
                .sorted(Comparator.comparingLong(Operation::invokedAt)).toList();
        Operation newest = null;
        int passed = 0;
        for (Operation write : byInvocation) {
            while (passed < byReturn.size() && byReturn.get(passed).returnedAt() < write.invokedAt()) {
                Operation earlier = byReturn.get(passed++);
                newest = newest == null || newest.shownRevision() < earlier.shownRevision() ? earlier : newest;
            }
            if (newest != null && newest.shownRevision() >= write.shownRevision()) {
                return Verdict.Violation.of("a write has no larger revision than what was seen before it", newest, write);
            }
        }
        return null;
    }

    private @Nullable Verdict neverGoesBack(List<LocalRead> reads) {
        Map<List<String>, List<LocalRead>> series = new LinkedHashMap<>();
        for (LocalRead read : reads) {
            series.computeIfAbsent(List.of(read.node(), read.name()), where -> new ArrayList<>()).add(read);
        }
        for (List<LocalRead> its : series.values()) {
            Verdict verdict = neverGoesBackAtOneNode(its);
            if (verdict != null) {
                return verdict;
            }
        }
        return null;
    }

    private @Nullable Verdict neverGoesBackAtOneNode(List<LocalRead> reads) {
        Map<@Nullable String, Range> ranges = writes.getOrDefault(reads.get(0).name(), new Writes()).ranges;
        for (LocalRead read : reads) {
            if (!ranges.containsKey(read.value())) {
                return Verdict.Violation.of("a node shows what nobody wrote: " + read);
            }
        }
        List<LocalRead> byReturn = reads.stream().sorted(Comparator.comparingLong(LocalRead::returnedAt)).toList();
        List<LocalRead> byInvocation = reads.stream().sorted(Comparator.comparingLong(LocalRead::invokedAt)).toList();
        LocalRead newest = null;
        long newestRevision = 0;
        int passed = 0;
        for (LocalRead read : byInvocation) {
            while (passed < byReturn.size() && byReturn.get(passed).returnedAt() < read.invokedAt()) {
                LocalRead earlier = byReturn.get(passed++);
                long revision = range(ranges, earlier).least;
                if (newest == null || newestRevision < revision) {
                    newest = earlier;
                    newestRevision = revision;
                }
            }
            if (newest != null && range(ranges, read).most < newestRevision) {
                return Verdict.Violation.of("a node went back, from " + newest + " to " + read);
            }
        }
        return null;
    }

    private static Range range(Map<@Nullable String, Range> ranges, LocalRead read) {
        Range range = ranges.get(read.value());
        if (range == null) {
            throw new AssertionError("no range for " + read);
        }
        return range;
    }
}
