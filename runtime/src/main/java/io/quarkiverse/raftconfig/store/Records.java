package io.quarkiverse.raftconfig.store;

import java.util.function.Consumer;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import org.mapdb.DBException;
import org.mapdb.IndexTreeLongLongMap;
import org.mapdb.Serializer;
import org.mapdb.StoreDirect;
import org.mapdb.volume.Volume;
import org.mapdb.volume.VolumeFactory;

import io.quarkiverse.raftconfig.codec.ByteReader;
import io.quarkiverse.raftconfig.codec.ByteWriter;
import io.quarkiverse.raftconfig.codec.MalformedException;

/**
 * What we use of MapDB: numbered records of bytes, and a map from long to long that is made of such records. MapDB does not
 * notice a flipped bit in a record, so each begins with a checksum of its own.
 */
final class Records {
    /** The number of the record that is put first. */
    static final long FIRST = 1;

    private static final int CHECKSUM_BYTES = 4;

    /**
     * Slots of 5 bits: a node has at most 32 entries, so that an append rewrites about a hundred bytes of the map. With 11
     * levels an index may have 55 bits.
     */
    private static final int MAP_SHIFT = 5;
    private static final int MAP_LEVELS = 11;

    /** A node of the map begins with a bitmap of its slots. */
    private static final int EMPTY_NODE_BYTES = 16;

    private final StoreDirect store;

    /** @param exists whether the volume holds records already */
    Records(Volume volume, boolean exists) {
        store = new StoreDirect(null, VolumeFactory.wrap(volume, exists), false, 0, false, 0, 1 << 20, 0, false, false, false,
                false, false, false);
    }

    /** A new record; returns its number. */
    long put(Consumer<ByteWriter> content) {
        return store.put(bytes(content), Serializer.BYTE_ARRAY_NOSIZE);
    }

    void update(long number, Consumer<ByteWriter> content) {
        store.update(number, bytes(content), Serializer.BYTE_ARRAY_NOSIZE);
    }

    void delete(long number) {
        store.delete(number, Serializer.BYTE_ARRAY_NOSIZE);
    }

    /**
     * @param decoder has to read to the end
     * @throws MalformedException if there is no such record or it is not what was put
     */
    <T> T get(long number, Function<ByteReader, T> decoder) {
        byte[] bytes = find(number);
        if (bytes == null || bytes.length < CHECKSUM_BYTES) {
            throw new MalformedException("record " + number + " is missing");
        }
        ByteReader in = new ByteReader(bytes);
        if (in.i32() != checksum(bytes, bytes.length)) {
            throw new MalformedException("record " + number + " does not match its checksum");
        }
        T content = decoder.apply(in);
        in.end();
        return content;
    }

    /** A new, empty map; returns the number of the record where it begins. */
    long newMap() {
        return store.put(new byte[EMPTY_NODE_BYTES], Serializer.BYTE_ARRAY_NOSIZE);
    }

    IndexTreeLongLongMap map(long number) {
        return new IndexTreeLongLongMap(store, number, MAP_SHIFT, MAP_LEVELS, true);
    }

    void commit() {
        store.commit();
    }

    /** So much of the volume is in use, by what is put and by MapDB itself. */
    long usedBytes() {
        return store.getTotalSize() - store.getFreeSize();
    }

    long volumeBytes() {
        return store.getTotalSize();
    }

    private byte @Nullable [] find(long number) {
        try {
            return store.get(number, Serializer.BYTE_ARRAY_NOSIZE);
        } catch (DBException.GetVoid e) {
            return null;
        }
    }

    private static byte[] bytes(Consumer<ByteWriter> content) {
        ByteWriter out = new ByteWriter().i32(0);
        content.accept(out);
        out.i32At(0, checksum(out.array(), out.size()));
        return out.toArray();
    }

    private static int checksum(byte[] bytes, int length) {
        return Checksum.of(bytes, CHECKSUM_BYTES, length - CHECKSUM_BYTES);
    }
}
