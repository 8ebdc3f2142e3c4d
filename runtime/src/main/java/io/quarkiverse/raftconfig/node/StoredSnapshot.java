package io.quarkiverse.raftconfig.node;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;

/**
 * A snapshot that is open for reading, by one thread at a time.
 *
 * @param sizeBytes how many bytes the content has
 * @param crc CRC32C of the content, as computed when it was written
 * @param content checked while it is read: nothing that is not what was written is handed out
 */
public record StoredSnapshot(long sizeBytes, int crc, InputStream content) implements Closeable {
    @Override
    public void close() throws IOException {
        content.close();
    }
}
