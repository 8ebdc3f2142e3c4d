package io.quarkiverse.raftconfig.node;

import java.io.Closeable;
import java.io.IOException;

/** A snapshot file that is being written as its bytes come from a leader. Used by the file thread only. */
public interface SnapshotSink extends Closeable {
    /** Appends to what was written before. */
    void write(byte[] bytes) throws IOException;

    /** All is written; on return the file survives a power cut. It counts only when {@link RaftStore#persist} installs it. */
    void finish() throws IOException;

    /** Idempotent. What is not finished is given up. */
    @Override
    void close() throws IOException;
}
