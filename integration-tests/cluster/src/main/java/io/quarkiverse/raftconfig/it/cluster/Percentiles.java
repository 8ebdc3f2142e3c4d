package io.quarkiverse.raftconfig.it.cluster;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/** Durations in order. */
public final class Percentiles {
    private final List<Duration> sorted;

    /** @param durations at least one */
    public Percentiles(Collection<Duration> durations) {
        if (durations.isEmpty()) {
            throw new IllegalArgumentException("no durations");
        }
        sorted = durations.stream().sorted().toList();
    }

    /** The smallest duration that at least {@code percent} of all don't exceed (nearest rank). */
    public Duration at(double percent) {
        int rank = (int) Math.ceil(percent / 100 * sorted.size());
        return sorted.get(Math.max(1, rank) - 1);
    }

    public Duration max() {
        return sorted.get(sorted.size() - 1);
    }

    /** In milliseconds with as many digits as mean something. */
    public static String millis(Duration duration) {
        double millis = duration.toNanos() / 1e6;
        return String.format(Locale.ROOT, millis < 1 ? "%.2f ms" : millis < 10 ? "%.1f ms" : "%.0f ms", millis);
    }

    @Override
    public String toString() {
        return "p50 " + millis(at(50)) + ", p99 " + millis(at(99)) + ", max " + millis(max()) + " of " + sorted.size();
    }
}
