package io.quarkiverse.raftconfig.sim;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.node.NodeListener;
import io.quarkiverse.raftconfig.node.NodeStatus;
import io.quarkiverse.raftconfig.state.PublishedState;

/**
 * What listeners of a node are told goes on where the last left off, never back, and is what readers see by then; and the last
 * that they are told is how things are.
 */
final class ListenersHearAll extends Invariant {
    private final Consumer<Violation> onViolation;
    private final Map<SimNode, Listener> listeners = new HashMap<>();

    /** @param onViolation told, for a node goes on when a listener throws */
    ListenersHearAll(Consumer<Violation> onViolation) {
        this.onViolation = onViolation;
    }

    @Override
    void started(SimNode node) {
        SimNode.Life life = node.requireLife();
        Listener listener = new Listener(node, life);
        listeners.put(node, listener);
        life.node.addListener(listener);
    }

    /** Whether those of {@code node}, which is up, have been told all that is to be told. */
    boolean isUpToDate(SimNode node) {
        Listener listener = listeners.get(node);
        NodeStatus status = node.requireLife().status;
        return listener != null && listener.told == status.revision() && Objects.equals(listener.leader, status.leader());
    }

    private final class Listener implements NodeListener {
        private final SimNode node;
        private final SimNode.Life life;
        private long told;
        private @Nullable NodeId leader;
        private long leaderTerm;

        Listener(SimNode node, SimNode.Life life) {
            this.node = node;
            this.life = life;
            this.told = life.node.state().revision();
        }

        @Override
        public void stateChanged(PublishedState before, PublishedState after) {
            long seen = life.node.state().revision();
            judge(() -> require(before.revision() == told && after.revision() > told && seen >= after.revision(),
                    () -> node + " tells of a change from revision " + before.revision() + " to " + after.revision()
                            + " after " + told + ", while readers see " + seen));
            told = after.revision();
        }

        @Override
        public void leaderChanged(@Nullable NodeId now, long term) {
            judge(() -> require(term >= leaderTerm,
                    () -> node + " tells of a leader of term " + term + " after one of term " + leaderTerm));
            leader = now;
            leaderTerm = term;
        }

        private void judge(Runnable requirement) {
            try {
                requirement.run();
            } catch (Violation violation) {
                onViolation.accept(violation);
            }
        }
    }
}
