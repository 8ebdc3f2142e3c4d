package io.quarkiverse.raftconfig.runtime;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.log.RaftConfigLog;

/**
 * Where a node keeps its data: a directory that stays, or, where nothing is to be found again at the next start, a new one
 * that goes with the node.
 */
record DataDirectory(Path path, boolean temporary) {
    private static final Path TEMPORARY_ONES = Path.of("target", "raft-config");

    /** @param path null for a new one */
    static DataDirectory of(@Nullable Path path) {
        if (path != null) {
            return new DataDirectory(path, false);
        }
        try {
            Files.createDirectories(TEMPORARY_ONES);
            return new DataDirectory(Files.createTempDirectory(TEMPORARY_ONES, "test-"), true);
        } catch (IOException e) {
            throw new UncheckedIOException("no new directory could be made in " + TEMPORARY_ONES.toAbsolutePath(), e);
        }
    }

    /** The node is gone. */
    void release() {
        if (!temporary) {
            return;
        }
        try (Stream<Path> files = Files.walk(path)) {
            List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
            for (Path file : deepestFirst) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            RaftConfigLog.LOG.temporaryDirectoryLeft(path.toString(), e.getClass().getSimpleName());
        }
    }
}
