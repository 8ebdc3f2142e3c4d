package io.quarkiverse.raftconfig.sim;

import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

/** Runs seeds. */
public final class SimulationRun {
    private SimulationRun() {
    }

    /** What {@code seed} violates, beginning with the name of the invariant; null if it violates nothing. */
    public static @Nullable String violation(long seed) {
        try {
            run(seed, fault -> true, new Trace(false));
            return null;
        } catch (Violation violation) {
            return violation.getMessage();
        }
    }

    static Simulation.Result run(long seed, Predicate<Fault> happens, Trace trace) {
        return run(SimOptions.draw(seed), happens, trace);
    }

    static Simulation.Result run(SimOptions options, Predicate<Fault> happens, Trace trace) {
        try {
            return Quiet.during(() -> new Simulation(options, happens, trace).run());
        } catch (RuntimeException | Error e) {
            if (e instanceof Violation violation) {
                throw violation;
            }
            throw new Violation("Unexpected", e.toString(), e);
        }
    }
}
