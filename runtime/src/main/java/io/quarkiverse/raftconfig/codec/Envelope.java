package io.quarkiverse.raftconfig.codec;

/**
 * What is around everything that nodes say to each other.
 *
 * <pre>
 * envelope  u8 version 1, u8 type, i32 length of the body, body
 * </pre>
 *
 * A later version may append fields to a body and then raises the version: what is left of such a body is ignored.
 *
 * @param body to be read in order
 */
public record Envelope(int version, int type, ByteReader body) {

    private static final int VERSION = 1;

    /** Begins one: the body is what is written until {@link #close}, which takes what this returns. */
    public static int open(ByteWriter out, int type) {
        out.u8(VERSION).u8(type).i32(0);
        return out.size();
    }

    public static void close(ByteWriter out, int opened) {
        out.i32At(opened - 4, out.size() - opened);
    }

    /** Leaves {@code in} behind it. */
    public static Envelope read(ByteReader in) {
        int version = in.u8();
        if (version < VERSION) {
            throw new MalformedException("a message of format version " + version);
        }
        int type = in.u8();
        return new Envelope(version, type, in.slice(in.i32()));
    }

    /** The body has been read, and must end here if it is of this version. */
    public void end() {
        if (version == VERSION) {
            body.end();
        }
    }
}
