package io.quarkiverse.raftconfig.state;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * A whole state in a file of its own, to be put into another cluster: its properties with all that is known of them, secret
 * values included, its revision, and what it remembers of idempotency keys.
 *
 * <pre>
 * magic (RAFTCFBK) | version (1) | cluster | node | revision | taken at | length | image | i32 CRC32C of all before
 * </pre>
 *
 * The checksum ends every version of the format, so that a damaged file is not taken for one of a later version.
 *
 * @param clusterId of the cluster that it is of; empty if that was not known
 * @param nodeId of the node that has written it
 * @param revision of the state
 * @param takenAtMillis by that node's clock, since 1970
 */
public record Backup(String clusterId, String nodeId, long revision, long takenAtMillis, PublishedState state) {

    private static final byte[] MAGIC = "RAFTCFBK".getBytes(StandardCharsets.US_ASCII);
    private static final int VERSION = 1;
    /** About as many as are in front of the image. */
    private static final int HEADER_BYTES = 256;

    /** Of {@code state} as it is now. */
    public static Backup of(PublishedState state, String clusterId, String nodeId, long takenAtMillis) {
        return new Backup(clusterId, nodeId, state.revision(), takenAtMillis, state);
    }

    /** The file. */
    public byte[] toBytes() {
        try {
            byte[] image = image();
            ByteArrayOutputStream bytes = new ByteArrayOutputStream(image.length + HEADER_BYTES);
            bytes.write(MAGIC);
            StateWriter out = new StateWriter(bytes);
            out.writeByte(VERSION);
            out.writeString(clusterId);
            out.writeString(nodeId);
            out.writeNumber(revision);
            out.writeNumber(takenAtMillis);
            out.writeBytes(image);
            ByteBuffer checksum = ByteBuffer.allocate(Integer.BYTES).putInt(checksum(bytes.toByteArray(), bytes.size()));
            bytes.write(checksum.array());
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory", e);
        }
    }

    /**
     * What {@link #toBytes} of this build or an earlier one has made.
     *
     * @throws MalformedStateException if it is not that; the message says what is wrong
     */
    public static Backup read(byte[] file) {
        if (file.length < MAGIC.length || !Arrays.equals(file, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            throw new MalformedStateException("not a backup: it does not begin as one");
        }
        int end = file.length - Integer.BYTES;
        if (end <= MAGIC.length || ByteBuffer.wrap(file).getInt(end) != checksum(file, end)) {
            throw new MalformedStateException("a damaged backup: its checksum does not match. It may be cut short: it has "
                    + file.length + " bytes");
        }
        try {
            StateReader in = new StateReader(new ByteArrayInputStream(file, MAGIC.length, end - MAGIC.length));
            in.readVersion("backup", VERSION);
            String clusterId = in.readString();
            String nodeId = in.readString();
            long revision = in.readNumber();
            long takenAtMillis = in.readNumber();
            PublishedState state = ImageCodec.read(new ByteArrayInputStream(in.readBytes())).state();
            in.readEnd();
            if (state.revision() != revision) {
                throw new MalformedStateException("a backup of revision " + revision + " with a state of revision "
                        + state.revision());
            }
            return new Backup(clusterId, nodeId, revision, takenAtMillis, state);
        } catch (IOException e) {
            throw new UncheckedIOException("reading from memory", e);
        }
    }

    /**
     * The commands that put it into a fresh state, in order.
     *
     * @param restore tells this restore from any other
     */
    public List<RestorePart> parts(String restore) {
        try {
            byte[] image = image();
            int count = (image.length + RestorePart.BYTES - 1) / RestorePart.BYTES;
            List<RestorePart> parts = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                byte[] bytes = Arrays.copyOfRange(image, i * RestorePart.BYTES,
                        Math.min(image.length, (i + 1) * RestorePart.BYTES));
                parts.add(new RestorePart(restore, i, count, state.properties().size(), state.sizeBytes(), bytes));
            }
            return parts;
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory", e);
        }
    }

    private byte[] image() throws IOException {
        ByteArrayOutputStream image = new ByteArrayOutputStream();
        ImageCodec.write(image, state, null);
        return image.toByteArray();
    }

    private static int checksum(byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }
}
