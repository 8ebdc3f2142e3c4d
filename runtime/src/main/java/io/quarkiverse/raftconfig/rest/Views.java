package io.quarkiverse.raftconfig.rest;

import java.time.Instant;

import com.fasterxml.jackson.databind.node.ObjectNode;

import io.quarkiverse.raftconfig.Property;
import io.quarkiverse.raftconfig.state.NameRules;

/** What a client is shown of a property. */
final class Views {
    private Views() {
    }

    /** A secret has no value to be seen. */
    static ObjectNode property(Property property, NameRules rules) {
        ObjectNode view = Json.object().put("name", property.name());
        if (rules.isSecret(property.name())) {
            view.putNull("value").put("masked", true);
        } else {
            view.put("value", property.value());
        }
        return view.put("revision", property.revision())
                .put("createdRevision", property.createdRevision())
                .put("version", property.version())
                .put("modifiedBy", property.modifiedBy())
                .put("modifiedAt", at(property.modifiedAt()))
                .put("comment", property.comment());
    }

    /** What is gone, and under which revision; or was not there. */
    static ObjectNode removal(String name, long revision, boolean existed) {
        return Json.object().put("name", name).putNull("value").put("revision", revision).put("removed", existed);
    }

    static String etag(long revision) {
        return "\"" + revision + "\"";
    }

    private static String at(Instant instant) {
        return instant.toString();
    }
}
