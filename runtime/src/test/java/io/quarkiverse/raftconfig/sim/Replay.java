package io.quarkiverse.raftconfig.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/**
 * One seed again, told in words. If it fails it is reduced first: to the faults without which it does not fail, then to fewer
 * clients and events (delta debugging). What is left must violate the same invariant.
 */
final class Replay {
    private static final int TRIES_MAX = 400;

    private SimOptions options;
    private Set<Integer> faults;
    private final @Nullable String invariant;
    private int tries;

    private Replay(SimOptions options) {
        this.options = options;
        this.faults = new TreeSet<>();
        for (Fault fault : Fault.schedule(options)) {
            faults.add(fault.number());
        }
        faults.retainAll(asked("sim.faults", faults));
        this.invariant = violated(options, faults);
    }

    static Replay of(long seed) {
        SimOptions drawn = SimOptions.draw(seed);
        return new Replay(drawn.with(Integer.getInteger("sim.clients", drawn.clients()),
                Integer.getInteger("sim.events", drawn.events())));
    }

    private static Set<Integer> asked(String property, Set<Integer> otherwise) {
        String value = System.getProperty(property);
        if (value == null) {
            return otherwise;
        }
        return value.isBlank() ? Set.of()
                : List.of(value.split(",")).stream().map(Integer::valueOf).collect(Collectors.toCollection(TreeSet::new));
    }

    String tell() {
        if (invariant != null) {
            reduce();
        }
        Trace trace = new Trace(true);
        String end;
        try {
            end = "no violation: " + SimulationRun.run(options, fault -> faults.contains(fault.number()), trace);
        } catch (Violation violation) {
            end = "VIOLATION of " + violation.getMessage();
        }
        return String.join("\n", trace.lines()) + "\n" + end + "\n" + options + "\n" + command();
    }

    private String command() {
        return "again: ./mvnw -pl runtime test -DskipExtensionValidation -Dtest=SimulationTest#oneSeedIsReplayed -Dsim.seed="
                + options.seed()
                + " -Dsim.clients=" + options.clients() + " -Dsim.events=" + options.events() + " -Dsim.faults="
                + faults.stream().map(String::valueOf).collect(Collectors.joining(","));
    }

    private void reduce() {
        reduceFaults();
        change(was -> was.with(1, was.events()));
        for (int part = 2; part <= 64; part *= 2) {
            change(was -> was.with(was.clients(), was.events() / 2));
        }
        reduceFaults();
    }

    /** Leaves out halves, then quarters, and so on, of what is left. */
    private void reduceFaults() {
        for (int chunk = Math.max(1, faults.size() / 2); chunk > 0; chunk /= 2) {
            List<Integer> left = new ArrayList<>(faults);
            for (int at = 0; at < left.size(); at += chunk) {
                Set<Integer> fewer = new TreeSet<>(faults);
                fewer.removeAll(left.subList(at, Math.min(left.size(), at + chunk)));
                if (fewer.size() < faults.size() && failsAlike(options, fewer)) {
                    faults = fewer;
                }
            }
        }
    }

    private void change(UnaryOperator<SimOptions> change) {
        SimOptions simpler = change.apply(options);
        if (failsAlike(simpler, faults)) {
            options = simpler;
        }
    }

    private boolean failsAlike(SimOptions tried, Set<Integer> these) {
        return ++tries < TRIES_MAX && invariant != null && invariant.equals(violated(tried, these));
    }

    /** The name of what is violated. */
    private static @Nullable String violated(SimOptions options, Set<Integer> faults) {
        try {
            SimulationRun.run(options, fault -> faults.contains(fault.number()), new Trace(false));
            return null;
        } catch (Violation violation) {
            String message = String.valueOf(violation.getMessage());
            return message.substring(0, message.indexOf(':'));
        }
    }
}
