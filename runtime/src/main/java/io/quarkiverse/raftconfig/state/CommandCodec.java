package io.quarkiverse.raftconfig.state;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * The bytes of a {@link Command}. The first says what it is: a version of {@link TransactionCodec}, or a part of a restore:
 *
 * <pre>
 * type (64) | version (1) | restore | number | parts | properties | state bytes | length | bytes
 * </pre>
 */
public final class CommandCodec {
    private static final int RESTORE_PART = 64;
    private static final int RESTORE_VERSION = 1;

    private CommandCodec() {
    }

    public static byte[] encode(Command command) {
        if (command instanceof Transaction transaction) {
            return TransactionCodec.encode(transaction);
        } else if (command instanceof RestorePart part) {
            return encode(part);
        }
        throw new AssertionError("unhandled command: " + command);
    }

    /** @throws MalformedStateException if these are not the bytes of a command, all of them */
    public static Command decode(byte[] bytes) {
        return bytes.length > 0 && bytes[0] == RESTORE_PART ? decodePart(bytes) : TransactionCodec.decode(bytes);
    }

    private static byte[] encode(RestorePart part) {
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream(part.bytes().length + 128);
            StateWriter out = new StateWriter(bytes);
            out.writeByte(RESTORE_PART);
            out.writeByte(RESTORE_VERSION);
            out.writeString(part.restore());
            out.writeNumber(part.number());
            out.writeNumber(part.parts());
            out.writeNumber(part.properties());
            out.writeNumber(part.stateBytes());
            out.writeBytes(part.bytes());
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory", e);
        }
    }

    private static RestorePart decodePart(byte[] bytes) {
        try {
            StateReader in = new StateReader(new ByteArrayInputStream(bytes));
            in.readByte();
            in.readVersion("part of a restore", RESTORE_VERSION, RESTORE_VERSION);
            RestorePart part = new RestorePart(in.readString(), in.readInt(), in.readInt(), in.readInt(), in.readNumber(),
                    in.readBytes());
            in.readEnd();
            if (part.number() == 0) {
                // A replica that could not read the whole must not begin: others could, and would differ from it.
                ImageCodec.checkVersion(part.bytes());
            }
            return part;
        } catch (IllegalArgumentException e) {
            throw new MalformedStateException("not a part of a restore", e);
        } catch (IOException e) {
            throw new UncheckedIOException("reading from memory", e);
        }
    }
}
