package io.quarkiverse.raftconfig.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * A disk that is looked at: what is there is read, and every change is taken and forgotten. A store can be opened on it as a
 * node would open it, with all that a start checks, and nothing is mended, cut off or deleted. What was changed can't be
 * read again, and an opening never does.
 */
final class LookedAtDisk implements Disk {
    private final Disk disk;

    LookedAtDisk(Disk disk) {
        this.disk = disk;
    }

    @Override
    public String path() {
        return disk.path();
    }

    @Override
    public List<String> list() throws IOException {
        return disk.list();
    }

    @Override
    public DiskFile open(String name) throws IOException {
        return new LookedAtFile(disk.open(name));
    }

    @Override
    public DiskFile create(String name) {
        return NOTHING;
    }

    @Override
    public void rename(String from, String to) {
        // forgotten
    }

    @Override
    public void delete(String name) {
        // forgotten
    }

    @Override
    public void sync() {
        // nothing to make durable
    }

    @Override
    public void close() throws IOException {
        disk.close();
    }

    private record LookedAtFile(DiskFile file) implements DiskFile {
        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        public void read(long position, ByteBuffer target) throws IOException {
            file.read(position, target);
        }

        @Override
        public void write(long position, ByteBuffer source) {
            source.position(source.limit());
        }

        @Override
        public void force() {
            // nothing to make durable
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }

    /** A file that was made: nobody will read it. */
    private static final DiskFile NOTHING = new DiskFile() {
        @Override
        public long size() {
            return 0;
        }

        @Override
        public void read(long position, ByteBuffer target) {
            // empty
        }

        @Override
        public void write(long position, ByteBuffer source) {
            source.position(source.limit());
        }

        @Override
        public void force() {
            // nothing to make durable
        }

        @Override
        public void close() {
            // nothing is open
        }
    };
}
