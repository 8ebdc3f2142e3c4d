package io.quarkiverse.raftconfig.store;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.log.RaftConfigLog;

/** Says who may use a directory: one process that writes, or some that only read. */
final class DirectoryLock implements Closeable {
    private static final String FILE = "lock";

    /**
     * On Linux a lock belongs to the process and is lost when <em>any</em> channel to its file is closed, so a second
     * attempt within this process must not even open the file.
     */
    private static final Set<Path> LOCKED_HERE = ConcurrentHashMap.newKeySet();

    private final Path directory;
    /** Null if there was nothing to lock. */
    private final @Nullable FileChannel channel;
    private boolean closed;

    private DirectoryLock(Path directory, @Nullable FileChannel channel) {
        this.directory = directory;
        this.channel = channel;
    }

    private interface Opening {
        /** Null if there is nothing to lock. */
        @Nullable
        FileChannel open(Path file) throws IOException;
    }

    /**
     * For one who writes; makes the file that is locked.
     *
     * @param directory as {@link Path#toRealPath} has it
     * @throws IllegalStateException if another holds it; the message is for an operator
     */
    static DirectoryLock alone(Path directory, FileAttribute<?>[] attributes) throws IOException {
        return lock(directory, false, file -> FileChannel.open(file,
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE), attributes));
    }

    /** For one who only reads, and makes no file: where there is none to lock, no node has the directory. */
    static DirectoryLock shared(Path directory) throws IOException {
        return lock(directory, true, file -> Files.exists(file) ? FileChannel.open(file, StandardOpenOption.READ) : null);
    }

    private static DirectoryLock lock(Path directory, boolean shared, Opening opening) throws IOException {
        if (!LOCKED_HERE.add(directory)) {
            throw RaftConfigLog.LOG.dataDirectoryLocked(directory.toString());
        }
        FileChannel channel = null;
        try {
            channel = opening.open(directory.resolve(FILE));
            if (channel != null && tryLock(channel, shared) == null) {
                throw RaftConfigLog.LOG.dataDirectoryLocked(directory.toString());
            }
            return new DirectoryLock(directory, channel);
        } catch (IOException | RuntimeException e) {
            if (channel != null) {
                channel.close();
            }
            LOCKED_HERE.remove(directory);
            throw e;
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel, boolean shared) throws IOException {
        try {
            return channel.tryLock(0, Long.MAX_VALUE, shared);
        } catch (OverlappingFileLockException e) {
            // Held by this process all the same: by the same class of another class loader.
            return null;
        }
    }

    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        if (channel != null) {
            channel.close();
        }
        LOCKED_HERE.remove(directory);
    }
}
