package io.quarkiverse.raftconfig.node;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.log.RaftConfigLog;
import io.quarkiverse.raftconfig.state.PublishedState;

/**
 * Tells the listeners, on their own thread. What they have not been told yet is kept as one change of the state and one of
 * the leader, however many there were: bounded, and in order.
 */
final class Notifier {
    private final Executor lane;
    private final NodeId self;
    private final List<NodeListener> listeners = new CopyOnWriteArrayList<>();

    private @Nullable StateChange stateChange;
    private @Nullable LeaderChange leaderChange;

    private record StateChange(PublishedState before, PublishedState after) {
    }

    private record LeaderChange(@Nullable NodeId leader, long term) {
    }

    Notifier(Executor lane, NodeId self) {
        this.lane = lane;
        this.self = self;
    }

    void add(NodeListener listener) {
        listeners.add(listener);
    }

    void remove(NodeListener listener) {
        listeners.remove(listener);
    }

    synchronized void stateChanged(PublishedState before, PublishedState after) {
        boolean idle = isIdle();
        stateChange = new StateChange(stateChange == null ? before : stateChange.before, after);
        if (idle) {
            lane.execute(this::tell);
        }
    }

    synchronized void leaderChanged(@Nullable NodeId leader, long term) {
        boolean idle = isIdle();
        leaderChange = new LeaderChange(leader, term);
        if (idle) {
            lane.execute(this::tell);
        }
    }

    private boolean isIdle() {
        return stateChange == null && leaderChange == null;
    }

    private void tell() {
        StateChange state;
        LeaderChange leader;
        synchronized (this) {
            state = stateChange;
            leader = leaderChange;
            stateChange = null;
            leaderChange = null;
        }
        if (leader != null) {
            tellEach(listener -> listener.leaderChanged(leader.leader, leader.term));
        }
        if (state != null) {
            tellEach(listener -> listener.stateChanged(state.before, state.after));
        }
    }

    private void tellEach(Consumer<NodeListener> change) {
        for (NodeListener listener : listeners) {
            try {
                change.accept(listener);
            } catch (RuntimeException e) {
                RaftConfigLog.LOG.listenerFailed(self.value(), listener.getClass().getName(), e.getClass().getName());
            }
        }
    }
}
