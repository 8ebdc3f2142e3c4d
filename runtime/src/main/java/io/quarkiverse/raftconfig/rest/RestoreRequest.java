package io.quarkiverse.raftconfig.rest;

import java.util.Set;

import jakarta.validation.constraints.Pattern;

import org.jspecify.annotations.Nullable;

/** How a restore is to be done, as it came: what is null was not said. */
record RestoreRequest(
        @Pattern(regexp = "true|false", message = "must be true or false") @Nullable String dryRun,
        @Pattern(regexp = Durations.PATTERN, message = "must be a duration such as 300ms or 2s") @Nullable String timeout) {

    static final Set<String> PARAMETERS = Set.of("dryRun", "timeout");

    static RestoreRequest of(Query query, Checks checks) {
        return checks.valid(new RestoreRequest(query.get("dryRun"), query.get("timeout")));
    }

    boolean isDryRun() {
        return "true".equals(dryRun);
    }
}
