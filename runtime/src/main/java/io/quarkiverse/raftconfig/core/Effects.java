package io.quarkiverse.raftconfig.core;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * What one step asks of the host, which carries it out in the order of these components.
 *
 * @param persist to be made durable, in sequence, without holding up the rest; null if nothing changed. Its completion
 *        comes back as {@link Input.Persisted}
 * @param send may leave at once, though the write is still under way
 * @param sendWhenDurable may leave only when {@code persist}, and every write before it, is durable; without a
 *        {@code persist} of its own, when every earlier write is
 * @param apply newly committed entries, in the order of the log, to be given to the state machine; if {@code persist} has a
 *        snapshot to install, the state machine is first given that
 * @param sendSnapshots to peers that lack entries which this node keeps no more (§7); each ends with
 *        {@link Input.SnapshotSent}
 * @param answers for those who proposed or wanted to read
 * @param compactTo the log now starts just behind this place: the store may drop what lies at or before it; null if
 *        nothing was dropped
 * @param wakeAtMillis the time at which {@link Input.TimePassed} is due; {@link Long#MAX_VALUE} for never
 */
public record Effects(@Nullable Write persist, List<Message> send, List<Message> sendWhenDurable, List<Entry> apply,
        List<SendSnapshot> sendSnapshots, List<Answer> answers, @Nullable Position compactTo, long wakeAtMillis) {
    public Effects {
        send = List.copyOf(send);
        sendWhenDurable = List.copyOf(sendWhenDurable);
        apply = List.copyOf(apply);
        sendSnapshots = List.copyOf(sendSnapshots);
        answers = List.copyOf(answers);
    }

    /**
     * @param point of the newest snapshot; a later one will do as well
     */
    public record SendSnapshot(ReplicaId to, SnapshotPoint point) {
    }
}
