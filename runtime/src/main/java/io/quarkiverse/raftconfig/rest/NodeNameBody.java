package io.quarkiverse.raftconfig.rest;

import java.util.Map;

import jakarta.validation.constraints.Pattern;

import com.fasterxml.jackson.databind.JsonNode;

/** A body that names the one node which is meant, so that nothing happens to another by accident. */
record NodeNameBody(
        @Pattern(regexp = MemberBody.NODE_ID, message = "must be a node id: " + MemberBody.NODE_ID_FORM) String node) {

    /**
     * @param field that has the name
     * @throws Problem if it is not a JSON object
     */
    static NodeNameBody read(byte[] body, String field, Checks checks) {
        String node = null;
        for (Map.Entry<String, JsonNode> member : Json.readObject(body).properties()) {
            if (!member.getKey().equals(field)) {
                checks.wrong(Checks.shown(member.getKey()), "is not known here; known is " + field);
            } else {
                node = member.getValue().asText();
            }
        }
        if (node == null) {
            checks.wrong(field, "must be there");
        }
        return node == null ? new NodeNameBody("") : checks.valid(new NodeNameBody(node), field);
    }
}
