package io.quarkiverse.raftconfig.mutants;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * How many seeds the simulation needs to catch each mutant that it is to catch, as a table for {@code docs/testing.md}.
 * {@code raft.mutants.seeds} is the number of seeds after which a mutant has survived; {@code raft.mutants} limits the search
 * to the numbers that it matches, and then looks for those too that only a test is to catch.
 */
@EnabledIfSystemProperty(named = "raft.mutants.seeds", matches = "\\d+")
class MutantSearch {
    private static final int SEEDS = Integer.getInteger("raft.mutants.seeds", 0);
    private static final @Nullable String NUMBERS = System.getProperty("raft.mutants");

    @Test
    void noneSurvives() {
        SourceCompiler compiler = new SourceCompiler();
        List<String> table = new ArrayList<>(List.of("| # | bug | caught by | seeds until caught | because of |",
                "| --- | --- | --- | --- | --- |"));
        List<Mutant> survivors = new ArrayList<>();
        for (Mutant mutant : Mutant.all()) {
            if (NUMBERS != null && !Pattern.matches(NUMBERS, mutant.number())) {
                continue;
            }
            Trial trial = Trial.of(mutant, compiler);
            for (Judge judge : mutant.judges()) {
                if (judge instanceof Judge.Test) {
                    table.add(row(mutant, judge.toString(), "", judge.says()));
                }
            }
            if (NUMBERS != null || mutant.judges().stream().anyMatch(Judge.Simulation.class::isInstance)) {
                String row = searched(mutant, trial);
                if (row == null) {
                    survivors.add(mutant);
                } else {
                    table.add(row);
                }
            }
        }
        table.forEach(System.out::println);
        assertThat(survivors).isEmpty();
    }

    private static @Nullable String searched(Mutant mutant, Trial trial) {
        for (long seed = 1; seed <= SEEDS; seed++) {
            String verdict = trial.verdictOfSeed(seed);
            if (verdict != null) {
                System.out.println(mutant + ": seed " + seed + ": " + verdict);
                return row(mutant, "simulation", String.valueOf(seed), verdict.lines().findFirst().orElse(""));
            }
        }
        System.out.println(mutant + " survives " + SEEDS + " seeds");
        return null;
    }

    private static String row(Mutant mutant, String judge, String seeds, String says) {
        return "| " + String.join(" | ", mutant.number(), mutant.bug(), judge, seeds, says.replace("|", "\\|")) + " |";
    }
}
