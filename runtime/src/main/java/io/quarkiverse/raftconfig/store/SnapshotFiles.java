package io.quarkiverse.raftconfig.store;

import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.codec.ByteReader;
import io.quarkiverse.raftconfig.codec.ByteWriter;
import io.quarkiverse.raftconfig.codec.FieldCodec;
import io.quarkiverse.raftconfig.codec.MalformedException;
import io.quarkiverse.raftconfig.codec.MembershipCodec;
import io.quarkiverse.raftconfig.core.ClusterId;
import io.quarkiverse.raftconfig.core.Position;
import io.quarkiverse.raftconfig.core.SnapshotPoint;
import io.quarkiverse.raftconfig.log.RaftConfigLog;
import io.quarkiverse.raftconfig.node.RaftStore.SnapshotContent;
import io.quarkiverse.raftconfig.node.SnapshotSink;
import io.quarkiverse.raftconfig.node.StoreDamagedException;
import io.quarkiverse.raftconfig.node.StoredSnapshot;
import io.quarkiverse.raftconfig.store.Disk.DiskFile;

/**
 * Snapshots, a file each. One that is being written has a temporary name; which of the others counts, the superblock says.
 *
 * <pre>
 * header  i64 magic, i32 version 1, i32 length of the description, description, i32 CRC32C of these
 *         description: optional cluster id, snapshot point
 * chunk   i32 length (1 to 65536), i32 CRC32C of the chunk's number and its bytes, bytes
 * end     i32 0, i64 length of the content, i32 CRC32C of the content
 * </pre>
 */
final class SnapshotFiles {
    static final String TEMPORARY = "snapshot.tmp";
    /** Of one that comes from a leader, while own ones are written too. */
    static final String RECEIVED = "snapshot-received.tmp";

    private static final Pattern NAME = Pattern.compile("snapshot-[0-9]{19}-[0-9]{19}");
    private static final long MAGIC = 0x5241_4654_4346_534eL; // RAFTCFSN
    private static final int VERSION = 1;
    private static final int HEADER_BYTES = 16;
    private static final int END_BYTES = 16;
    private static final int CHUNK_HEADER_BYTES = 8;
    private static final int CHUNK_BYTES = 64 << 10;
    private static final int DESCRIPTION_BYTES_MAX = 1 << 20;

    private final Disk disk;

    SnapshotFiles(Disk disk) {
        this.disk = disk;
    }

    static boolean isSnapshot(String name) {
        return NAME.matcher(name).matches();
    }

    /** Names sort by index, then by term. */
    static String name(Position last) {
        return String.format("snapshot-%019d-%019d", last.index(), last.term());
    }

    boolean exists(Position last) throws IOException {
        return disk.list().contains(name(last));
    }

    /** Writes a snapshot, whole and durable, in the place of one of the same position that may be there. */
    void write(SnapshotPoint point, @Nullable ClusterId clusterId, SnapshotContent content) throws IOException {
        try (Growing file = new Growing(TEMPORARY, point, clusterId)) {
            OutputStream out = new BufferedOutputStream(file.chunks, CHUNK_BYTES);
            content.writeTo(out);
            out.flush();
            file.finish();
        }
    }

    /** Begins a snapshot whose bytes are still to come. */
    SnapshotSink receive(SnapshotPoint point, @Nullable ClusterId clusterId) throws IOException {
        return new Growing(RECEIVED, point, clusterId);
    }

    /**
     * Opens a snapshot for reading. Every chunk is checked before a byte of it is handed out.
     *
     * @throws io.quarkiverse.raftconfig.node.StoreDamagedException if it is not there or not what was written, now or from
     *         the stream
     */
    StoredSnapshot read(SnapshotPoint point, @Nullable ClusterId clusterId) throws IOException {
        String name = name(point.last());
        if (!exists(point.last())) {
            throw damaged(name, "it is missing");
        }
        DiskFile file = disk.open(name);
        try {
            long chunks = checkHeader(name, file, point, clusterId);
            ByteReader end = new ByteReader(read(file, Math.max(chunks, file.size() - END_BYTES), END_BYTES));
            if (end.remaining() < END_BYTES || end.i32() != 0) {
                throw damaged(name, "it ends early");
            }
            return new StoredSnapshot(end.i64(), end.i32(), new Content(name, file, chunks));
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    /** Deletes what a crash has left: snapshots that were being written, or were written and never named. */
    void deleteUnnamed(Position named) throws IOException {
        for (String name : disk.list()) {
            if (name.equals(TEMPORARY) || name.equals(RECEIVED) || (isSnapshot(name) && name.compareTo(name(named)) > 0)) {
                disk.delete(name);
            }
        }
        deleteOld(named);
    }

    /** Deletes all older snapshots but the newest of them. */
    void deleteOld(Position named) throws IOException {
        List<String> older = disk.list().stream().filter(SnapshotFiles::isSnapshot)
                .filter(name -> name.compareTo(name(named)) < 0).sorted().toList();
        for (String name : older.subList(0, Math.max(0, older.size() - 1))) {
            disk.delete(name);
        }
    }

    private static byte[] header(SnapshotPoint point, @Nullable ClusterId clusterId) {
        ByteWriter out = new ByteWriter().i64(MAGIC).i32(VERSION).i32(0);
        FieldCodec.writeOptionalClusterId(out, clusterId);
        MembershipCodec.writeSnapshotPoint(out, point);
        out.i32At(HEADER_BYTES - 4, out.size() - HEADER_BYTES);
        out.i32(Checksum.of(out.array(), 0, out.size()));
        return out.toArray();
    }

    /** Returns where the chunks begin. */
    private long checkHeader(String name, DiskFile file, SnapshotPoint point, @Nullable ClusterId clusterId)
            throws IOException {
        byte[] head = read(file, 0, HEADER_BYTES);
        ByteReader fields = new ByteReader(head);
        if (head.length < HEADER_BYTES || fields.i64() != MAGIC) {
            throw damaged(name, "it is no snapshot");
        }
        int version = fields.i32();
        int length = fields.i32();
        if (length < 0 || length > DESCRIPTION_BYTES_MAX) {
            throw damaged(name, "its header lies about its length");
        }
        int end = HEADER_BYTES + length;
        byte[] header = read(file, 0, end + 4);
        if (header.length < end + 4 || new ByteReader(header, end, 4).i32() != Checksum.of(header, 0, end)) {
            throw damaged(name, "its header does not match its checksum");
        }
        if (version != VERSION) {
            throw RaftConfigLog.LOG.storeFormatUnknown(disk.path(),
                    "the file " + name + " is of format version " + version + "; this build reads " + VERSION);
        }
        try {
            ByteReader in = new ByteReader(header, HEADER_BYTES, length);
            ClusterId writtenFor = FieldCodec.readOptionalClusterId(in);
            SnapshotPoint written = MembershipCodec.readSnapshotPoint(in);
            in.end();
            if (!written.equals(point) || (writtenFor != null && !writtenFor.equals(clusterId))) {
                throw damaged(name, "it is of " + written.last() + " of cluster " + writtenFor);
            }
        } catch (MalformedException e) {
            throw damaged(name, "its header holds " + e.getMessage());
        }
        return header.length;
    }

    /** Fewer bytes at the end of the file. */
    private static byte[] read(DiskFile file, long at, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(new byte[length]);
        file.read(at, bytes);
        return Arrays.copyOf(bytes.array(), bytes.position());
    }

    private StoreDamagedException damaged(String name, String what) {
        return Damage.inFile(disk, name, what);
    }

    /** A snapshot that is being written; it has its name only at the end. */
    private final class Growing implements SnapshotSink {
        private final String temporary;
        private final SnapshotPoint point;
        private final DiskFile file;
        private final Chunks chunks;

        Growing(String temporary, SnapshotPoint point, @Nullable ClusterId clusterId) throws IOException {
            this.temporary = temporary;
            this.point = point;
            this.file = disk.create(temporary);
            byte[] header = header(point, clusterId);
            this.chunks = new Chunks(file, header.length);
            try {
                file.write(0, ByteBuffer.wrap(header));
            } catch (IOException | RuntimeException e) {
                file.close();
                throw e;
            }
        }

        @Override
        public void write(byte[] bytes) throws IOException {
            chunks.write(bytes, 0, bytes.length);
        }

        @Override
        public void finish() throws IOException {
            chunks.end();
            file.force();
            file.close();
            disk.rename(temporary, name(point.last()));
            disk.sync();
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }

    /** Makes a chunk of every write. */
    private static final class Chunks extends OutputStream {
        private final DiskFile file;
        private final CRC32C crc = new CRC32C();
        private long at;
        private long number;
        private long length;

        Chunks(DiskFile file, long at) {
            this.file = file;
            this.at = at;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] { (byte) b }, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int start, int count) throws IOException {
            for (int done = 0; done < count; done += CHUNK_BYTES) {
                int some = Math.min(CHUNK_BYTES, count - done);
                ByteBuffer chunk = ByteBuffer.allocate(CHUNK_HEADER_BYTES + some).putInt(some)
                        .putInt(Checksum.of(number, bytes, start + done, some)).put(bytes, start + done, some).flip();
                file.write(at, chunk);
                at += CHUNK_HEADER_BYTES + some;
                number++;
                length += some;
            }
            crc.update(bytes, start, count);
        }

        void end() throws IOException {
            file.write(at, ByteBuffer.allocate(END_BYTES).putInt(0).putLong(length).putInt((int) crc.getValue()).flip());
        }
    }

    /** Reads chunk by chunk. */
    private final class Content extends InputStream {
        private final String name;
        private final DiskFile file;
        private final CRC32C crc = new CRC32C();
        private InputStream chunk = InputStream.nullInputStream();
        private long at;
        private long number;
        private long length;
        private boolean ended;

        Content(String name, DiskFile file, long at) {
            this.name = name;
            this.file = file;
            this.at = at;
        }

        @Override
        public int read() throws IOException {
            return advance() ? chunk.read() : -1;
        }

        @Override
        public int read(byte[] target, int start, int count) throws IOException {
            if (count == 0) {
                return 0;
            }
            return advance() ? chunk.read(target, start, count) : -1;
        }

        /** Goes to the next chunk if this one is used up; false at the end. */
        private boolean advance() throws IOException {
            if (chunk.available() == 0 && !ended) {
                ByteReader head = new ByteReader(SnapshotFiles.read(file, at, CHUNK_HEADER_BYTES));
                int some = head.remaining() < CHUNK_HEADER_BYTES ? -1 : head.i32();
                if (some < 0 || some > CHUNK_BYTES) {
                    throw damaged(name, "it ends early or lies about the length of chunk " + number);
                } else if (some == 0) {
                    checkEnd();
                } else {
                    open(some, head.i32());
                }
            }
            return !ended;
        }

        private void open(int some, int checksum) throws IOException {
            byte[] bytes = SnapshotFiles.read(file, at + CHUNK_HEADER_BYTES, some);
            if (bytes.length < some || checksum != Checksum.of(number, bytes, 0, some)) {
                throw damaged(name, "chunk " + number + " does not match its checksum");
            }
            chunk = new ByteArrayInputStream(bytes);
            crc.update(bytes, 0, some);
            at += CHUNK_HEADER_BYTES + some;
            number++;
            length += some;
        }

        private void checkEnd() throws IOException {
            ByteReader end = new ByteReader(SnapshotFiles.read(file, at, END_BYTES));
            if (end.remaining() < END_BYTES || end.i32() != 0 || end.i64() != length
                    || end.i32() != (int) crc.getValue() || file.size() != at + END_BYTES) {
                throw damaged(name, "its end does not match its content");
            }
            ended = true;
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
