package io.quarkiverse.raftconfig.sim;

/** What seeds come to, as text: run in a JVM of its own. */
final class TraceHashes {
    private TraceHashes() {
    }

    static String of(long seed) {
        Simulation.Result result = SimulationRun.run(seed, fault -> true, new Trace(false));
        return String.format("seed %d: %016x after %d events", seed, result.traceHash(), result.events());
    }

    /** @param arguments the first seed and the last */
    public static void main(String[] arguments) {
        for (long seed = Long.parseLong(arguments[0]); seed <= Long.parseLong(arguments[1]); seed++) {
            System.out.println(of(seed));
        }
    }
}
