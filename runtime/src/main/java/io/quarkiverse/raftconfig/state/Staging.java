package io.quarkiverse.raftconfig.state;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.pcollections.PVector;
import org.pcollections.TreePVector;

/**
 * A restore of which some parts have come, and are to be seen by nobody. Immutable. One that is never ended stays until another
 * is begun, or something is written: what a state may hold bounds it.
 */
final class Staging {
    private final String restore;
    private final int parts;
    private final PVector<byte[]> come;

    private Staging(String restore, int parts, PVector<byte[]> come) {
        this.restore = restore;
        this.parts = parts;
        this.come = come;
    }

    /** What there is once {@code part} has come after {@code before}; null if it belongs behind one that has not come. */
    static @Nullable Staging after(@Nullable Staging before, RestorePart part) {
        if (before == null || !before.restore.equals(part.restore()) || before.parts != part.parts()) {
            return part.number() > 0 ? null : new Staging(part.restore(), part.parts(), TreePVector.singleton(part.bytes()));
        } else if (part.number() < before.come.size()) {
            return before;
        }
        return part.number() > before.come.size() ? null
                : new Staging(before.restore, before.parts, before.come.plus(part.bytes()));
    }

    boolean isWhole() {
        return come.size() == parts;
    }

    /**
     * The state that all parts together are.
     *
     * @throws MalformedStateException if they are none
     */
    PublishedState state() {
        List<InputStream> streams = new ArrayList<>();
        for (byte[] part : come) {
            streams.add(new ByteArrayInputStream(part));
        }
        try (InputStream whole = new SequenceInputStream(Collections.enumeration(streams))) {
            return ImageCodec.read(whole).state();
        } catch (IOException e) {
            throw new UncheckedIOException("reading from memory", e);
        }
    }

    void writeTo(StateWriter out) throws IOException {
        out.writeString(restore);
        out.writeNumber(parts);
        out.writeNumber(come.size());
        for (byte[] part : come) {
            out.writeBytes(part);
        }
    }

    static Staging readFrom(StateReader in) throws IOException {
        String restore = in.readString();
        int parts = in.readInt();
        int count = in.readInt();
        PVector<byte[]> come = TreePVector.empty();
        for (int i = 0; i < count; i++) {
            come = come.plus(in.readBytes());
        }
        if (count == 0 || count >= parts) {
            throw new MalformedStateException("a restore with " + count + " of " + parts + " parts is not under way");
        }
        return new Staging(restore, parts, come);
    }
}
