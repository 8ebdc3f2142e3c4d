package io.quarkiverse.raftconfig.sim;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.Expectation;
import io.quarkiverse.raftconfig.Property;
import io.quarkiverse.raftconfig.core.Entry;
import io.quarkiverse.raftconfig.core.Membership;
import io.quarkiverse.raftconfig.core.Payload;
import io.quarkiverse.raftconfig.core.ReplicaId;
import io.quarkiverse.raftconfig.node.NodeStatus;
import io.quarkiverse.raftconfig.node.StoreWrite;
import io.quarkiverse.raftconfig.state.Transaction;
import io.quarkiverse.raftconfig.state.TransactionCodec;

/**
 * What the committed entries make, by the shortest program that says so: all changes of a transaction or none, each key once
 * while it is remembered. Judges nothing by itself: others compare.
 */
final class StateModel extends Invariant {
    private final CommitRule commits;
    private final Consumer<Scene> seen;
    /** What was given to a disk and is not applied yet, by the hash of the log up to there. */
    private final Map<Long, Payload> payloads = new HashMap<>();
    private final List<Long> hashes = new ArrayList<>();
    private final SortedMap<String, Property> properties = new TreeMap<>();
    /** By caller and key, the oldest first. */
    private final Map<List<String>, Long> keys = new LinkedHashMap<>();
    private final Set<List<String>> keysEver = new HashSet<>();
    /** All that were committed, by index. */
    private final NavigableMap<Long, Membership> memberships = new TreeMap<>();
    /** By index, those that were given to a disk and are not committed: each may be some day. */
    private final SortedMap<Long, Set<Membership>> appended = new TreeMap<>();
    private long revision;
    private long timeMillis;

    StateModel(CommitRule commits, Consumer<Scene> seen) {
        this.commits = commits;
        this.seen = seen;
        hashes.add(StateMachineSafety.hash(0, properties.values()));
    }

    /** The latest that is committed. */
    Membership membership() {
        return membershipAt(Long.MAX_VALUE);
    }

    /** The one in force up to {@code index}, by what is committed. */
    Membership membershipAt(long index) {
        Map.Entry<Long, Membership> latest = memberships.floorEntry(index);
        return latest == null ? Membership.BLANK : latest.getValue();
    }

    /** The latest that is committed, and those that may follow it. */
    List<Membership> possibleMemberships() {
        List<Membership> possible = new ArrayList<>(List.of(membership()));
        appended.values().forEach(possible::addAll);
        return possible;
    }

    /** Of the state after the entry at {@code index}, which is committed. */
    long hashAt(long index) {
        while (hashes.size() <= index) {
            applyNext();
        }
        return hashes.get((int) index);
    }

    /** Whatever becomes of {@code write} to a disk that holds {@code log}: after a crash it may be there. */
    void note(DurableLog log, StoreWrite write) {
        if (!write.entries().isEmpty()) {
            long before = write.entries().get(0).index() - 1;
            long hash = write.install() == null ? log.hashAt(before) : commits.hashAt(before);
            for (Entry entry : write.entries()) {
                hash = DurableLog.hash(hash, entry);
                if (entry.index() >= hashes.size()) {
                    payloads.put(hash, entry.payload());
                    if (entry.payload() instanceof Payload.MembershipChange change) {
                        appended.computeIfAbsent(entry.index(), index -> new HashSet<>()).add(change.membership());
                    }
                }
            }
        }
    }

    @Override
    void stepped(SimNode node, NodeStatus before, NodeStatus now) {
        while (hashes.size() <= commits.committed()) {
            applyNext();
        }
    }

    private void applyNext() {
        long index = hashes.size();
        require(index <= commits.committed(), () -> "entry " + index + " is applied, and no leader has committed it");
        Payload payload = payloads.remove(commits.hashAt(index));
        if (payload == null) {
            throw new Violation("StateModel", "entry " + index + " is committed, and nobody has stored it");
        }
        if (payload instanceof Payload.Command command) {
            apply(TransactionCodec.decode(command.bytes().toArray()));
        }
        if (payload instanceof Payload.MembershipChange change) {
            committed(index, change.membership());
        }
        hashes.add(StateMachineSafety.hash(revision, properties.values()));
    }

    private void committed(long index, Membership now) {
        Membership before = membership();
        memberships.put(index, now);
        appended.headMap(index + 1).clear();
        for (ReplicaId replica : now.replicas()) {
            boolean isNew = !before.replicas().contains(replica);
            boolean hasPredecessor = before.replicas().stream().anyMatch(other -> other.node().equals(replica.node()));
            if (isNew && hasPredecessor) {
                seen.accept(Scene.REPLICA_REPLACED);
            } else if (isNew && now.learners().contains(replica)) {
                seen.accept(Scene.LEARNER_JOINED);
            }
        }
    }

    private void apply(Transaction transaction) {
        timeMillis = Math.max(timeMillis, transaction.stamp().atMillis());
        boolean expired = keys.values().removeIf(at -> timeMillis - at >= transaction.stamp().keysAgeMillis());
        if (expired) {
            seen.accept(Scene.KEY_EXPIRED);
        }
        String key = transaction.idempotencyKey();
        if (key != null) {
            List<String> full = List.of(transaction.by(), key);
            if (keys.containsKey(full) || keys.size() >= transaction.stamp().keysMax()) {
                return;
            }
            keys.put(full, timeMillis);
            if (!keysEver.add(full)) {
                seen.accept(Scene.EXPIRED_KEY_USED_AGAIN);
            }
        }
        boolean asExpected = transaction.expectedRevision() < 0 || transaction.expectedRevision() == revision;
        for (Transaction.Change change : transaction.changes()) {
            asExpected &= holds(change.expectation(), properties.get(change.name()));
        }
        if (asExpected) {
            change(transaction);
        }
    }

    private void change(Transaction transaction) {
        boolean changed = false;
        for (Transaction.Change change : transaction.changes()) {
            Property before = properties.remove(change.name());
            String value = change.value();
            if (value != null) {
                properties.put(change.name(), new Property(change.name(), value, revision + 1,
                        before == null ? revision + 1 : before.createdRevision(), before == null ? 1 : before.version() + 1,
                        transaction.by(), Instant.ofEpochMilli(timeMillis), transaction.comment()));
            }
            changed |= before != null || value != null;
        }
        revision += changed ? 1 : 0;
    }

    private static boolean holds(Expectation expectation, @Nullable Property now) {
        return expectation instanceof Expectation.None || (expectation instanceof Expectation.Absent && now == null)
                || (expectation instanceof Expectation.Present && now != null)
                || (expectation instanceof Expectation.AtRevision at && now != null && now.revision() == at.revision());
    }
}
