package io.quarkiverse.raftconfig.core;

import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

import org.jspecify.annotations.Nullable;

/**
 * What one step of a {@link Founding} asks of the host.
 *
 * @param persist to be made durable; null if nothing changed
 * @param sendWhenDurable may leave only when {@code persist}, and every write before it, is durable
 * @param found this node is to found the cluster now, with these voters, itself included; null if it is not (or not yet). Given
 *        once: {@link Recovered#founded}, the cluster id and the hard state are then made durable in one commit
 * @param wakeAtMillis the time at which {@link FoundingInput.TimePassed} is due; {@link Long#MAX_VALUE} for never
 */
public record FoundingEffects(@Nullable FoundingRecord persist, List<Outgoing> sendWhenDurable,
        @Nullable SortedSet<ReplicaId> found, long wakeAtMillis) {
    public FoundingEffects {
        sendWhenDurable = List.copyOf(sendWhenDurable);
        found = found == null ? null : Collections.unmodifiableSortedSet(new TreeSet<>(found));
    }

    /** A message for the node {@code to}, whatever its incarnation. */
    public record Outgoing(NodeId to, FoundingMessage message) {
    }
}
