package io.quarkiverse.raftconfig.rest;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

import org.jspecify.annotations.Nullable;

/**
 * Where a list goes on. Opaque to clients.
 *
 * @param revision of the list: all its pages show one
 * @param after the last name of the page before
 */
record Cursor(long revision, String after) {
    /** The cursor in {@code text}; one that is none is noted. */
    static @Nullable Cursor read(@Nullable String text, Checks checks) {
        if (text == null) {
            return null;
        }
        try {
            String decoded = new String(Base64.getUrlDecoder().decode(text), StandardCharsets.UTF_8);
            int colon = decoded.indexOf(':');
            if (colon > 0 && Character.isDigit(decoded.charAt(0))) {
                return new Cursor(Long.parseLong(decoded.substring(0, colon)), decoded.substring(colon + 1));
            }
        } catch (IllegalArgumentException e) {
            // Not Base64, or no number: told below.
        }
        checks.wrong("after", "must be a cursor that this API has given");
        return null;
    }

    @Override
    public String toString() {
        return Base64.getUrlEncoder().withoutPadding()
                .encodeToString((revision + ":" + after).getBytes(StandardCharsets.UTF_8));
    }
}
