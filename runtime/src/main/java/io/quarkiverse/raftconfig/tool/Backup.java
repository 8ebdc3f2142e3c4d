package io.quarkiverse.raftconfig.tool;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/** A copy of a data directory. It has its name once it is whole and durable; what a crash leaves ends in {@code .part}. */
final class Backup {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);
    private static final String LOCK = "lock";

    private Backup() {
    }

    /**
     * @param target null for one beside the directory, with the time in its name
     * @return where it is
     * @throws Recover.RefusedException if it can't be made
     */
    static Path of(Path directory, @Nullable Path target, Instant now) throws Recover.RefusedException {
        try {
            Path from = directory.toRealPath();
            Path to = target != null ? target.toAbsolutePath()
                    : from.resolveSibling(from.getFileName() + ".before-recovery-" + TIME.format(now));
            if (Files.exists(to)) {
                throw new Recover.RefusedException(to + " is there already. Name another place with --backup. Nothing was "
                        + "changed.");
            }
            copy(from, to);
            return to;
        } catch (IOException e) {
            throw new Recover.RefusedException(
                    "No copy of the directory could be made: " + describe(e) + ". Name a place where "
                            + "one has room with --backup. Nothing was changed.");
        }
    }

    private static String describe(IOException e) {
        // Of these, the message may be no more than the path.
        return e instanceof FileSystemException ? e.getClass().getSimpleName() + ": " + e.getMessage()
                : String.valueOf(e.getMessage());
    }

    private static void copy(Path from, Path to) throws IOException {
        Path part = to.resolveSibling(to.getFileName() + ".part");
        Files.createDirectory(part);
        try (Stream<Path> files = Files.list(from)) {
            List<Path> all = files.filter(file -> Files.isRegularFile(file) && !file.endsWith(LOCK)).toList();
            for (Path file : all) {
                Path copy = part.resolve(file.getFileName());
                Files.copy(file, copy, StandardCopyOption.COPY_ATTRIBUTES);
                sync(copy, StandardOpenOption.WRITE);
            }
        }
        if (part.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.setPosixFilePermissions(part, Files.getPosixFilePermissions(from));
        }
        sync(part, StandardOpenOption.READ);
        Files.move(part, to, StandardCopyOption.ATOMIC_MOVE);
        Path parent = to.getParent();
        if (parent != null) {
            sync(parent, StandardOpenOption.READ);
        }
    }

    private static void sync(Path path, StandardOpenOption option) throws IOException {
        try (FileChannel channel = FileChannel.open(path, option)) {
            channel.force(true);
        }
    }
}
