package io.quarkiverse.raftconfig.sim;

import java.util.function.Consumer;

import io.quarkiverse.raftconfig.node.NodeListener;
import io.quarkiverse.raftconfig.state.PublishedState;

/** What listeners of a node are told goes on where the last left off, never back, and is what readers see by then. */
final class ListenersHearAll extends Invariant {
    private final Consumer<Violation> onViolation;

    /** @param onViolation told, for a node goes on when a listener throws */
    ListenersHearAll(Consumer<Violation> onViolation) {
        this.onViolation = onViolation;
    }

    @Override
    void started(SimNode node) {
        SimNode.Life life = node.requireLife();
        life.node.addListener(new Listener(node, life));
    }

    private final class Listener implements NodeListener {
        private final SimNode node;
        private final SimNode.Life life;
        private long told;

        Listener(SimNode node, SimNode.Life life) {
            this.node = node;
            this.life = life;
            this.told = life.node.state().revision();
        }

        @Override
        public void stateChanged(PublishedState before, PublishedState after) {
            long seen = life.node.state().revision();
            try {
                require(before.revision() == told && after.revision() > told && seen >= after.revision(),
                        () -> node + " tells of a change from revision " + before.revision() + " to " + after.revision()
                                + " after " + told + ", while readers see " + seen);
            } catch (Violation violation) {
                onViolation.accept(violation);
            }
            told = after.revision();
        }
    }
}
