package io.quarkiverse.raftconfig.codec;

import io.quarkiverse.raftconfig.core.Entry;
import io.quarkiverse.raftconfig.core.Payload;
import io.quarkiverse.raftconfig.core.Position;

/**
 * Entries of the log.
 *
 * <pre>
 * entry  u8 version 1, u8 type, i64 index, i64 term, payload by type:
 *        1 no-op              nothing
 *        2 command            i32 length, bytes
 *        3 membership change  membership
 * </pre>
 *
 * An entry of an unknown type was written by a later version of this software. Skipping it would make this node's state
 * differ from the others', so it is malformed, and the node stops.
 */
public final class EntryCodec {
    private static final int VERSION = 1;
    private static final int NO_OP = 1;
    private static final int COMMAND = 2;
    private static final int MEMBERSHIP_CHANGE = 3;

    private EntryCodec() {
    }

    public static void write(ByteWriter out, Entry entry) {
        out.u8(VERSION).u8(typeOf(entry.payload()));
        FieldCodec.writePosition(out, entry.position());
        if (entry.payload() instanceof Payload.Command command) {
            out.bytes(command.bytes());
        } else if (entry.payload() instanceof Payload.MembershipChange change) {
            MembershipCodec.write(out, change.membership());
        }
    }

    /** Reads one entry and leaves the reader behind it. */
    public static Entry read(ByteReader in) {
        int version = in.u8();
        if (version != VERSION) {
            throw UnknownFormatException.ofVersion("an entry", version, VERSION);
        }
        int type = in.u8();
        Position position = FieldCodec.readPosition(in);
        if (position.index() == 0) {
            throw new MalformedException("an entry with index 0");
        }
        return new Entry(position, readPayload(in, type, position));
    }

    private static int typeOf(Payload payload) {
        if (payload instanceof Payload.NoOp) {
            return NO_OP;
        } else if (payload instanceof Payload.Command) {
            return COMMAND;
        } else if (payload instanceof Payload.MembershipChange) {
            return MEMBERSHIP_CHANGE;
        }
        throw new AssertionError("unhandled payload: " + payload.getClass());
    }

    private static Payload readPayload(ByteReader in, int type, Position position) {
        return switch (type) {
            case NO_OP -> Payload.NoOp.INSTANCE;
            case COMMAND -> new Payload.Command(in.bytes());
            case MEMBERSHIP_CHANGE -> new Payload.MembershipChange(MembershipCodec.read(in));
            default -> throw new UnknownFormatException("entry " + position + " is of unknown type " + type
                    + ": a later version of this software wrote it");
        };
    }
}
