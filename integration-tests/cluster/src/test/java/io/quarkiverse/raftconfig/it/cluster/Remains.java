package io.quarkiverse.raftconfig.it.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a killed replica has left on its disk, and at which moment the kill must have come.
 *
 * @param files that are there
 * @param base just before the first entry of the log
 * @param last entry of the log
 * @param snapshot up to where the one goes that counts; 0 if none does
 */
record Remains(Set<String> files, long base, long last, long snapshot) {

    static final String RECEIVED = "snapshot-received.tmp";
    static final String TAKEN = "snapshot.tmp";
    static final String IMAGE = "image.tmp";
    static final Pattern SNAPSHOT = Pattern.compile("snapshot-([0-9]{19})-[0-9]{19}");

    private static final Pattern LOG = Pattern
            .compile("(?m)^log +(?:entries (\\d+) to (\\d+)|no entries behind index (\\d+))$");
    private static final Pattern COUNTS = Pattern.compile("(?m)^snapshot +(?:up to index (\\d+) |none)");

    /** Where a kill may come. */
    enum Moment {
        RECEIVING("while a snapshot of the leader was received"),
        INSTALLING("when one had come whole and was not installed"),
        TAKING("while an own snapshot was written"),
        NAMING("when it was written and did not count yet"),
        CUTTING("while the log before it was cut"),
        FOLDING("while the journal was folded into a new image of the log"),
        SENDING("of a leader, while it sent a snapshot"),
        BETWEEN("at no such moment");

        final String words;

        Moment(String words) {
            this.words = words;
        }
    }

    /** Of a replica that does not run. Its directory has to be sound, by the offline {@code verify}. */
    static Remains of(Replica dead) {
        String report = verify(dead.dataDirectory());
        Matcher log = LOG.matcher(report);
        Matcher counts = COUNTS.matcher(report);
        assertThat(log.find() && counts.find()).as(report).isTrue();
        long snapshot = counts.group(1) == null ? 0 : Long.parseLong(counts.group(1));
        boolean empty = log.group(1) == null;
        long base = empty ? Long.parseLong(log.group(3)) : Long.parseLong(log.group(1)) - 1;
        return new Remains(filesIn(dead.dataDirectory()), base, empty ? base : Long.parseLong(log.group(2)), snapshot);
    }

    static boolean isReceiving(Replica replica) {
        return filesIn(replica.dataDirectory()).contains(RECEIVED);
    }

    /** @param heldByAll whether no member lacked what the snapshot covers, so that nothing kept the log from being cut */
    Moment moment(boolean heldByAll) {
        long newest = files.stream().map(SNAPSHOT::matcher).filter(Matcher::matches)
                .mapToLong(name -> Long.parseLong(name.group(1))).max().orElse(0);
        if (files.contains(RECEIVED)) {
            return Moment.RECEIVING;
        } else if (newest > last) {
            return Moment.INSTALLING;
        } else if (files.contains(TAKEN)) {
            return Moment.TAKING;
        } else if (newest > snapshot) {
            return Moment.NAMING;
        } else if (files.contains(IMAGE)) {
            return Moment.FOLDING;
        } else if (heldByAll && base < snapshot) {
            return Moment.CUTTING;
        }
        return Moment.BETWEEN;
    }

    private static Set<String> filesIn(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            var names = new TreeSet<String>();
            files.forEach(file -> names.add(file.getFileName().toString()));
            return names;
        } catch (IOException e) {
            throw new UncheckedIOException("could not list " + directory, e);
        }
    }

    private static String verify(Path directory) {
        Path lib = ThreeReplicas.app().resolveSibling("lib");
        try {
            Process verify = Orphans.watch(new ProcessBuilder(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1",
                    "-XX:+UseSerialGC", "-cp", lib.resolve("main") + "/*:" + lib.resolve("boot") + "/*",
                    "io.quarkiverse.raftconfig.tool.RaftConfigTool", "verify", directory.toString()))
                    .redirectErrorStream(true).start());
            String report = new String(verify.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(verify.waitFor()).as(report).isZero();
            return report;
        } catch (IOException e) {
            throw new UncheckedIOException("could not verify " + directory, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UncheckedIOException(new InterruptedIOException("interrupted while " + directory + " was verified"));
        }
    }
}
