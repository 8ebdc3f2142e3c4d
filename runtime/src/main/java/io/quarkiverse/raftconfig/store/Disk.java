package io.quarkiverse.raftconfig.store;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * One directory of a disk, with what a file system promises and no more: what was written survives a power cut once it was
 * forced; a file made, renamed or deleted, once the directory was synced; until then any part of it may survive, in any
 * order, a sector of 512 bytes whole or not at all.
 */
interface Disk extends Closeable {
    /** What a message tells an operator: the path of the directory. */
    String path();

    /** The names of all files, in no order. */
    List<String> list() throws IOException;

    /** Opens a file for reading and writing; it must exist. */
    DiskFile open(String name) throws IOException;

    /** Makes an empty file, in the place of one that may be there, and opens it for reading and writing. */
    DiskFile create(String name) throws IOException;

    /** Renames atomically, in the place of a file that may be there. */
    void rename(String from, String to) throws IOException;

    void delete(String name) throws IOException;

    /** Makes durable which files there are, and under which names. */
    void sync() throws IOException;

    /** Gives the directory free for others: nothing of it may be changed any more. */
    @Override
    void close() throws IOException;

    /** A file that is open. */
    interface DiskFile extends Closeable {
        long size() throws IOException;

        /** Fills {@code target} from {@code position} on; ends early only at the end of the file. */
        void read(long position, ByteBuffer target) throws IOException;

        /** Writes all that remains in {@code source}. */
        void write(long position, ByteBuffer source) throws IOException;

        /** Makes durable what was written, and the size. */
        void force() throws IOException;
    }
}
