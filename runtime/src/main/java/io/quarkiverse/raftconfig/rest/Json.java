package io.quarkiverse.raftconfig.rest;

import java.io.IOException;
import java.io.UncheckedIOException;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** The JSON of this API: its own, for what an application does to its own mapper must not change a contract. */
final class Json {
    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .build();

    private Json() {
    }

    static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    static byte[] bytes(JsonNode node) {
        try {
            return MAPPER.writeValueAsBytes(node);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("writing a JSON tree to memory", e);
        }
    }

    /** @throws Problem if this is not one JSON object; it tells where, not what: the text may hold a secret */
    static ObjectNode readObject(byte[] bytes) {
        JsonNode node;
        try {
            node = MAPPER.readTree(bytes);
        } catch (JsonProcessingException e) {
            JsonLocation where = e.getLocation();
            throw Problem.invalid("body", "must be JSON: what is at "
                    + (where == null ? "its end" : "line " + where.getLineNr() + ", column " + where.getColumnNr())
                    + " does not belong there");
        } catch (IOException e) {
            throw new UncheckedIOException("reading a JSON tree from memory", e);
        }
        if (node instanceof ObjectNode object) {
            return object;
        }
        throw Problem.invalid("body", "must be a JSON object");
    }
}
