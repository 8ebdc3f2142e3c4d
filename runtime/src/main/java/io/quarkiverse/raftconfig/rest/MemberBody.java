package io.quarkiverse.raftconfig.rest;

import java.util.Map;

import jakarta.validation.constraints.Pattern;

import org.jspecify.annotations.Nullable;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * A member as it is asked for.
 *
 * @param address where the leader is to reach it; null to leave it as it is
 */
record MemberBody(
        @Pattern(regexp = NODE_ID, message = "must be a node id: " + NODE_ID_FORM) String id,
        @Pattern(regexp = ADDRESS, message = "must be host:port with a port from 1 to 65535, and an IPv6 address in brackets") @Nullable String address,
        boolean voter) {

    static final String NODE_ID = "[A-Za-z0-9][A-Za-z0-9._-]{0,62}";
    static final String NODE_ID_FORM = "1 to 63 characters of [A-Za-z0-9._-] that start with a letter or a digit";

    private static final String PORT = "([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])";
    private static final String ADDRESS = "([A-Za-z0-9._%-]{1,253}|\\[[A-Za-z0-9._%:-]{1,64}]):" + PORT;

    /**
     * The member in {@code node}; what is wrong with its form is noted, what is wrong with its content is not yet.
     *
     * @param at where it stands in the body; empty if it is all of it
     */
    static MemberBody read(JsonNode node, String at, Checks checks) {
        String id = "";
        String address = null;
        boolean voter = true;
        if (!(node instanceof ObjectNode object)) {
            checks.wrong(at, "must be a JSON object");
            return new MemberBody("", null, true);
        }
        String prefix = at.isEmpty() ? "" : at + ".";
        for (Map.Entry<String, JsonNode> member : object.properties()) {
            String field = prefix + Checks.shown(member.getKey());
            JsonNode value = member.getValue();
            switch (member.getKey()) {
                case "id" -> id = text(value, field, checks);
                case "address" -> address = value.isNull() ? null : text(value, field, checks);
                case "voter" -> {
                    voter = value.asBoolean();
                    if (!value.isBoolean()) {
                        checks.wrong(field, "must be true or false");
                    }
                }
                default -> checks.wrong(field, "is not known here; known are address, id, voter");
            }
        }
        return new MemberBody(id, address, voter);
    }

    private static String text(JsonNode value, String field, Checks checks) {
        if (!value.isTextual()) {
            checks.wrong(field, "must be a string, in quotes");
        }
        return value.asText();
    }
}
