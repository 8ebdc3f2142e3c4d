package io.quarkiverse.raftconfig.rest;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;

import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;

import org.jspecify.annotations.Nullable;

/** Which representation is asked for, and which has come. */
final class MediaTypes {
    static final MediaType JSON = MediaType.APPLICATION_JSON_TYPE;
    static final MediaType TEXT = MediaType.TEXT_PLAIN_TYPE;
    static final MediaType OCTETS = MediaType.APPLICATION_OCTET_STREAM_TYPE;
    static final MediaType MERGE_PATCH = new MediaType("application", "merge-patch+json");

    private MediaTypes() {
    }

    /**
     * The first of {@code offered} that the client wants most.
     *
     * @throws Problem if it wants none of them
     */
    static MediaType accepted(HttpHeaders headers, MediaType... offered) {
        List<MediaType> wanted;
        try {
            wanted = headers.getAcceptableMediaTypes();
        } catch (IllegalArgumentException e) {
            throw Problem.invalid("Accept", "must be a list of media types");
        }
        for (MediaType want : wanted) {
            for (MediaType offer : offered) {
                if (want.isCompatible(offer) && !refuses(want)) {
                    return offer;
                }
            }
        }
        throw Problem.notAcceptable(names(offered));
    }

    /**
     * The one of {@code taken} that the body has.
     *
     * @throws Problem if it has none of them
     */
    static MediaType sent(HttpHeaders headers, MediaType... taken) {
        MediaType sent = contentType(headers);
        for (MediaType take : taken) {
            if (sent != null && sent.getType().equalsIgnoreCase(take.getType())
                    && sent.getSubtype().equalsIgnoreCase(take.getSubtype())) {
                return take;
            }
        }
        throw Problem.unsupported(names(taken));
    }

    /**
     * The charset of a text, UTF-8 if it names none. JSON has none to name (RFC 8259 §11).
     *
     * @throws Problem if nobody here knows it
     */
    static Charset charset(HttpHeaders headers) {
        MediaType sent = contentType(headers);
        String name = sent == null ? null : sent.getParameters().get("charset");
        try {
            return name == null ? StandardCharsets.UTF_8 : Charset.forName(name.replace("\"", ""));
        } catch (IllegalArgumentException e) {
            throw Problem.unsupported("text/plain;charset=UTF-8");
        }
    }

    private static @Nullable MediaType contentType(HttpHeaders headers) {
        try {
            return headers.getMediaType();
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static boolean refuses(MediaType want) {
        String quality = want.getParameters().get("q");
        return quality != null && quality.matches("0(\\.0{0,3})?");
    }

    private static String names(MediaType... types) {
        StringBuilder names = new StringBuilder();
        for (MediaType type : types) {
            names.append(names.isEmpty() ? "" : ", ").append(type.getType()).append('/').append(type.getSubtype());
        }
        return names.toString();
    }
}
