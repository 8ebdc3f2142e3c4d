package io.quarkiverse.raftconfig.rest;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.util.Map;

import jakarta.validation.constraints.Size;

import org.jspecify.annotations.Nullable;

import com.fasterxml.jackson.databind.JsonNode;

import io.quarkiverse.raftconfig.WriteOptions;

/** The value that a property is to have, and why. */
record PutBody(String value,
        @Size(max = WriteOptions.COMMENT_LENGTH_MAX, message = "must have at most {max} characters") @Nullable String comment) {

    /** @throws Problem if it is not text in this charset */
    static PutBody ofText(byte[] body, Charset charset) {
        try {
            return new PutBody(charset.newDecoder().decode(ByteBuffer.wrap(body)).toString(), null);
        } catch (CharacterCodingException e) {
            throw Problem.invalid("body", "must be text in " + charset.name());
        }
    }

    /** @throws Problem if it is not a JSON object */
    static PutBody ofJson(byte[] body, Checks checks) {
        String value = null;
        String comment = null;
        for (Map.Entry<String, JsonNode> member : Json.readObject(body).properties()) {
            switch (member.getKey()) {
                case "value" -> value = text(member, checks);
                case "comment" -> comment = text(member, checks);
                default -> checks.wrong(Checks.shown(member.getKey()), "is not known here; known are comment, value");
            }
        }
        if (value == null) {
            checks.wrong("value", "must be there, and not null");
        }
        return checks.valid(new PutBody(value == null ? "" : value, comment));
    }

    private static @Nullable String text(Map.Entry<String, JsonNode> member, Checks checks) {
        JsonNode node = member.getValue();
        if (!node.isTextual() && !node.isNull()) {
            checks.wrong(member.getKey(), "must be a string, in quotes");
            return "";
        }
        return node.textValue();
    }
}
