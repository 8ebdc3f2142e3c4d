package io.quarkiverse.raftconfig.mutants;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Who is to catch a mutant, and by what it is known that it was caught for the right reason. */
sealed interface Judge {
    /** A part of what is said when the mutant is caught. */
    String says();

    /**
     * A run of the simulation.
     *
     * @param seed of the first run that catches it
     * @param says the invariant that breaks
     */
    record Simulation(long seed, String says) implements Judge {
        @Override
        public String toString() {
            return "simulation, seed " + seed;
        }
    }

    /** @param method a test by its class below the root package and its method: {@code core.QuorumTest#ofABlank...} */
    record Test(String method, String says) implements Judge {
        @Override
        public String toString() {
            return "test " + method;
        }
    }

    private static Pattern pattern() {
        return Pattern.compile("caught by (?:simulation, seed (\\d+)|test ([\\w.]+#\\w+)): (.+)");
    }

    static Judge parse(String line) {
        Matcher judge = pattern().matcher(line);
        if (!judge.matches()) {
            throw new AssertionError("no judge: " + line);
        }
        String says = judge.group(3);
        return judge.group(1) == null ? new Test(judge.group(2), says) : new Simulation(Long.parseLong(judge.group(1)), says);
    }
}
