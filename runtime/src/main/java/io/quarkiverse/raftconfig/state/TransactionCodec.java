package io.quarkiverse.raftconfig.state;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.Expectation;
import io.quarkiverse.raftconfig.state.Transaction.Change;
import io.quarkiverse.raftconfig.state.Transaction.Stamp;

/**
 * The bytes of a {@link Transaction}: what a command of the log holds.
 *
 * <pre>
 * version (1) | time | keys max | keys age | by | comment? | key? | revision | count | count x (name | value? | expectation)
 * </pre>
 *
 * Numbers and strings as {@link StateWriter} writes them; revision is the expected one plus one, 0 for any; {@code ?} is a byte
 * 0, or a byte 1 and the string.
 */
public final class TransactionCodec {
    private static final int VERSION = 1;

    private static final int NONE = 0;
    private static final int ABSENT = 1;
    private static final int PRESENT = 2;
    private static final int AT_REVISION = 3;

    private TransactionCodec() {
    }

    public static byte[] encode(Transaction transaction) {
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            StateWriter out = new StateWriter(bytes);
            out.writeByte(VERSION);
            out.writeNumber(transaction.stamp().atMillis());
            out.writeNumber(transaction.stamp().keysMax());
            out.writeNumber(transaction.stamp().keysAgeMillis());
            out.writeString(transaction.by());
            out.writeNullable(transaction.comment());
            out.writeNullable(transaction.idempotencyKey());
            out.writeNumber(transaction.expectedRevision() + 1);
            writeChanges(out, transaction.changes());
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory", e);
        }
    }

    /** @throws MalformedStateException if these are not the bytes of a transaction, all of them */
    public static Transaction decode(byte[] bytes) {
        try {
            StateReader in = new StateReader(new ByteArrayInputStream(bytes));
            in.readVersion("transaction", VERSION);
            Stamp stamp = new Stamp(in.readNumber(), in.readInt(), in.readNumber());
            String by = in.readString();
            String comment = in.readNullable();
            String key = in.readNullable();
            long expectedRevision = in.readNumber() - 1;
            List<Change> changes = readChanges(in);
            in.readEnd();
            return new Transaction(stamp, by, comment, key, expectedRevision, changes);
        } catch (IllegalArgumentException e) {
            throw new MalformedStateException("not a transaction", e);
        } catch (IOException e) {
            throw new UncheckedIOException("reading from memory", e);
        }
    }

    /** Tells requests apart that came with one idempotency key: a digest of all that a repetition must repeat. */
    static String fingerprint(Transaction transaction) {
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            StateWriter out = new StateWriter(bytes);
            out.writeNullable(transaction.comment());
            out.writeNumber(transaction.expectedRevision() + 1);
            writeChanges(out, transaction.changes());
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes.toByteArray());
            return HexFormat.of().formatHex(digest);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory", e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** How long {@code string} is in UTF-8. */
    static int utf8Length(@Nullable String string) {
        return string == null ? 0 : string.getBytes(StandardCharsets.UTF_8).length;
    }

    private static void writeChanges(StateWriter out, List<Change> changes) throws IOException {
        out.writeNumber(changes.size());
        for (Change change : changes) {
            out.writeString(change.name());
            out.writeNullable(change.value());
            writeExpectation(out, change.expectation());
        }
    }

    private static List<Change> readChanges(StateReader in) throws IOException {
        int count = in.readInt();
        List<Change> changes = new ArrayList<>(Math.min(count, 1024));
        for (int i = 0; i < count; i++) {
            changes.add(new Change(in.readString(), in.readNullable(), readExpectation(in)));
        }
        return changes;
    }

    private static void writeExpectation(StateWriter out, Expectation expectation) throws IOException {
        if (expectation instanceof Expectation.None) {
            out.writeByte(NONE);
        } else if (expectation instanceof Expectation.Absent) {
            out.writeByte(ABSENT);
        } else if (expectation instanceof Expectation.Present) {
            out.writeByte(PRESENT);
        } else if (expectation instanceof Expectation.AtRevision at) {
            out.writeByte(AT_REVISION);
            out.writeNumber(at.revision());
        } else {
            throw new AssertionError("unhandled expectation: " + expectation);
        }
    }

    private static Expectation readExpectation(StateReader in) throws IOException {
        int tag = in.readByte();
        return switch (tag) {
            case NONE -> Expectation.none();
            case ABSENT -> Expectation.absent();
            case PRESENT -> Expectation.present();
            case AT_REVISION -> Expectation.revision(in.readNumber());
            default -> throw new MalformedStateException("no such expectation: " + tag);
        };
    }
}
