package io.quarkiverse.raftconfig.state;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

import io.quarkiverse.raftconfig.Property;
import io.quarkiverse.raftconfig.state.Outcome.NotRestored.Reason;

/**
 * The bytes of an {@link Outcome}: what the leader answers to a forwarded write. A version byte, a kind byte, the fields in
 * order.
 */
public final class OutcomeCodec {
    private static final int VERSION = 1;

    private static final int APPLIED = 1;
    private static final int MISMATCH = 2;
    private static final int KEY_REUSED = 3;
    private static final int KEYS_EXHAUSTED = 4;
    private static final int PART_TAKEN = 5;
    private static final int RESTORED = 6;
    private static final int NOT_RESTORED = 7;

    private OutcomeCodec() {
    }

    public static byte[] encode(Outcome outcome) {
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            StateWriter out = new StateWriter(bytes);
            out.writeByte(VERSION);
            if (outcome instanceof Outcome.Applied applied) {
                writeApplied(out, applied);
            } else if (outcome instanceof Outcome.Mismatch mismatch) {
                out.writeByte(MISMATCH);
                out.writeString(mismatch.name());
                out.writeNumber(mismatch.currentRevision());
            } else if (outcome instanceof Outcome.KeyReused) {
                out.writeByte(KEY_REUSED);
            } else if (outcome instanceof Outcome.KeysExhausted) {
                out.writeByte(KEYS_EXHAUSTED);
            } else if (outcome instanceof Outcome.PartTaken) {
                out.writeByte(PART_TAKEN);
            } else if (outcome instanceof Outcome.Restored restored) {
                out.writeByte(RESTORED);
                out.writeNumber(restored.revision());
            } else if (outcome instanceof Outcome.NotRestored not) {
                out.writeByte(NOT_RESTORED);
                out.writeByte(codeOf(not.reason()));
            } else {
                throw new AssertionError("unhandled outcome: " + outcome);
            }
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory", e);
        }
    }

    /** @throws MalformedStateException if these are not the bytes of an outcome, all of them */
    public static Outcome decode(byte[] bytes) {
        try {
            StateReader in = new StateReader(new ByteArrayInputStream(bytes));
            in.readVersion("outcome", VERSION);
            int kind = in.readByte();
            Outcome outcome = switch (kind) {
                case APPLIED -> readApplied(in);
                case MISMATCH -> new Outcome.Mismatch(in.readString(), in.readNumber());
                case KEY_REUSED -> new Outcome.KeyReused();
                case KEYS_EXHAUSTED -> new Outcome.KeysExhausted();
                case PART_TAKEN -> new Outcome.PartTaken();
                case RESTORED -> new Outcome.Restored(in.readNumber());
                case NOT_RESTORED -> new Outcome.NotRestored(reason(in.readByte()));
                default -> throw new MalformedStateException("no such outcome: " + kind);
            };
            in.readEnd();
            return outcome;
        } catch (IOException e) {
            throw new UncheckedIOException("reading from memory", e);
        }
    }

    private static void writeApplied(StateWriter out, Outcome.Applied applied) throws IOException {
        out.writeByte(APPLIED);
        out.writeNumber(applied.revision());
        out.writeByte(applied.repeated() ? 1 : 0);
        out.writeNumber(applied.results().size());
        for (Outcome.Result result : applied.results()) {
            out.writeString(result.name());
            out.writeByte(result.existed() ? 1 : 0);
            Property property = result.property();
            out.writeByte(property == null ? 0 : 1);
            if (property != null) {
                writeProperty(out, property);
            }
        }
    }

    private static Outcome readApplied(StateReader in) throws IOException {
        long revision = in.readNumber();
        boolean repeated = in.readBoolean();
        int count = in.readInt();
        List<Outcome.Result> results = new ArrayList<>(Math.min(count, 1024));
        for (int i = 0; i < count; i++) {
            String name = in.readString();
            boolean existed = in.readBoolean();
            Property property = in.readBoolean() ? readProperty(in) : null;
            results.add(new Outcome.Result(name, property, existed));
        }
        return new Outcome.Applied(revision, results, repeated);
    }

    private static int codeOf(Reason reason) {
        return switch (reason) {
            case NOT_FRESH -> 1;
            case INTERRUPTED -> 2;
            case MALFORMED -> 3;
        };
    }

    private static Reason reason(int code) {
        return switch (code) {
            case 1 -> Reason.NOT_FRESH;
            case 2 -> Reason.INTERRUPTED;
            case 3 -> Reason.MALFORMED;
            default -> throw new MalformedStateException("no such reason: " + code);
        };
    }

    /** The same bytes in an outcome and in an image. */
    static void writeProperty(StateWriter out, Property property) throws IOException {
        out.writeString(property.name());
        out.writeString(property.value());
        out.writeNumber(property.revision());
        out.writeNumber(property.createdRevision());
        out.writeNumber(property.version());
        out.writeString(property.modifiedBy());
        out.writeNumber(property.modifiedAt().toEpochMilli());
        out.writeNullable(property.comment());
    }

    static Property readProperty(StateReader in) throws IOException {
        return new Property(in.readString(), in.readString(), in.readNumber(), in.readNumber(), in.readNumber(),
                in.readString(), Instant.ofEpochMilli(in.readNumber()), in.readNullable());
    }
}
