package io.quarkiverse.raftconfig.tool;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.core.Entry;
import io.quarkiverse.raftconfig.core.FoundingRecord;
import io.quarkiverse.raftconfig.core.Membership;
import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.core.Payload;
import io.quarkiverse.raftconfig.core.Position;
import io.quarkiverse.raftconfig.core.Recovered;
import io.quarkiverse.raftconfig.core.ReplicaId;
import io.quarkiverse.raftconfig.core.SnapshotPoint;
import io.quarkiverse.raftconfig.log.RaftConfigLog;
import io.quarkiverse.raftconfig.node.Identity;
import io.quarkiverse.raftconfig.node.StoreDamagedException;
import io.quarkiverse.raftconfig.state.ConfigState;
import io.quarkiverse.raftconfig.state.MalformedStateException;
import io.quarkiverse.raftconfig.store.OfflineStore;

/**
 * What a sound data directory holds.
 *
 * @param committedRevision the revision at the commit index on record
 * @param state with everything applied, also what is behind that commit index
 * @param memberships in the log, the last one in force (§6); the first may be that of the snapshot
 */
record Findings(Path directory, Identity identity, @Nullable FoundingRecord founding, Recovered log, long committedRevision,
        ConfigState state, List<MembershipAt> memberships) {

    /** @param index of its entry; 0 if blank */
    record MembershipAt(long index, Membership membership) {
    }

    /**
     * Reads the snapshot, and applies all entries behind it.
     *
     * @throws StoreDamagedException if that can't be done
     */
    static Findings of(Path directory, OfflineStore store) throws IOException {
        Recovered log = store.recovered();
        ConfigState state = stateOfSnapshot(directory, store, log.snapshot());
        List<MembershipAt> memberships = new ArrayList<>();
        memberships.add(new MembershipAt(log.snapshot().membershipIndex(), log.snapshot().membership()));
        long committedRevision = state.published().revision();
        for (Entry entry : log.entries()) {
            if (entry.index() <= log.snapshot().last().index()) {
                continue;
            }
            apply(directory, entry, state);
            if (entry.payload() instanceof Payload.MembershipChange change) {
                memberships.add(new MembershipAt(entry.index(), change.membership()));
            }
            if (entry.index() <= log.commitIndex()) {
                state.publish();
                committedRevision = state.published().revision();
            }
        }
        state.publish();
        return new Findings(directory, store.identity(), store.founding(), log, committedRevision, state, memberships);
    }

    private static ConfigState stateOfSnapshot(Path directory, OfflineStore store, SnapshotPoint point) throws IOException {
        if (point.equals(SnapshotPoint.NONE)) {
            return new ConfigState();
        }
        try (InputStream in = store.readSnapshot()) {
            ConfigState state = ConfigState.read(in);
            if (state.published().lastApplied() != point.last().index()) {
                throw damaged(directory, "the snapshot " + point.last() + " holds the state at index "
                        + state.published().lastApplied());
            }
            return state;
        } catch (MalformedStateException e) {
            throw damaged(directory, "the snapshot " + point.last() + " can't be read (" + e.getMessage()
                    + "), or a later version has written it");
        }
    }

    private static void apply(Path directory, Entry entry, ConfigState state) {
        try {
            if (entry.payload() instanceof Payload.Command command) {
                state.apply(entry.index(), command.bytes().toArray());
            } else {
                state.skip(entry.index());
            }
        } catch (MalformedStateException e) {
            throw damaged(directory, "the command of entry " + entry.position() + " can't be read (" + e.getMessage()
                    + "), or a later version has written it");
        }
    }

    private static StoreDamagedException damaged(Path directory, String what) {
        return new StoreDamagedException(RaftConfigLog.LOG.storeDamaged(directory.toString(), what));
    }

    /** The place of the last entry. */
    Position last() {
        return log.entries().isEmpty() ? log.base() : log.entries().get(log.entries().size() - 1).position();
    }

    /** How many entries are behind the commit index on record. */
    long uncommitted() {
        return last().index() - log.commitIndex();
    }

    /** The membership in force. */
    MembershipAt latest() {
        return memberships.get(memberships.size() - 1);
    }

    void print(PrintStream out) {
        line(out, "directory", directory.toAbsolutePath());
        line(out, "node id", identity.nodeId());
        line(out, "storage id", identity.storageId());
        line(out, "cluster id", identity.clusterId() == null ? "none: it belongs to no cluster yet" : identity.clusterId());
        if (founding != null && identity.clusterId() == null && founding.promisedTo() != null) {
            line(out, "promised", "to " + founding.promisedTo().node() + ", to be founded by it");
        }
        ReplicaId vote = log.hardState().votedFor();
        line(out, "term", log.hardState().term() + (vote == null ? ", no vote given"
                : ", voted for " + vote.node()
                        + " (storage id " + vote.storage() + ")"));
        line(out, "log", log.entries().isEmpty() ? "no entries behind index " + log.base().index()
                : "entries " + log.entries().get(0).index() + " to " + last().index());
        line(out, "last entry", "term " + last().term() + ", index " + last().index());
        line(out, "snapshot", log.snapshot().equals(SnapshotPoint.NONE) ? "none"
                : "up to index " + log.snapshot().last().index() + " of term " + log.snapshot().last().term());
        line(out, "committed", "up to index " + log.commitIndex() + " at least; " + uncommitted()
                + " entries behind it may be committed or not");
        printMemberships(out);
        line(out, "revision", committedRevision + (uncommitted() == 0 ? ""
                : "; " + state.published().revision() + " with the entries behind the commit index"));
        line(out, "properties", state.published().properties().size());
        out.println();
    }

    private void printMemberships(PrintStream out) {
        MembershipAt latest = latest();
        if (latest.membership().isBlank()) {
            line(out, "membership", "none");
            return;
        }
        boolean committed = latest.index() <= log.commitIndex();
        line(out, "membership", "of entry " + latest.index() + (committed ? ", committed" : ", not known to be committed"));
        print(out, latest.membership());
        if (!committed && memberships.size() > 1) {
            MembershipAt before = memberships.get(memberships.size() - 2);
            line(out, "before it", before.membership().isBlank() ? "none" : "of entry " + before.index());
            print(out, before.membership());
        }
    }

    private static void print(PrintStream out, Membership membership) {
        if (membership.isBlank()) {
            return;
        }
        line(out, membership.isJoint() ? "  new voters" : "  voters", names(membership.voters()));
        if (membership.isJoint()) {
            line(out, "  old voters", names(membership.oldVoters()));
            line(out, "", "joint: a change from the old to the new voters is under way");
        }
        if (!membership.learners().isEmpty()) {
            line(out, "  learners", names(membership.learners()));
        }
    }

    static String names(Collection<ReplicaId> replicas) {
        return replicas.stream().map(ReplicaId::node).map(NodeId::value).collect(Collectors.joining(", "));
    }

    private static void line(PrintStream out, String name, Object content) {
        out.printf("%-13s %s%n", name, content);
    }
}
