package io.quarkiverse.raftconfig.state;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

import org.jspecify.annotations.Nullable;
import org.pcollections.TreePMap;

import io.quarkiverse.raftconfig.Property;

/**
 * The bytes of a whole state: what a snapshot holds, and a backup.
 *
 * <pre>
 * version (1, 2) | last applied | revision | names revision | time | count | count x property | keys
 * version 2 goes on with a restore that is under way: id | parts | come | come x (length | bytes)
 * </pre>
 *
 * Version 2 is written only while there is such a restore. Canonical: equal states give equal bytes.
 */
final class ImageCodec {
    private static final int VERSION = 1;
    private static final int VERSION_WITH_STAGING = 2;

    /** What an image holds. */
    record Content(PublishedState state, @Nullable Staging staging) {
    }

    private ImageCodec() {
    }

    /** Flushes, but does not close. */
    static void write(OutputStream stream, PublishedState state, @Nullable Staging staging) throws IOException {
        BufferedOutputStream buffered = new BufferedOutputStream(stream);
        StateWriter out = new StateWriter(buffered);
        out.writeByte(staging == null ? VERSION : VERSION_WITH_STAGING);
        out.writeNumber(state.lastApplied());
        out.writeNumber(state.revision());
        out.writeNumber(state.namesRevision());
        out.writeNumber(state.timeMillis());
        out.writeNumber(state.properties().size());
        for (Property property : state.properties().values()) {
            OutcomeCodec.writeProperty(out, property);
        }
        state.keys().writeTo(out);
        if (staging != null) {
            staging.writeTo(out);
        }
        buffered.flush();
    }

    /** @throws MalformedStateException if an image that begins with {@code bytes} is of a version that this build can't read */
    static void checkVersion(byte[] bytes) throws IOException {
        new StateReader(new ByteArrayInputStream(bytes)).readVersion("state", VERSION, VERSION_WITH_STAGING);
    }

    /** @throws MalformedStateException if {@link #write} did not write this, or a later build did */
    static Content read(InputStream stream) throws IOException {
        StateReader in = new StateReader(new BufferedInputStream(stream));
        int version = in.readVersion("state", VERSION, VERSION_WITH_STAGING);
        long lastApplied = in.readNumber();
        long revision = in.readNumber();
        long namesRevision = in.readNumber();
        long timeMillis = in.readNumber();
        int count = in.readInt();
        TreePMap<String, Property> properties = TreePMap.empty();
        long sizeBytes = 0;
        String before = null;
        for (int i = 0; i < count; i++) {
            Property property = OutcomeCodec.readProperty(in);
            if (before != null && before.compareTo(property.name()) >= 0) {
                throw new MalformedStateException("the properties are not in order");
            }
            properties = properties.plus(property.name(), property);
            sizeBytes += PublishedState.sizeBytes(property);
            before = property.name();
        }
        KeyMemory keys = KeyMemory.readFrom(in);
        Staging staging = version == VERSION ? null : Staging.readFrom(in);
        in.readEnd();
        return new Content(new PublishedState(lastApplied, revision, namesRevision, timeMillis, sizeBytes, properties, keys),
                staging);
    }
}
