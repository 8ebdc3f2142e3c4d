package io.quarkiverse.raftconfig.rest;

import java.util.Set;

import jakarta.validation.constraints.Pattern;
import jakarta.ws.rs.core.HttpHeaders;

import org.jspecify.annotations.Nullable;

/** How a write is to be done, as it came: what is null was not said. */
record WriteRequest(
        @Pattern(regexp = "true|false", message = "must be true or false") @Nullable String dryRun,
        @Pattern(regexp = Durations.PATTERN, message = "must be a duration such as 300ms or 2s") @Nullable String timeout,
        @Pattern(regexp = "\\*|\"[0-9]{1,18}\"", message = "must be * or one ETag, such as \"42\"") @Nullable String ifMatch,
        @Pattern(regexp = "\\*", message = "must be * on a write") @Nullable String ifNoneMatch,
        @Pattern(regexp = "[ -~]{1,255}", message = "must be 1 to 255 printable ASCII characters") @Nullable String idempotencyKey) {

    static final Set<String> PARAMETERS = Set.of("dryRun", "timeout");

    static WriteRequest of(Query query, HttpHeaders headers, Checks checks) {
        WriteRequest request = checks.valid(new WriteRequest(query.get("dryRun"), query.get("timeout"),
                headers.getHeaderString("If-Match"), headers.getHeaderString("If-None-Match"),
                headers.getHeaderString("Idempotency-Key")));
        if (request.ifMatch() != null && request.ifNoneMatch() != null) {
            checks.wrong("ifNoneMatch", "must not come together with If-Match");
        }
        return request;
    }

    boolean isDryRun() {
        return "true".equals(dryRun);
    }

    /** The revision in {@code If-Match}; -1 if it has none. Of a request that was found valid. */
    long matchedRevision() {
        return ifMatch == null || ifMatch.equals("*") ? -1 : Long.parseLong(ifMatch.substring(1, ifMatch.length() - 1));
    }
}
