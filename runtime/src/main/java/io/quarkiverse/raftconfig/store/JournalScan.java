package io.quarkiverse.raftconfig.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.ObjIntConsumer;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.node.StoreDamagedException;
import io.quarkiverse.raftconfig.store.Disk.DiskFile;

/**
 * Reads one journal file as a crash may have left it, and tells a tail that was never written whole from damage.
 * <p>
 * A frame counts once all its sectors were written and forced, and the next is begun only then. So of the frames of an
 * epoch, whole ones come first, at most one torn one behind them, and nothing of that epoch after it. A sector that a power
 * cut kept from being written holds what it held before: zeros, or a sector of two epochs ago. Everything else is damage:
 * a sector of a later frame, one that is not what it says it is among those of the torn frame, or one in the first place
 * where the next frame would begin.
 */
final class JournalScan {
    private final Disk disk;
    private final String name;
    private final DiskFile file;
    private final byte[] bytes;
    private final int sectors;
    private final @Nullable Sector[] parsed;
    private int position;
    private int lastFrameAt = -1;
    private boolean tailToCut;

    private JournalScan(Disk disk, String name, DiskFile file, byte[] bytes) {
        this.disk = disk;
        this.name = name;
        this.file = file;
        this.bytes = bytes;
        this.sectors = bytes.length / Sector.BYTES;
        this.parsed = new Sector[sectors];
        for (int at = 0; at < sectors; at++) {
            parsed[at] = Sector.read(bytes, at * Sector.BYTES);
        }
    }

    static JournalScan read(Disk disk, String name, DiskFile file, int sectors) throws IOException {
        long size = file.size();
        if (size != (long) sectors * Sector.BYTES) {
            throw Damage.in(disk, "the file " + name + " has " + size + " bytes instead of "
                    + (long) sectors * Sector.BYTES);
        }
        byte[] bytes = new byte[sectors * Sector.BYTES];
        file.read(0, ByteBuffer.wrap(bytes));
        return new JournalScan(disk, name, file, bytes);
    }

    /** True if a file of whatever length holds nothing that a journal was ever given. */
    static boolean isBlank(DiskFile file) throws IOException {
        byte[] buffer = new byte[Sector.BYTES];
        for (long at = 0; at < file.size(); at += Sector.BYTES) {
            file.read(at, ByteBuffer.wrap(buffer));
            if (!Sector.isZero(buffer, 0)) {
                return false;
            }
            // The last sector may be cut short.
            Arrays.fill(buffer, (byte) 0);
        }
        return true;
    }

    /** The sector behind the last whole frame. */
    int position() {
        return position;
    }

    /** True if at least one whole frame was found. */
    boolean hasFrames() {
        return lastFrameAt >= 0;
    }

    /** Refuses sectors that can't be in this file: of an epoch later than {@code newest}, or of one for the other file. */
    void refuseEpochsAfter(long newest) {
        for (int at = 0; at < sectors; at++) {
            Sector sector = sector(at);
            if (sector != null && sector.epoch() > newest) {
                throw damaged("at sector " + at + " it is of epoch " + sector.epoch() + ", but the file " + Image.FILE
                        + " is older than that");
            } else if (sector != null && !Journal.file(sector.epoch()).equals(name)) {
                throw damaged("at sector " + at + " it is of epoch " + sector.epoch() + ", which is the other journal's");
            }
        }
    }

    /**
     * Hands over the payloads of all whole frames of {@code epoch}.
     *
     * @param last the last sequence known so far
     * @param overlap whether the first frames may be among those known already
     * @param frames is given each payload that is not known, with its length
     * @return the last sequence known now
     */
    long replay(long epoch, long last, boolean overlap, ObjIntConsumer<byte[]> frames) {
        long previous = -1;
        Sector first = frameAt(0, epoch);
        while (first != null) {
            boolean follows = previous >= 0 ? first.sequence() == previous + 1
                    : overlap ? first.sequence() <= last + 1 : first.sequence() == last + 1;
            if (!follows) {
                throw damaged("frame " + first.sequence() + " at sector " + position + " comes after frame "
                        + (previous >= 0 ? previous : last));
            }
            previous = first.sequence();
            byte[] payload = payload(first);
            if (previous > last) {
                frames.accept(payload, first.payloadBytes());
            }
            lastFrameAt = position;
            position += first.count();
            first = frameAt(position, epoch);
        }
        if (previous >= 0 && previous < last) {
            throw damaged("its last frame is " + previous + ", but frames up to " + last + " were acknowledged");
        }
        long known = Math.max(previous, last);
        judgeTail(epoch, known + 1);
        return known;
    }

    /**
     * Makes sure of what was found: the last frame may never have reached the disk, if the process was killed before it
     * was forced, so it is written once more, as it is. What is left of a torn frame is overwritten with zeros, so that the
     * next frame, of the same number, can't be mistaken for it.
     */
    void makeDurable() throws IOException {
        if (lastFrameAt >= 0) {
            int from = lastFrameAt * Sector.BYTES;
            file.write(from, ByteBuffer.wrap(bytes, from, (position - lastFrameAt) * Sector.BYTES));
        }
        if (tailToCut) {
            Journal.clear(file, position, sectors, new byte[256 * Sector.BYTES]);
        }
        file.force();
    }

    /** The first sector of a whole frame of {@code epoch} at {@code at}; null if there is none. */
    private @Nullable Sector frameAt(int at, long epoch) {
        Sector first = sector(at);
        if (first == null || first.epoch() != epoch || first.number() != 0 || first.count() > sectors - at) {
            return null;
        }
        for (int i = 1; i < first.count(); i++) {
            Sector sector = sector(at + i);
            if (sector == null || !sector.isOfSameFrame(first) || sector.number() != i) {
                return null;
            }
        }
        return first;
    }

    private byte[] payload(Sector first) {
        int length = first.payloadBytes();
        if (length < Frame.BYTES_MIN || Sector.count(length) != first.count()) {
            throw damaged("frame " + first.sequence() + " claims " + length + " bytes in " + first.count() + " sectors");
        }
        byte[] payload = new byte[length];
        for (int i = 0; i < first.count(); i++) {
            int from = i * Sector.PAYLOAD_BYTES;
            System.arraycopy(bytes, first.start() + i * Sector.BYTES, payload, from,
                    Math.min(Sector.PAYLOAD_BYTES, length - from));
        }
        return payload;
    }

    /** Looks at all that is behind the whole frames. */
    private void judgeTail(long epoch, long next) {
        Sector torn = null;
        for (int at = position; at < sectors; at++) {
            Sector sector = sector(at);
            if (sector == null) {
                tailToCut |= !isZero(at);
            } else if (sector.epoch() == epoch) {
                boolean partOfNext = sector.sequence() == next && sector.number() == at - position
                        && (torn == null || torn.isOfSameFrame(sector));
                if (!partOfNext) {
                    throw damaged("frame " + next + " at sector " + position + " is not whole, but frame "
                            + sector.sequence() + " behind it was begun");
                }
                torn = sector;
                tailToCut = true;
            }
        }
        int suspects = torn != null ? torn.count() : 1;
        boolean missing = position >= sectors;
        boolean rotten = false;
        for (int at = position; at < Math.min(sectors, position + suspects); at++) {
            Sector sector = sector(at);
            missing |= sector != null ? sector.epoch() != epoch : isZero(at);
            rotten |= sector == null && !isZero(at);
        }
        if (rotten && !missing) {
            throw damaged("a sector of frame " + next + " at sector " + position + " does not match its checksum");
        }
    }

    private @Nullable Sector sector(int at) {
        return at < sectors ? parsed[at] : null;
    }

    private boolean isZero(int at) {
        return Sector.isZero(bytes, at * Sector.BYTES);
    }

    private StoreDamagedException damaged(String what) {
        return Damage.inFile(disk, name, what);
    }
}
