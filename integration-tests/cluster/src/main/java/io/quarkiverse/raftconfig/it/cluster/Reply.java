package io.quarkiverse.raftconfig.it.cluster;

import java.io.UncheckedIOException;
import java.net.http.HttpHeaders;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

/** What a replica answered. */
public record Reply(int status, HttpHeaders headers, String body) {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** 2xx. */
    public boolean isSuccess() {
        return status / 100 == 2;
    }

    public JsonNode json() {
        try {
            return JSON.readTree(body);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("not JSON, with status " + status, e);
        }
    }

    /** The value of a header; empty if there is none. */
    public String header(String name) {
        return headers.firstValue(name).orElse("");
    }
}
