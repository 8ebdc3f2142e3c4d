package io.quarkiverse.raftconfig.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.log.RaftConfigLog;

/** A real directory, for its owner only, and locked: a second process that wrote to it would make two nodes of one. */
final class DirectoryDisk implements Disk {
    private static final String LOCK = "lock";

    /**
     * On Linux a lock belongs to the process and is lost when <em>any</em> channel to its file is closed, so a second
     * attempt within this process must not even open the file.
     */
    private static final Set<Path> LOCKED_HERE = ConcurrentHashMap.newKeySet();

    private final Path directory;
    private final boolean posix;
    private final FileChannel lock;

    private DirectoryDisk(Path directory, boolean posix, FileChannel lock) {
        this.directory = directory;
        this.posix = posix;
        this.lock = lock;
    }

    /**
     * Makes the directory if it is not there, and locks it.
     *
     * @throws IllegalStateException if that can't be done; the message is for an operator
     */
    static DirectoryDisk open(Path path) {
        try {
            boolean posix = path.getFileSystem().supportedFileAttributeViews().contains("posix");
            if (!Files.isDirectory(path)) {
                make(path, posix);
            }
            Path directory = path.toRealPath();
            if (!LOCKED_HERE.add(directory)) {
                throw RaftConfigLog.LOG.dataDirectoryLocked(directory.toString());
            }
            FileChannel lock = null;
            try {
                lock = FileChannel.open(directory.resolve(LOCK),
                        Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE), attributes(posix, "rw-------"));
                if (tryLock(lock) == null) {
                    throw RaftConfigLog.LOG.dataDirectoryLocked(directory.toString());
                }
                return new DirectoryDisk(directory, posix, lock);
            } catch (IOException | RuntimeException e) {
                if (lock != null) {
                    lock.close();
                }
                LOCKED_HERE.remove(directory);
                throw e;
            }
        } catch (IOException e) {
            throw RaftConfigLog.LOG.dataDirectoryUnusable(path.toString(), reason(e), e);
        }
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

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            // Held by this process all the same: by the same class of another class loader.
            return null;
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
                FileChannel.open(directory.resolve(name), StandardOpenOption.READ, StandardOpenOption.WRITE));
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
        if (lock.isOpen()) {
            lock.close();
            LOCKED_HERE.remove(directory);
        }
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
