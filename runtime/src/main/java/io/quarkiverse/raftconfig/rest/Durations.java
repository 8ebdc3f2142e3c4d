package io.quarkiverse.raftconfig.rest;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/** Durations as queries have them: {@code 300ms}, {@code 2s}. */
final class Durations {
    static final String PATTERN = "[0-9]{1,9}(ms|s)";
    static final Duration DEFAULT = Duration.ofSeconds(5);

    private static final Duration MAX = Duration.ofSeconds(60);

    private Durations() {
    }

    /** The timeout of a request; one that is none is noted, and the default stands in for it. */
    static Duration timeout(@Nullable String text, Checks checks) {
        if (text == null || !text.matches(PATTERN)) {
            return DEFAULT;
        }
        Duration timeout = text.endsWith("ms") ? Duration.ofMillis(Long.parseLong(text.substring(0, text.length() - 2)))
                : Duration.ofSeconds(Long.parseLong(text.substring(0, text.length() - 1)));
        if (timeout.isZero() || timeout.compareTo(MAX) > 0) {
            checks.wrong("timeout", "must be more than nothing and at most 60s");
            return DEFAULT;
        }
        return timeout;
    }
}
