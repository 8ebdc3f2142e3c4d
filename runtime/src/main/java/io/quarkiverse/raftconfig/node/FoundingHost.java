package io.quarkiverse.raftconfig.node;

import java.util.Collection;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

import io.quarkiverse.raftconfig.core.Founding;
import io.quarkiverse.raftconfig.core.FoundingEffects;
import io.quarkiverse.raftconfig.core.FoundingInput;
import io.quarkiverse.raftconfig.core.FoundingMessage;
import io.quarkiverse.raftconfig.core.FoundingRecord;
import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.core.ReplicaId;
import io.quarkiverse.raftconfig.log.RaftConfigLog;

/** Feeds the founding, as {@link CoreHost} feeds the core, and says for whom a blank node waits. Lives on the loop. */
final class FoundingHost {
    private static final int LISTS_TOLD_MAX = 100;

    private final NodeId self;
    private final Founding founding;
    private final NodeSettings settings;
    private final Loop loop;
    private final StoreWriter writer;
    private final Events events;
    private final DurabilityFence<FoundingEffects.Outgoing> fence;
    private final Alarm wake;

    private SortedMap<NodeId, FoundingMessage.Verdict> refusalsTold = new TreeMap<>();
    /** What other founders list, as it was told. */
    private final SortedMap<NodeId, SortedSet<NodeId>> listsTold = new TreeMap<>();
    private boolean halted;

    /** What the node wants to know of it. */
    interface Events {
        /** An input was taken: what is waited for may be something else now. */
        void stepped();

        /** This node is to found the cluster, with these voters. Told once. */
        void founded(SortedSet<ReplicaId> voters);

        /** An invariant does not hold. This host has halted. */
        void broken(Throwable cause);
    }

    FoundingHost(Founding founding, NodeSettings settings, Loop loop, StoreWriter writer, PeerTransport transport, NodeId self,
            Events events) {
        this.self = self;
        this.founding = founding;
        this.settings = settings;
        this.loop = loop;
        this.writer = writer;
        this.events = events;
        this.fence = new DurabilityFence<>(outgoing -> transport.send(outgoing.to(), outgoing.message()));
        this.wake = new Alarm(loop, () -> feed(new FoundingInput.TimePassed()));
    }

    /**
     * As {@code store} remembers it. A member of a cluster only tells others that it is one, whatever its list says by now.
     *
     * @throws IllegalArgumentException if this node is blank and not listed
     */
    static Founding founding(RaftStore store, NodeSettings settings, RandomGenerator random) {
        Identity identity = store.identity();
        boolean blank = identity.clusterId() == null;
        if (Joining.isFor(identity, settings)) {
            // It has no list of its own to found by, and to founders it is a member already.
            blank = false;
        }
        SortedSet<NodeId> listed = new TreeSet<>(settings.members().keySet());
        if (!blank) {
            listed.add(identity.nodeId());
        }
        FoundingRecord kept = store.founding();
        return new Founding(identity.replica(), listed, kept == null ? FoundingRecord.NONE : kept, blank, settings.raft(),
                random);
    }

    void feed(FoundingInput input) {
        if (halted) {
            return;
        }
        try {
            carryOut(founding.step(loop.nowMillis(), input));
        } catch (Throwable e) {
            halt();
            events.broken(e);
        }
    }

    private void carryOut(FoundingEffects effects) {
        FoundingRecord record = effects.persist();
        if (record != null) {
            long sequence = fence.issue();
            writer.write(StoreWrite.ofFounding(record), () -> fence.durable(sequence));
        }
        fence.send(effects.sendWhenDurable());
        wake.setTo(effects.wakeAtMillis());
        tellRefusals();
        tellOtherList();
        events.stepped();
        if (effects.found() != null) {
            events.founded(effects.found());
        }
    }

    void halt() {
        halted = true;
        fence.drop();
        wake.cancel();
    }

    /** What a node without a state waits for, in words for people. */
    String waitingFor(boolean blank, SortedMap<NodeId, ReplicaId> connected, SortedMap<NodeId, String> notConnected) {
        StringJoiner text = new StringJoiner("; ");
        ReplicaId promisedTo = founding.kept().promisedTo();
        if (!blank) {
            text.add("a leader that says what is committed");
        } else if (!founding.inCluster().isEmpty()) {
            // In a first start, a moment before the leader reaches it, this is so too.
            text.add("the cluster of " + names(founding.inCluster()) + " to take this node in. If that cluster is older than "
                    + "this start, this node's data directory is not the one that it had: put that back. If that is lost, "
                    + "or if this node is new, ask for the members that are wanted, this node among them (PUT /members); "
                    + "a lost one can also be replaced by quarkus.raft-config.replace-lost-after");
        } else if (!founding.awaited().isEmpty()) {
            text.add("an answer of " + names(founding.awaited()) + ", to found the cluster");
        } else if (promisedTo != null) {
            text.add("node " + promisedTo + ", to which this node has promised itself, to found the cluster");
        } else if (founding.isFounder() && !founding.refusals().isEmpty()) {
            text.add("the others, to found the cluster");
        } else {
            text.add("the first of the members, " + firstMember() + ", to found the cluster");
        }
        if (blank && founding.isFounder()) {
            founding.refusals().forEach((node, verdict) -> text.add(node + " " + describe(verdict)));
        }
        FoundingMessage.Ask otherAsk = founding.otherAsk();
        if (blank && otherAsk != null) {
            text.add(otherAsk.founder().node() + " lists the members " + names(otherAsk.members()) + " in "
                    + "quarkus.raft-config.members, and this node " + names(settings.members().keySet())
                    + ": list the same on all nodes");
        }
        text.add(connected.isEmpty() ? "connected with nobody" : "connected with " + names(connected.keySet()));
        notConnected.forEach((node, reason) -> text.add(node + ": " + reason));
        return text.toString();
    }

    private void tellRefusals() {
        SortedMap<NodeId, FoundingMessage.Verdict> refusals = founding.refusals();
        refusals.forEach((node, verdict) -> {
            if (verdict != refusalsTold.get(node)) {
                RaftConfigLog.LOG.foundingRefused(firstMember(), node.value(), describe(verdict));
            }
        });
        refusalsTold = refusals;
    }

    private void tellOtherList() {
        FoundingMessage.Ask ask = founding.otherAsk();
        if (ask == null || ask.members().equals(listsTold.get(ask.founder().node()))) {
            return;
        }
        if (listsTold.size() >= LISTS_TOLD_MAX) {
            listsTold.clear();
        }
        listsTold.put(ask.founder().node(), ask.members());
        RaftConfigLog.LOG.otherMembersListed(self.value(), ask.founder().node().value(), names(ask.members()),
                names(settings.members().keySet()));
    }

    private String firstMember() {
        return settings.members().isEmpty() ? "this node" : settings.members().firstKey().value();
    }

    private static String describe(FoundingMessage.Verdict verdict) {
        return switch (verdict) {
            case PROMISED -> "has promised itself";
            case NOT_BLANK -> "belongs to a cluster already: this node waits to be taken in by it";
            case PROMISED_TO_ANOTHER -> "has promised itself to another founder";
            case OTHER_MEMBERS -> "lists other members in quarkus.raft-config.members: list the same on all nodes";
        };
    }

    static String names(Collection<NodeId> nodes) {
        return nodes.stream().map(NodeId::value).collect(Collectors.joining(", "));
    }
}
