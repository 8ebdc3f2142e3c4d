package io.quarkiverse.raftconfig.sim;

import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;

import org.jspecify.annotations.Nullable;

/** Lets nodes tell operators nothing: in a simulation that would be most of the work. */
final class Quiet {
    private static final Logger LOGGER = Logger.getLogger("io.quarkiverse.raftconfig");
    private static int underWay;
    private static @Nullable Level before;

    private Quiet() {
    }

    /** What {@code task} gives, done in quiet. From any thread; the log speaks again when the last such task is done. */
    static <T> T during(Supplier<T> task) {
        begin();
        try {
            return task.get();
        } finally {
            end();
        }
    }

    private static synchronized void begin() {
        if (underWay++ == 0) {
            before = LOGGER.getLevel();
            LOGGER.setLevel(Level.OFF);
        }
    }

    private static synchronized void end() {
        if (--underWay == 0) {
            LOGGER.setLevel(before);
        }
    }
}
