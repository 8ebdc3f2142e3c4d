package io.quarkiverse.raftconfig.sim;

/** The clock of one node: it never goes back, but may run too fast or too slow; the one on its wall may jump, too. */
final class SimClock {
    /** The wall clock at the beginning of a run: some day in 2026. */
    private static final long EPOCH_MILLIS = 1_767_225_600_000L;

    private final VirtualTime time;
    private double rate = 1;
    private long changedAtMicros;
    private double shownAtChangeMicros;
    private long wallOffsetMillis;

    SimClock(VirtualTime time) {
        this.time = time;
    }

    /** @param rate how many of its seconds pass in one */
    void runAt(double rate) {
        shownAtChangeMicros = shownMicros();
        changedAtMicros = time.nowMicros();
        this.rate = rate;
    }

    /** For how long it has run at the rate at which it runs. */
    long steadyMicros() {
        return time.nowMicros() - changedAtMicros;
    }

    void jumpWall(long millis) {
        wallOffsetMillis += millis;
    }

    long nowMillis() {
        return (long) (shownMicros() / 1000);
    }

    long wallMillis() {
        return Math.max(0, EPOCH_MILLIS + wallOffsetMillis + nowMillis());
    }

    /** How long to wait, in true time, until it shows {@code millis}. */
    long microsUntil(long millis) {
        return (long) Math.ceil((millis * 1000.0 - shownMicros()) / rate);
    }

    private double shownMicros() {
        return shownAtChangeMicros + (time.nowMicros() - changedAtMicros) * rate;
    }
}
