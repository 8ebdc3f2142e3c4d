package io.quarkiverse.raftconfig.mutants;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whoever judges the code must be able to say no: each bug here, alone, is noticed, and by whom it should be. */
class MutantsTest {
    private static final SourceCompiler COMPILER = new SourceCompiler();

    static List<Mutant> mutants() {
        return Mutant.all();
    }

    private static List<Long> seeds() {
        return Mutant.all().stream().flatMap(mutant -> mutant.judges().stream())
                .flatMap(judge -> judge instanceof Judge.Simulation simulation ? Stream.of(simulation.seed()) : Stream.empty())
                .distinct().toList();
    }

    @ParameterizedTest
    @MethodSource("mutants")
    void isCaught(Mutant mutant) {
        Trial trial = Trial.of(mutant, COMPILER);
        for (Judge judge : mutant.judges()) {
            assertThat(trial.verdict(judge)).as("%s, by %s", mutant, judge).isNotNull().contains(judge.says());
        }
    }

    /** A mutant that is caught proves nothing if what is sound is caught, too. (The tests that judge are part of the build.) */
    @Test
    void whatIsSoundIsNotCaught() {
        Trial sound = Trial.ofSoundSources();
        assertThat(seeds()).isNotEmpty().allSatisfy(seed -> assertThat(sound.verdictOfSeed(seed)).as("seed %d", seed).isNull());
    }

    /** The list of the bugs that must be caught has 48 numbers. */
    @Test
    void noneOfTheListIsForgotten() {
        Set<String> there = Mutant.all().stream().map(Mutant::number).collect(Collectors.toSet());
        IntStream.rangeClosed(1, 48).forEach(number -> assertThat(there).contains(String.valueOf(number)));
        assertThat(there).hasSameSizeAs(Mutant.all());
    }

    /** The page says who catches what, and so it says as the mutants do. */
    @Test
    void theTableInTheDocumentsIsUpToDate() throws IOException {
        String page = Files.readString(Path.of("../docs/testing.md"));
        assertThat(Mutant.all()).allSatisfy(mutant -> assertThat(page).contains("\n" + mutant.row() + "\n"));
    }

    @Test
    void aMutantThatIsNoneIsNotCaught() {
        Mutant none = Mutant.parse("none", """
                0: nothing is wrong
                caught by test core.QuorumTest#ofABlankMembershipNobodyDecides: nothing

                core/Quorum.java
                <<<<
                        return count > voters.size() / 2;
                ====
                        return voters.size() / 2 < count;
                >>>>
                """);
        assertThat(Trial.of(none, COMPILER).verdict(none.judges().get(0))).isNull();
    }

    @Test
    void aMutantThatNoLongerFitsIsNamed() {
        Mutant old = Mutant.parse("old", """
                0: something was wrong once
                caught by test core.QuorumTest#ofABlankMembershipNobodyDecides: nothing

                core/Quorum.java
                <<<<
                        return count > voters.size() / 3;
                ====
                >>>>
                """);
        assertThatThrownBy(old::sources).hasMessageContaining("mutant old no longer fits core/Quorum.java")
                .hasMessageContaining("voters.size() / 3");
    }
}
