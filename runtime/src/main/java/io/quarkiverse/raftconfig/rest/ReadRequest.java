package io.quarkiverse.raftconfig.rest;

import java.util.Set;

import jakarta.validation.constraints.Pattern;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.ReadOptions;

/** How a read is to be done, as it came: what is null was not said. */
record ReadRequest(
        @Pattern(regexp = "linearizable|local", message = "must be linearizable or local") @Nullable String consistency,
        @Pattern(regexp = REVISION, message = "must be a revision") @Nullable String minRevision,
        @Pattern(regexp = Durations.PATTERN, message = "must be a duration such as 300ms or 2s") @Nullable String timeout) {

    static final String REVISION = "[0-9]{1,18}";
    static final Set<String> PARAMETERS = Set.of("consistency", "minRevision", "timeout");

    /** @throws Problem if anything was wrong with the request so far */
    static ReadOptions options(Query query, Checks checks) {
        ReadRequest request = checks.valid(
                new ReadRequest(query.get("consistency"), query.get("minRevision"), query.get("timeout")));
        var timeout = Durations.timeout(request.timeout(), checks);
        checks.done();
        String minRevision = request.minRevision();
        return new ReadOptions(!"local".equals(request.consistency()), minRevision == null ? 0 : Long.parseLong(minRevision),
                timeout);
    }
}
