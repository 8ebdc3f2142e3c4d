package io.quarkiverse.raftconfig.rest;

import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.state.PropertyName;

/** Which part of the list is asked for, as it came: what is null was not said. */
record ListRequest(
        @Size(max = PropertyName.BYTES_MAX, message = "must have at most {max} characters") @Nullable String prefix,
        @Pattern(regexp = "[1-9][0-9]{0,2}|1000", message = "must be a number from 1 to 1000") @Nullable String limit,
        @Pattern(regexp = ReadRequest.REVISION, message = "must be a revision") @Nullable String revision) {

    private static final int LIMIT_DEFAULT = 100;

    static ListRequest of(Query query, Checks checks) {
        return checks.valid(new ListRequest(query.get("prefix"), query.get("limit"), query.get("revision")));
    }

    String prefixOrAll() {
        return prefix == null ? "" : prefix;
    }

    /** Of a request that was found valid. */
    int limitOrDefault() {
        return limit == null ? LIMIT_DEFAULT : Integer.parseInt(limit);
    }
}
