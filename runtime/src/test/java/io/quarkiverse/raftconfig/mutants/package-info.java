/**
 * Deliberate bugs: each of them, alone, must be noticed by the simulation or by a test, or it would not be noticed if it were
 * made by mistake. A mutant is a text file in {@code src/test/resources/mutants}: a slip in a few lines of the main
 * sources, and who catches it. Start reading at {@code MutantsTest}.
 */
@NullMarked
package io.quarkiverse.raftconfig.mutants;

import org.jspecify.annotations.NullMarked;
