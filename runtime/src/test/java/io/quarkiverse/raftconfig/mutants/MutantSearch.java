package io.quarkiverse.raftconfig.mutants;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * How many seeds the simulation needs to catch each mutant, from the first seed on. {@code raft.mutants.seeds} is the number
 * after which a mutant has survived; {@code raft.mutants} limits the search to the numbers that it matches, and then looks
 * for those too that only a test is to catch.
 */
@EnabledIfSystemProperty(named = "raft.mutants.seeds", matches = "\\d+")
class MutantSearch {
    private static final int SEEDS = Integer.getInteger("raft.mutants.seeds", 0);
    private static final @Nullable String NUMBERS = System.getProperty("raft.mutants");

    @Test
    void noneSurvives() {
        SourceCompiler compiler = new SourceCompiler();
        List<Mutant> survivors = new ArrayList<>();
        for (Mutant mutant : Mutant.all()) {
            if (isAskedFor(mutant) && !isCaught(mutant, Trial.of(mutant, compiler))) {
                survivors.add(mutant);
            }
        }
        assertThat(survivors).isEmpty();
    }

    private static boolean isAskedFor(Mutant mutant) {
        return NUMBERS != null ? Pattern.matches(NUMBERS, mutant.number())
                : mutant.judges().stream().anyMatch(Judge.Simulation.class::isInstance);
    }

    /** Says so in the words of the mutant's file. */
    private static boolean isCaught(Mutant mutant, Trial trial) {
        for (long seed = 1; seed <= SEEDS; seed++) {
            String verdict = trial.verdictOfSeed(seed);
            if (verdict != null) {
                System.out.println(mutant + "\ncaught by simulation, seed " + seed + ": " + verdict);
                return true;
            }
        }
        System.out.println(mutant + "\nsurvives " + SEEDS + " seeds");
        return false;
    }
}
