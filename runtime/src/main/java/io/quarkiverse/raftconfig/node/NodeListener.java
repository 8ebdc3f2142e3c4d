package io.quarkiverse.raftconfig.node;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.state.PublishedState;

/**
 * Hears what has changed, on the notifier thread, in order. A listener that is slower than the changes hears several of
 * them as one, so that nothing piles up; one that throws is logged, and hears the next change all the same.
 */
public interface NodeListener {
    /**
     * The state has another revision; {@link RaftNode#state} shows it already.
     *
     * @param before what this listener was told last, or what was there when the node started
     */
    default void stateChanged(PublishedState before, PublishedState after) {
    }

    /** @param leader null if none is known */
    default void leaderChanged(@Nullable NodeId leader, long term) {
    }
}
