package io.quarkiverse.raftconfig.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

import io.quarkiverse.raftconfig.codec.ByteWriter;
import io.quarkiverse.raftconfig.codec.EntryCodec;
import io.quarkiverse.raftconfig.codec.FieldCodec;
import io.quarkiverse.raftconfig.core.Entry;
import io.quarkiverse.raftconfig.core.StorageId;
import io.quarkiverse.raftconfig.store.Workload.Found;

/** Every byte of a disk on which a node relies, by what it is part of. */
final class LiveBytes {
    /** Of the records, what is in the image and what is in the frames of the journals, apart. */
    enum Kind {
        IMAGE_HEADER,
        IMAGE_SLICE_HEADER,
        IMAGE_SUPERBLOCK,
        IMAGE_LOG_ENTRY,
        IMAGE_INDEX,
        FRAME_SECTOR_HEADER,
        FRAME_RANGES,
        FRAME_SUPERBLOCK,
        FRAME_LOG_ENTRY,
        FRAME_INDEX,
        SNAPSHOT_HEADER,
        SNAPSHOT_CONTENT,
        SNAPSHOT_END
    }

    record Place(String file, int at) {
    }

    private static final int IMAGE_HEADER_BYTES = 40;
    private static final int SLICE_HEADER_BYTES = 8;

    private final Map<Kind, List<Place>> places = new EnumMap<>(Kind.class);
    private final FaultyDisk disk;

    LiveBytes(FaultyDisk disk, Found sound) throws IOException {
        this.disk = disk;
        Image image = Image.read(disk);
        image(image, new Layout(image.slices(), sound));
        var volume = Recovery.open(disk.copy(), 0, Runnable::run, empty -> {
        });
        Layout layout = new Layout(volume.slices(), sound);
        for (long epoch = image.epoch(); epoch <= image.epoch() + 1; epoch++) {
            frames(epoch, layout);
        }
        snapshot(SnapshotFiles.name(sound.log().snapshot().last()));
    }

    List<Place> of(Kind kind) {
        return places.getOrDefault(kind, List.of());
    }

    private void add(Kind kind, String file, int at) {
        places.computeIfAbsent(kind, none -> new ArrayList<>()).add(new Place(file, at));
    }

    private void image(Image image, Layout layout) {
        int at = 0;
        while (at < IMAGE_HEADER_BYTES) {
            add(Kind.IMAGE_HEADER, Image.FILE, at++);
        }
        byte[] content = disk.content(Image.FILE);
        for (int slice = 0; slice < image.slices().size(); slice++) {
            int used = ByteBuffer.wrap(content).getInt(at);
            for (int i = 0; i < SLICE_HEADER_BYTES; i++) {
                add(Kind.IMAGE_SLICE_HEADER, Image.FILE, at++);
            }
            for (int i = 0; i < used; i++) {
                add(layout.kindAt(slice * Image.SLICE_BYTES + i, Kind.IMAGE_SUPERBLOCK, Kind.IMAGE_LOG_ENTRY, Kind.IMAGE_INDEX),
                        Image.FILE, at++);
            }
        }
    }

    private void frames(long epoch, Layout layout) {
        String file = Journal.file(epoch);
        byte[] content = disk.content(file);
        Sector first = Sector.read(content, 0);
        int at = 0;
        while (first != null && first.epoch() == epoch) {
            frame(file, content, at, first, layout);
            at += first.count() * Sector.BYTES;
            first = at < content.length ? Sector.read(content, at) : null;
        }
    }

    private void frame(String file, byte[] content, int at, Sector first, Layout layout) {
        byte[] payload = new byte[first.count() * Sector.PAYLOAD_BYTES];
        for (int i = 0; i < first.count(); i++) {
            System.arraycopy(content, at + i * Sector.BYTES + Sector.HEADER_BYTES, payload, i * Sector.PAYLOAD_BYTES,
                    Sector.PAYLOAD_BYTES);
            for (int j = 0; j < Sector.HEADER_BYTES; j++) {
                add(Kind.FRAME_SECTOR_HEADER, file, at + i * Sector.BYTES + j);
            }
        }
        ByteBuffer in = ByteBuffer.wrap(payload, 0, first.payloadBytes());
        in.getInt();
        int ranges = in.getInt();
        int done = 0;
        for (int i = 0; i < ranges; i++) {
            int offset = (int) in.getLong();
            int length = in.getInt();
            for (; done < in.position(); done++) {
                add(Kind.FRAME_RANGES, file, inFile(at, done));
            }
            for (int j = 0; j < length; j++, done++) {
                add(layout.kindAt(offset + j, Kind.FRAME_SUPERBLOCK, Kind.FRAME_LOG_ENTRY, Kind.FRAME_INDEX), file,
                        inFile(at, done));
            }
            in.position(done);
        }
        for (; done < first.payloadBytes(); done++) {
            add(Kind.FRAME_RANGES, file, inFile(at, done));
        }
    }

    private static int inFile(int frame, int payload) {
        return frame + payload / Sector.PAYLOAD_BYTES * Sector.BYTES + Sector.HEADER_BYTES + payload % Sector.PAYLOAD_BYTES;
    }

    private void snapshot(String file) {
        byte[] content = disk.content(file);
        int header = 16 + ByteBuffer.wrap(content).getInt(12) + 4;
        for (int at = 0; at < content.length; at++) {
            add(at < header ? Kind.SNAPSHOT_HEADER
                    : at < content.length - 16 ? Kind.SNAPSHOT_CONTENT : Kind.SNAPSHOT_END, file, at);
        }
    }

    /** Where in a volume the superblock is, and the entries of the log. */
    private static final class Layout {
        /** The first slice is MapDB's table of records. */
        private static final int RECORDS_AT = Image.SLICE_BYTES;

        private final byte[] volume;
        private final Kind[] kinds;

        Layout(List<byte[]> slices, Found sound) {
            this.volume = new byte[slices.size() * Image.SLICE_BYTES];
            for (int i = 0; i < slices.size(); i++) {
                System.arraycopy(slices.get(i), 0, volume, i * Image.SLICE_BYTES, Image.SLICE_BYTES);
            }
            this.kinds = new Kind[volume.length];
            findSuperblock();
            for (Entry entry : sound.log().entries()) {
                var out = new ByteWriter();
                EntryCodec.write(out, entry);
                int at = indexOf(out.toArray(), RECORDS_AT);
                if (at >= 0) {
                    mark(Kind.IMAGE_LOG_ENTRY, at - 4, at + out.size());
                }
            }
        }

        /** The record with this node's name near its beginning that matches its checksum. */
        private void findSuperblock() {
            var name = new ByteWriter();
            FieldCodec.writeNodeId(name, RaftStoreContract.NODE);
            FieldCodec.writeStorageId(name, new StorageId(1, 2));
            for (int at = indexOf(name.toArray(), RECORDS_AT); at >= 0; at = indexOf(name.toArray(), at + 1)) {
                int from = at - 13;
                int checksum = ByteBuffer.wrap(volume).getInt(from);
                for (int length = 60; length < 700; length++) {
                    if (Checksum.of(volume, from + 4, length) == checksum) {
                        mark(Kind.IMAGE_SUPERBLOCK, from, from + 4 + length);
                        return;
                    }
                }
            }
            throw new AssertionError("no superblock");
        }

        private int indexOf(byte[] wanted, int from) {
            for (int at = from; at <= volume.length - wanted.length; at++) {
                if (volume[at] == wanted[0]
                        && Arrays.equals(volume, at, at + wanted.length, wanted, 0, wanted.length)) {
                    return at;
                }
            }
            return -1;
        }

        private void mark(Kind kind, int from, int to) {
            Arrays.fill(kinds, from, to, kind);
        }

        Kind kindAt(int offset, Kind superblock, Kind entry, Kind index) {
            Kind kind = kinds[offset];
            return kind == Kind.IMAGE_SUPERBLOCK ? superblock : kind == Kind.IMAGE_LOG_ENTRY ? entry : index;
        }
    }
}
