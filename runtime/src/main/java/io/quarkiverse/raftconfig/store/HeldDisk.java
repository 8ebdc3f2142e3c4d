package io.quarkiverse.raftconfig.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * A disk that changes no more once it is closed: {@link #close} waits for the operations that are under way on other threads,
 * such as the write of a snapshot, and all later ones are refused. Then another process may have the directory, and shares no
 * file with a thread that has not noticed yet.
 */
final class HeldDisk implements Disk {
    private final Disk disk;
    private final ReadWriteLock lock = new ReentrantReadWriteLock();
    private boolean closed;

    HeldDisk(Disk disk) {
        this.disk = disk;
    }

    private interface Change<T> {
        T make() throws IOException;
    }

    private interface Act {
        void make() throws IOException;
    }

    private <T> T change(Change<T> change) throws IOException {
        // Shared: a commit does not wait for what the file thread writes.
        Lock shared = lock.readLock();
        shared.lock();
        try {
            if (closed) {
                throw new IOException("the store in " + path() + " is closed");
            }
            return change.make();
        } finally {
            shared.unlock();
        }
    }

    private void act(Act act) throws IOException {
        change(() -> {
            act.make();
            return true;
        });
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
        return new HeldFile(disk.open(name));
    }

    @Override
    public DiskFile create(String name) throws IOException {
        return new HeldFile(change(() -> disk.create(name)));
    }

    @Override
    public void rename(String from, String to) throws IOException {
        act(() -> disk.rename(from, to));
    }

    @Override
    public void delete(String name) throws IOException {
        act(() -> disk.delete(name));
    }

    @Override
    public void sync() throws IOException {
        act(disk::sync);
    }

    @Override
    public void close() throws IOException {
        Lock alone = lock.writeLock();
        alone.lock();
        try {
            closed = true;
            disk.close();
        } finally {
            alone.unlock();
        }
    }

    private final class HeldFile implements DiskFile {
        private final DiskFile file;

        HeldFile(DiskFile file) {
            this.file = file;
        }

        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        public void read(long position, ByteBuffer target) throws IOException {
            file.read(position, target);
        }

        @Override
        public void write(long position, ByteBuffer source) throws IOException {
            act(() -> file.write(position, source));
        }

        @Override
        public void force() throws IOException {
            act(file::force);
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
