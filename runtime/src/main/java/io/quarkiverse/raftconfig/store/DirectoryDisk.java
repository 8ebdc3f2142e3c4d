package io.quarkiverse.raftconfig.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

import io.quarkiverse.raftconfig.log.RaftConfigLog;

/** A real directory, for its owner only, and locked: a second process that wrote to it would make two nodes of one. */
final class DirectoryDisk implements Disk {
    private final Path directory;
    private final boolean posix;
    private final Set<OpenOption> opening;
    private final DirectoryLock lock;

    private DirectoryDisk(Path directory, boolean posix, Set<OpenOption> opening, DirectoryLock lock) {
        this.directory = directory;
        this.posix = posix;
        this.opening = opening;
        this.lock = lock;
    }

    /**
     * Makes the directory if it is not there, and locks it.
     *
     * @throws IllegalStateException if that can't be done; the message is for an operator
     */
    static DirectoryDisk open(Path path) {
        try {
            boolean posix = isPosix(path);
            if (!Files.isDirectory(path)) {
                make(path, posix);
            }
            Path directory = path.toRealPath();
            return new DirectoryDisk(directory, posix, Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE),
                    DirectoryLock.alone(directory, attributes(posix, "rw-------")));
        } catch (IOException e) {
            throw unusable(path, e);
        }
    }

    /**
     * A directory that is there, for reading: no file is opened for writing, and the lock, if there is one, is shared with
     * others who only read. It still has to be kept from changes: see {@link LookedAtDisk}.
     *
     * @throws IllegalStateException as {@link #open}
     */
    static DirectoryDisk look(Path path) {
        try {
            Path directory = path.toRealPath();
            return new DirectoryDisk(directory, isPosix(path), Set.of(StandardOpenOption.READ),
                    DirectoryLock.shared(directory));
        } catch (IOException e) {
            throw unusable(path, e);
        }
    }

    private static boolean isPosix(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    private static IllegalStateException unusable(Path path, IOException e) {
        return RaftConfigLog.LOG.dataDirectoryUnusable(path.toString(), reason(e), e);
    }

    /** A directory is there after a power cut only if the one above it was synced, too. */
    private static void make(Path path, boolean posix) throws IOException {
        List<Path> parents = new ArrayList<>();
        Path parent = path.toAbsolutePath().getParent();
        while (parent != null && !Files.isDirectory(parent)) {
            parents.add(parent);
            parent = parent.getParent();
        }
        if (parent != null) {
            parents.add(parent);
        }
        Files.createDirectories(path, attributes(posix, "rwx------"));
        for (Path made : parents) {
            sync(made);
        }
    }

    private static void sync(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static String reason(IOException e) {
        String name = e.getClass().getSimpleName();
        return e instanceof FileSystemException ? name : name + ": " + e.getMessage();
    }

    private static FileAttribute<?>[] attributes(boolean posix, String permissions) {
        return posix ? new FileAttribute<?>[] {
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions)) }
                : new FileAttribute<?>[0];
    }

    @Override
    public String path() {
        return directory.toString();
    }

    @Override
    public List<String> list() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    @Override
    public DiskFile open(String name) throws IOException {
        return new ChannelFile(
                FileChannel.open(directory.resolve(name), opening));
    }

    @Override
    public DiskFile create(String name) throws IOException {
        return new ChannelFile(FileChannel.open(directory.resolve(name), Set.of(StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.READ, StandardOpenOption.WRITE),
                attributes(posix, "rw-------")));
    }

    @Override
    public void rename(String from, String to) throws IOException {
        Files.move(directory.resolve(from), directory.resolve(to), StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public void delete(String name) throws IOException {
        Files.delete(directory.resolve(name));
    }

    @Override
    public void sync() throws IOException {
        sync(directory);
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }

    private record ChannelFile(FileChannel channel) implements DiskFile {
        @Override
        public long size() throws IOException {
            return channel.size();
        }

        @Override
        public void read(long position, ByteBuffer target) throws IOException {
            long at = position;
            while (target.hasRemaining()) {
                int count = channel.read(target, at);
                if (count < 0) {
                    return;
                }
                at += count;
            }
        }

        @Override
        public void write(long position, ByteBuffer source) throws IOException {
            long at = position;
            while (source.hasRemaining()) {
                at += channel.write(source, at);
            }
        }

        /** fdatasync: it writes the size too when that has changed, and nothing else that we need. */
        @Override
        public void force() throws IOException {
            channel.force(false);
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
