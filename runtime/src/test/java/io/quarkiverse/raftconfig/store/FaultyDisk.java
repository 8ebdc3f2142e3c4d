package io.quarkiverse.raftconfig.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.core.Bytes;

/**
 * A disk in memory that does the worst a disk may do.
 * <p>
 * Until a file is forced, each sector written to it may be on the platter or not; until the directory is synced, each file
 * made, renamed or deleted may be, or not. A sector is written whole or not at all, and of two writes to one sector the later
 * never reaches the platter before the earlier. A force that fails leaves some of the sectors unwritten, and the system
 * forgets that they were to be written, though who reads them still sees them.
 */
final class FaultyDisk implements Disk {
    /** What every operation throws once the power is off. */
    static final class PowerCut extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private static final class Inode {
        private byte[] platter = new byte[0];
        private byte[] cache = new byte[0];
        private final List<SectorWrite> unforced = new ArrayList<>();

        Inode copy() {
            Inode copy = new Inode();
            copy.platter = platter.clone();
            copy.cache = platter.clone();
            return copy;
        }
    }

    private record SectorWrite(int at, Bytes bytes) {
    }

    /** A name given to a file, or taken away. */
    private record NameChange(String name, @Nullable Inode inode) {
    }

    private final SplittableRandom random;
    private final TreeMap<String, Inode> durableNames = new TreeMap<>();
    private final TreeMap<String, Inode> names = new TreeMap<>();
    /** Changes of one operation stand together: a rename is atomic. */
    private final List<List<NameChange>> unsynced = new ArrayList<>();
    private long operations;
    private long failAt = Long.MAX_VALUE;
    private long powerCutAt = Long.MAX_VALUE;
    private String failure = "";
    private boolean powerOff;

    FaultyDisk(SplittableRandom random) {
        this.random = random;
    }

    /** How many operations that change something were begun. */
    synchronized long operations() {
        return operations;
    }

    /** The n-th operation from now on, and no other, fails. */
    synchronized void failAt(long n, String message) {
        failAt = operations + n;
        failure = message;
    }

    /** The power goes off in the middle of the n-th operation from now on. */
    synchronized void cutPowerAt(long n) {
        powerCutAt = operations + n;
    }

    synchronized boolean isPowerOff() {
        return powerOff;
    }

    /** The disk as it is when the power is on again. */
    synchronized FaultyDisk afterPowerCut() {
        FaultyDisk after = new FaultyDisk(random);
        TreeMap<String, Inode> found = new TreeMap<>(durableNames);
        double kept = share();
        for (List<NameChange> change : unsynced) {
            if (random.nextDouble() < kept) {
                change.forEach(name -> apply(name, found));
            }
        }
        found.values().forEach(this::reachPlatter);
        found.forEach((name, inode) -> after.put(name, inode.copy()));
        return after;
    }

    /** The disk as another process finds it when this one was killed: what was written and not forced is still to come. */
    synchronized FaultyDisk afterKill() {
        FaultyDisk after = new FaultyDisk(random);
        after.durableNames.putAll(durableNames);
        after.names.putAll(names);
        after.unsynced.addAll(unsynced);
        return after;
    }

    /** An independent disk with the same files, all durable. */
    synchronized FaultyDisk copy() {
        FaultyDisk copy = new FaultyDisk(random.split());
        names.forEach((name, inode) -> {
            Inode durable = new Inode();
            durable.platter = inode.cache.clone();
            copy.put(name, durable.copy());
        });
        return copy;
    }

    synchronized byte[] content(String name) {
        return inode(name).cache.clone();
    }

    synchronized void setContent(String name, byte[] content) {
        Inode inode = new Inode();
        inode.platter = content.clone();
        put(name, inode.copy());
    }

    private void put(String name, Inode inode) {
        names.put(name, inode);
        durableNames.put(name, inode);
    }

    private Inode inode(String name) {
        Inode inode = names.get(name);
        if (inode == null) {
            throw new IllegalArgumentException("no file " + name);
        }
        return inode;
    }

    /** All, none, or some: extremes are where bugs are. */
    private double share() {
        return switch (random.nextInt(4)) {
            case 0 -> 0;
            case 1 -> 1;
            default -> random.nextDouble();
        };
    }

    private void reachPlatter(Inode inode) {
        double kept = share();
        int size = random.nextBoolean() ? inode.cache.length : inode.platter.length;
        for (SectorWrite write : inode.unforced) {
            if (random.nextDouble() < kept) {
                inode.platter = with(inode.platter, write);
            }
        }
        inode.platter = Arrays.copyOf(inode.platter, size);
    }

    private static byte[] with(byte[] content, SectorWrite write) {
        byte[] result = Arrays.copyOf(content, Math.max(content.length, write.at + write.bytes.length()));
        write.bytes.copyTo(result, write.at);
        return result;
    }

    private static void apply(NameChange change, Map<String, Inode> to) {
        if (change.inode == null) {
            to.remove(change.name);
        } else {
            to.put(change.name, change.inode);
        }
    }

    /** True if this operation is the one that fails. */
    private boolean begins() {
        if (powerOff) {
            throw new PowerCut();
        }
        operations++;
        if (operations >= powerCutAt) {
            powerOff = true;
        }
        return operations == failAt;
    }

    private void ends(boolean fails) throws IOException {
        if (powerOff) {
            throw new PowerCut();
        }
        if (fails) {
            throw new IOException(failure);
        }
    }

    private void change(NameChange... changes) throws IOException {
        boolean fails = begins();
        if (!fails) {
            for (NameChange change : changes) {
                apply(change, names);
            }
            unsynced.add(List.of(changes));
        }
        ends(fails);
    }

    @Override
    public String path() {
        return "/data";
    }

    @Override
    public synchronized List<String> list() {
        return List.copyOf(names.keySet());
    }

    @Override
    public synchronized DiskFile open(String name) throws IOException {
        if (!names.containsKey(name)) {
            throw new NoSuchFileException(name);
        }
        return new OpenFile(inode(name));
    }

    @Override
    public synchronized DiskFile create(String name) throws IOException {
        Inode inode = new Inode();
        change(new NameChange(name, inode));
        return new OpenFile(inode);
    }

    @Override
    public synchronized void rename(String from, String to) throws IOException {
        change(new NameChange(to, inode(from)), new NameChange(from, null));
    }

    @Override
    public synchronized void delete(String name) throws IOException {
        change(new NameChange(name, null));
    }

    @Override
    public synchronized void sync() throws IOException {
        boolean fails = begins();
        if (!fails && !powerOff) {
            durableNames.clear();
            durableNames.putAll(names);
            unsynced.clear();
        }
        ends(fails);
    }

    @Override
    public void close() {
    }

    private final class OpenFile implements DiskFile {
        private final Inode inode;

        OpenFile(Inode inode) {
            this.inode = inode;
        }

        @Override
        public long size() {
            synchronized (FaultyDisk.this) {
                return inode.cache.length;
            }
        }

        @Override
        public void read(long position, ByteBuffer target) {
            synchronized (FaultyDisk.this) {
                int count = Math.min(target.remaining(), Math.max(0, inode.cache.length - (int) position));
                if (count > 0) {
                    target.put(inode.cache, (int) position, count);
                }
            }
        }

        @Override
        public void write(long position, ByteBuffer source) throws IOException {
            synchronized (FaultyDisk.this) {
                boolean fails = begins();
                int count = fails ? wholeSectors(position, source.remaining()) : source.remaining();
                byte[] bytes = new byte[count];
                source.get(bytes);
                inode.cache = with(inode.cache, new SectorWrite((int) position, Bytes.copyOf(bytes, 0, count)));
                int at = 0;
                while (at < count) {
                    int next = Math.min(count, at + Sector.BYTES - (int) ((position + at) % Sector.BYTES));
                    inode.unforced.add(new SectorWrite((int) position + at, Bytes.copyOf(bytes, at, next - at)));
                    at = next;
                }
                ends(fails);
            }
        }

        /** A write that fails may have been made in part. */
        private int wholeSectors(long position, int length) {
            long end = position + random.nextInt(length + 1);
            return (int) Math.max(0, end - end % Sector.BYTES - position);
        }

        @Override
        public void force() throws IOException {
            synchronized (FaultyDisk.this) {
                boolean fails = begins();
                if (fails) {
                    reachPlatter(inode);
                    inode.unforced.clear();
                } else if (!powerOff) {
                    inode.platter = Arrays.copyOf(inode.platter, inode.cache.length);
                    inode.unforced.forEach(write -> write.bytes.copyTo(inode.platter, write.at));
                    inode.unforced.clear();
                }
                ends(fails);
            }
        }

        @Override
        public void close() {
        }
    }
}
