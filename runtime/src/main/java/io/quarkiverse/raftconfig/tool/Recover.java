package io.quarkiverse.raftconfig.tool;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

import io.quarkiverse.raftconfig.core.ClusterId;
import io.quarkiverse.raftconfig.core.Membership;
import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.core.Position;
import io.quarkiverse.raftconfig.core.ReplicaId;
import io.quarkiverse.raftconfig.core.SnapshotPoint;
import io.quarkiverse.raftconfig.core.StorageId;
import io.quarkiverse.raftconfig.store.OfflineStore;

/**
 * Founds a new cluster of one from a surviving node's data: with the same properties, revision and remembered outcomes, and
 * another cluster id and storage id, so that no promise of the old cluster binds it, and no message of that reaches it.
 * <p>
 * All entries are taken over, also those behind the commit index on record. That index is a lower bound: among them may be
 * writes that were acknowledged, or were shown to readers. What nobody was told is at worst a write whose outcome was unknown.
 */
final class Recover {
    /** It is not done, and nothing was changed; the message says why and what now. */
    static final class RefusedException extends Exception {
        private static final long serialVersionUID = 1L;

        RefusedException(String message) {
            super(message);
        }
    }

    private final Arguments arguments;
    private final PrintStream out;

    private Recover(Arguments arguments, PrintStream out) {
        this.arguments = arguments;
        this.out = out;
    }

    /** @param now names the backup */
    static void run(Arguments arguments, Instant now, PrintStream out) throws IOException, RefusedException {
        Recover recover = new Recover(arguments, out);
        if (arguments.confirmed()) {
            recover.found(now);
        } else {
            recover.show();
        }
    }

    private void show() throws IOException, RefusedException {
        try (OfflineStore store = OfflineStore.look(arguments.directory())) {
            explain(checked(Findings.of(arguments.directory(), store)));
        }
        throw new RefusedException("Nothing was changed. If this is what you want, run it again with --yes.");
    }

    private void found(Instant now) throws IOException, RefusedException {
        try (OfflineStore store = OfflineStore.hold(arguments.directory())) {
            Findings found = checked(Findings.of(arguments.directory(), store));
            explain(found);
            Path backup = Backup.of(arguments.directory(), arguments.backup(), now);
            out.println("The directory as it was: " + backup);
            found(store, found);
        }
        try (OfflineStore store = OfflineStore.look(arguments.directory())) {
            out.println();
            out.println("Done. This is what the directory holds now:");
            out.println();
            Findings.of(arguments.directory(), store).print(out);
        }
    }

    private Findings checked(Findings found) throws RefusedException {
        NodeId nodeId = found.identity().nodeId();
        if (!nodeId.equals(arguments.nodeId())) {
            throw new RefusedException("This is the data directory of node " + nodeId + ", and --node-id says "
                    + arguments.nodeId() + ". Nothing was changed.");
        }
        if (found.identity().clusterId() == null || found.latest().membership().isBlank()) {
            throw new RefusedException("Node " + nodeId + " has never belonged to a cluster: there is nothing to recover. A "
                    + "blank node founds or joins one when it is started. Nothing was changed.");
        }
        return found;
    }

    private void explain(Findings found) {
        found.print(out);
        NodeId nodeId = found.identity().nodeId();
        Membership membership = found.latest().membership();
        Position last = found.last();
        SortedSet<ReplicaId> others = new TreeSet<>(membership.replicas());
        others.remove(found.identity().replica());
        out.println("Recovering makes node " + nodeId + " the only member of a new cluster, with the state of this directory.");
        out.println("What may be lost:");
        out.println("- Whatever this node had not received: all behind term " + last.term() + ", index " + last.index()
                + ", also writes that were acknowledged.");
        out.println("  If another directory is left, compare: the one to recover from is the one with the last entry of the "
                + "highest term and, of these, index.");
        if (found.uncommitted() > 0) {
            out.println("What may come back:");
            out.println("- " + found.uncommitted() + " entries are not known to be committed. They count from now on: a write "
                    + "whose outcome was unknown may be found done.");
        }
        if (membership.isJoint()) {
            out.println("The change of the membership that is under way ends here.");
        }
        if (!membership.isVoter(found.identity().replica())) {
            out.println("Node " + nodeId + " has no vote in the membership it knows: it may be far behind the others.");
        }
        if (!others.isEmpty()) {
            out.println("The members " + Findings.names(others) + " are not part of the new cluster. Empty their data "
                    + "directories before any of them starts again: with their old data they are a cluster of their own.");
        }
        out.println();
    }

    private void found(OfflineStore store, Findings found) throws IOException {
        SecureRandom random = new SecureRandom();
        NodeId nodeId = found.identity().nodeId();
        ReplicaId first = new ReplicaId(nodeId, new StorageId(random.nextLong(), random.nextLong()));
        ClusterId clusterId = new ClusterId(random.nextLong(), random.nextLong());
        // As if an entry behind all others, of a term of its own, had brought the membership.
        Position at = new Position(found.last().index() + 1, found.log().hardState().term() + 1);
        found.state().skip(at.index());
        SnapshotPoint point = new SnapshotPoint(at, alone(first, found.latest().membership()), at.index());
        store.refound(first, clusterId, point, found.state().image()::writeTo);
    }

    private Membership alone(ReplicaId first, Membership before) {
        TreeMap<NodeId, String> addresses = new TreeMap<>();
        String address = arguments.address() != null ? arguments.address() : before.addresses().get(first.node());
        if (address != null) {
            addresses.put(first.node(), address);
        }
        return Membership.of(new TreeSet<>(Set.of(first)), addresses);
    }
}
