package io.quarkiverse.raftconfig.mutants;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * One deliberate bug. Its file is to be read by people:
 *
 * <pre>
 * 6: commits an entry of an earlier term by counting
 * caught by simulation, seed 17: Leader Completeness
 * caught by test core.CommitRuleTest#figure8: expected: 0L
 *
 * core/Leader.java
 * &lt;&lt;&lt;&lt;
 *         if (index &gt; node.commitIndex() &amp;&amp; node.log.termAt(index) == node.term()) {
 * ====
 *         if (index &gt; node.commitIndex()) {
 * &gt;&gt;&gt;&gt;
 * </pre>
 *
 * @param file the name of its file, without the ending
 * @param number in the list of the bugs that must be caught; with a letter behind it, one more of the same kind; with one
 *        before it, of another list
 * @param bug what is wrong, in a few words
 * @param judges each of them must catch it
 * @param slips what is different in the sources
 */
record Mutant(String file, String number, String bug, List<Judge> judges, List<Slip> slips) {

    private static final Path SOURCES = Path.of("src/main/java/io/quarkiverse/raftconfig");
    private static final Path MUTANTS = Path.of("src/test/resources/mutants");
    private static final Pattern HEAD = Pattern.compile("(\\w+): (.+)");

    /**
     * @param source below the root package
     * @param sound whole lines of it, which are there once
     * @param sick what stands there instead
     */
    record Slip(String source, String sound, String sick) {
    }

    static List<Mutant> all() {
        try (Stream<Path> files = Files.list(MUTANTS)) {
            return files.filter(file -> file.toString().endsWith(".txt")).sorted().map(Mutant::read).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Mutant read(Path file) {
        String name = file.getFileName().toString();
        return parse(name.substring(0, name.length() - ".txt".length()), textOf(file));
    }

    static Mutant parse(String file, String text) {
        Lines lines = new Lines(file, Arrays.asList(text.split("\n", -1)));
        Matcher head = HEAD.matcher(lines.next());
        lines.require(head.matches(), "a number and a bug");
        List<Judge> judges = new ArrayList<>();
        while (!lines.peek().isEmpty()) {
            judges.add(Judge.parse(lines.next()));
        }
        lines.require(!judges.isEmpty(), "a judge");
        List<Slip> slips = new ArrayList<>();
        while (lines.skipEmpty()) {
            String source = slips.isEmpty() || !lines.peek().equals("<<<<") ? lines.next()
                    : slips.get(slips.size() - 1).source();
            lines.require(lines.next().equals("<<<<"), "<<<< behind the name of a source");
            slips.add(new Slip(source, lines.until("===="), lines.until(">>>>")));
        }
        lines.require(!slips.isEmpty(), "a slip");
        return new Mutant(file, head.group(1), head.group(2), List.copyOf(judges), List.copyOf(slips));
    }

    /**
     * The sources with the bug in them, by their path below the root package.
     *
     * @throws AssertionError if a slip does not fit them any more
     */
    SortedMap<String, String> sources() {
        SortedMap<String, String> sources = new TreeMap<>();
        for (Slip slip : slips) {
            String before = sources.computeIfAbsent(slip.source(), source -> textOf(SOURCES.resolve(source)));
            int at = before.indexOf(slip.sound());
            if (at < 0 || before.indexOf(slip.sound(), at + 1) >= 0) {
                throw new AssertionError("mutant " + file + " no longer fits " + slip.source() + ": these lines are there "
                        + (at < 0 ? "not at all" : "more than once") + ":\n" + slip.sound());
            }
            sources.put(slip.source(),
                    before.substring(0, at) + slip.sick() + before.substring(at + slip.sound().length()));
        }
        return sources;
    }

    /** A row of the table for people. */
    String row() {
        StringJoiner seeds = new StringJoiner(", ");
        StringJoiner invariants = new StringJoiner(", ");
        StringJoiner tests = new StringJoiner(", ");
        for (Judge judge : judges) {
            if (judge instanceof Judge.Simulation simulation) {
                seeds.add(String.valueOf(simulation.seed()));
                invariants.add(simulation.says());
            } else if (judge instanceof Judge.Test test) {
                tests.add("`" + test.method().substring(test.method().indexOf('.') + 1) + "`");
            }
        }
        return String.join(" | ", "| " + number, bug, seeds.toString(), invariants.toString(), tests + " |");
    }

    @Override
    public String toString() {
        return number + ": " + bug;
    }

    private static String textOf(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static final class Lines {
        private final String file;
        private final List<String> lines;
        private int at;

        Lines(String file, List<String> lines) {
            this.file = file;
            this.lines = lines;
        }

        String peek() {
            require(at < lines.size(), "one more line");
            return lines.get(at);
        }

        String next() {
            String line = peek();
            at++;
            return line;
        }

        /** False at the end. */
        boolean skipEmpty() {
            while (at < lines.size() && lines.get(at).isEmpty()) {
                at++;
            }
            return at < lines.size();
        }

        String until(String end) {
            StringBuilder text = new StringBuilder();
            for (String line = next(); !line.equals(end); line = next()) {
                text.append(line).append('\n');
            }
            return text.toString();
        }

        void require(boolean holds, String what) {
            if (!holds) {
                throw new AssertionError("mutant " + file + ", line " + at + ": there should be " + what);
            }
        }
    }
}
