package io.quarkiverse.raftconfig.rest;

import java.util.Set;

import jakarta.validation.constraints.Pattern;
import jakarta.ws.rs.core.HttpHeaders;

import org.jspecify.annotations.Nullable;

/** How a change of the membership is to be done, as it came: what is null was not said. */
record ChangeRequest(
        @Pattern(regexp = Durations.PATTERN, message = "must be a duration such as 300ms or 2s") @Nullable String timeout,
        @Pattern(regexp = "\"[0-9]{1,18}\"", message = "must be one ETag of GET /members, such as \"42\"") @Nullable String ifMatch) {

    static final Set<String> PARAMETERS = Set.of("timeout");

    static ChangeRequest of(Query query, HttpHeaders headers, Checks checks) {
        return checks.valid(new ChangeRequest(query.get("timeout"), headers.getHeaderString("If-Match")));
    }

    /**
     * The index of the membership that the client has seen. Of a request that was found valid.
     *
     * @throws Problem if it has not said so
     */
    long membershipIndex() {
        if (ifMatch == null) {
            throw Problem.preconditionRequired("A change says from which membership it was computed: send the ETag of "
                    + "GET /members as If-Match");
        }
        return Long.parseLong(ifMatch.substring(1, ifMatch.length() - 1));
    }
}
