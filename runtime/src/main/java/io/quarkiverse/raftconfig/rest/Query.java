package io.quarkiverse.raftconfig.rest;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import jakarta.ws.rs.core.UriInfo;

import org.jspecify.annotations.Nullable;

/** The query of a request. A parameter that is not known is refused: a mistyped {@code dryRun} must not write. */
final class Query {
    private final Map<String, String> values = new HashMap<>();

    Query(UriInfo uri, Set<String> known, Checks checks) {
        for (Map.Entry<String, List<String>> parameter : uri.getQueryParameters().entrySet()) {
            String name = parameter.getKey();
            if (!known.contains(name)) {
                checks.wrong(Checks.shown(name), "is not known here; known are " + String.join(", ", known.stream().sorted()
                        .toList()));
            } else if (parameter.getValue().size() > 1) {
                checks.wrong(name, "must be given once");
            } else {
                values.put(name, parameter.getValue().get(0));
            }
        }
    }

    @Nullable
    String get(String name) {
        return values.get(name);
    }
}
