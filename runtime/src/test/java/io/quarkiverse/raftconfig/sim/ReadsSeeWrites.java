package io.quarkiverse.raftconfig.sim;

import java.util.HashMap;
import java.util.Map;

import io.quarkiverse.raftconfig.Property;
import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.node.NodeStatus;
import io.quarkiverse.raftconfig.state.PublishedState;

/**
 * §8: a linearizable read sees every write that was acknowledged before it began. What a node shows to its own readers never
 * goes back, but between a start and the moment when it has caught up. What was acknowledged is committed.
 */
final class ReadsSeeWrites extends Invariant {
    private final Map<NodeId, Long> shown = new HashMap<>();
    private final Map<String, Long> revisionOfValue = new HashMap<>();
    private long revisionMax;
    private final boolean keysExpire;

    /** @param keysExpire whether a client may do a write again without knowing */
    ReadsSeeWrites(boolean keysExpire) {
        this.keysExpire = keysExpire;
    }

    @Override
    void shown(SimNode node, PublishedState before, PublishedState now) {
        require(now.revision() >= before.revision(),
                () -> node + " showed revision " + before.revision() + ", then " + now.revision());
        revisionMax = Math.max(revisionMax, now.revision());
        if (!keysExpire && now.revision() != before.revision()) {
            onceEach(now);
        }
    }

    /** Every value is written once, so that one at two revisions was written twice. */
    private void onceEach(PublishedState state) {
        for (Property property : state.properties().values()) {
            Long known = revisionOfValue.putIfAbsent(property.value(), property.revision());
            require(known == null || known == property.revision(), () -> "the value of " + property.name() + " at revision "
                    + property.revision() + " was written at revision " + known + " already");
        }
    }

    @Override
    void stepped(SimNode node, NodeStatus before, NodeStatus now) {
        if (now.caughtUp() && now.degraded() == null) {
            long highest = shown.getOrDefault(node.id(), 0L);
            require(now.revision() >= highest, () -> node + " says that it has caught up and shows revision " + now.revision()
                    + "; before, it had shown " + highest);
            shown.put(node.id(), now.revision());
        }
    }

    @Override
    void acknowledged(long revision) {
        require(revision <= revisionMax,
                () -> "revision " + revision + " was acknowledged, and no node shows more than " + revisionMax);
    }

    @Override
    void read(SimNode node, long revisionAtInvocation, PublishedState found) {
        require(found.revision() >= revisionAtInvocation, () -> "a linearizable read on " + node + " found revision "
                + found.revision() + ", and " + revisionAtInvocation + " was acknowledged before it began");
    }
}
