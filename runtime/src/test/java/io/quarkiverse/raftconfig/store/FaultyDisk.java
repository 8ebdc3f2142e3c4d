package io.quarkiverse.raftconfig.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.IdentityHashMap;
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

        /** As another finds it who has nothing in memory. */
        Inode copy() {
            Inode copy = new Inode();
            copy.platter = platter.clone();
            copy.cache = platter.clone();
            return copy;
        }

        /** With all that is still to come. */
        Inode twin() {
            Inode twin = new Inode();
            twin.platter = platter.clone();
            twin.cache = cache.clone();
            twin.unforced.addAll(unforced);
            return twin;
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
    private long failUntil = Long.MAX_VALUE;
    private long powerCutAt = Long.MAX_VALUE;
    private String failure = "";
    private @Nullable String readFailure;
    private boolean powerOff;
    private long capacity = Long.MAX_VALUE;
    private int openFiles;
    private Watcher watcher = whole -> {
    };
    private Runnable before = () -> {
    };

    /** Sees the disk as a power cut or a kill would leave it in the middle of an operation that changes something. */
    interface Watcher {
        /** @param whole false if so far a part of a write was made, as a kill may leave it */
        void inTheMiddle(boolean whole);
    }

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
        failUntil = failAt;
        failure = message;
    }

    /** The n-th operation from now on, and all after it, fail. */
    synchronized void failFrom(long n, String message) {
        failAt(n, message);
        failUntil = Long.MAX_VALUE;
    }

    /** The next read fails, and no other. */
    synchronized void failNextRead(String message) {
        readFailure = message;
    }

    /** From now on there is room for so many bytes, those that are used already included. */
    synchronized void limit(long bytes) {
        capacity = bytes;
    }

    /** The bytes of all files. */
    synchronized long used() {
        return names.values().stream().mapToLong(inode -> inode.cache.length).sum();
    }

    /** How many files are open. */
    synchronized int openFiles() {
        return openFiles;
    }

    /** Called in the middle of each operation that changes something, on its thread. */
    synchronized void watch(Watcher each) {
        watcher = each;
    }

    /** Called before each operation that changes something, on its thread. */
    synchronized void before(Runnable each) {
        before = each;
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
        return afterPowerCut(Fate.random(random));
    }

    synchronized FaultyDisk afterPowerCut(Fate fate) {
        FaultyDisk after = new FaultyDisk(random);
        TreeMap<String, Inode> found = new TreeMap<>(durableNames);
        BitSet survivors = fate.names(unsynced.size());
        for (int i = 0; i < unsynced.size(); i++) {
            if (survivors.get(i)) {
                unsynced.get(i).forEach(name -> apply(name, found));
            }
        }
        found.forEach((name, inode) -> {
            reachPlatter(inode, fate);
            after.put(name, inode.copy());
        });
        return after;
    }

    /** How many sectors were written and not forced. */
    synchronized int unforcedSectors() {
        return names.values().stream().mapToInt(inode -> inode.unforced.size()).sum();
    }

    /** An independent disk in the same state, with all that is not durable yet. */
    synchronized FaultyDisk fork(long seed) {
        FaultyDisk fork = new FaultyDisk(new SplittableRandom(seed));
        IdentityHashMap<Inode, Inode> twins = new IdentityHashMap<>();
        durableNames.forEach((name, inode) -> fork.durableNames.put(name, twin(inode, twins)));
        names.forEach((name, inode) -> fork.names.put(name, twin(inode, twins)));
        for (List<NameChange> changes : unsynced) {
            fork.unsynced.add(changes.stream().map(change -> new NameChange(change.name,
                    change.inode == null ? null : twin(change.inode, twins))).toList());
        }
        return fork;
    }

    private static Inode twin(Inode inode, IdentityHashMap<Inode, Inode> twins) {
        return twins.computeIfAbsent(inode, Inode::twin);
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

    private static void reachPlatter(Inode inode, Fate fate) {
        int size = fate.size() ? inode.cache.length : inode.platter.length;
        BitSet survivors = fate.sectors(inode.unforced.size());
        for (int i = 0; i < inode.unforced.size(); i++) {
            if (survivors.get(i)) {
                inode.platter = with(inode.platter, inode.unforced.get(i));
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
        before.run();
        operations++;
        if (operations >= powerCutAt) {
            powerOff = true;
        }
        return operations >= failAt && operations <= failUntil;
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
            watcher.inTheMiddle(true);
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
        watcher.inTheMiddle(true);
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
        private boolean open = true;

        OpenFile(Inode inode) {
            this.inode = inode;
            openFiles++;
        }

        @Override
        public long size() {
            synchronized (FaultyDisk.this) {
                return inode.cache.length;
            }
        }

        @Override
        public void read(long position, ByteBuffer target) throws IOException {
            synchronized (FaultyDisk.this) {
                if (readFailure != null) {
                    IOException failed = new IOException(readFailure);
                    readFailure = null;
                    throw failed;
                }
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
                long grows = Math.max(0, position + source.remaining() - inode.cache.length);
                long tooMuch = fails ? 0 : Math.max(0, grows - Math.max(0, capacity - used()));
                int count = fails ? wholeSectors(position, source.remaining()) : source.remaining() - (int) tooMuch;
                int parts = 1 + count / (8 * Sector.BYTES);
                int done = 0;
                while (done < count) {
                    int some = Math.min(count - done, parts * Sector.BYTES);
                    write(position + done, source, some);
                    done += some;
                    if (!fails) {
                        watcher.inTheMiddle(done == count);
                    }
                }
                ends(fails);
                if (tooMuch > 0) {
                    throw new IOException("No space left on device");
                }
            }
        }

        private void write(long position, ByteBuffer source, int count) {
            byte[] bytes = new byte[count];
            source.get(bytes);
            inode.cache = with(inode.cache, new SectorWrite((int) position, Bytes.copyOf(bytes, 0, count)));
            int at = 0;
            while (at < count) {
                int next = Math.min(count, at + Sector.BYTES - (int) ((position + at) % Sector.BYTES));
                inode.unforced.add(new SectorWrite((int) position + at, Bytes.copyOf(bytes, at, next - at)));
                at = next;
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
                    reachPlatter(inode, Fate.random(random));
                    inode.unforced.clear();
                    ends(true);
                }
                watcher.inTheMiddle(true);
                if (!powerOff) {
                    inode.platter = Arrays.copyOf(inode.platter, inode.cache.length);
                    inode.unforced.forEach(write -> write.bytes.copyTo(inode.platter, write.at));
                    inode.unforced.clear();
                }
                ends(fails);
            }
        }

        @Override
        public void close() {
            synchronized (FaultyDisk.this) {
                openFiles -= open ? 1 : 0;
                open = false;
            }
        }
    }
}
