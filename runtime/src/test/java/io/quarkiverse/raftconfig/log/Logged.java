package io.quarkiverse.raftconfig.log;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

import org.jboss.logmanager.formatters.PatternFormatter;

/** What a logger, and those below it, say while this is open, from WARN on. */
public final class Logged extends Handler implements AutoCloseable {
    private final Formatter message = new PatternFormatter("%m");
    private final Logger logger;
    private final List<String> warnings = new CopyOnWriteArrayList<>();

    private Logged(String name) {
        logger = Logger.getLogger(name);
        setLevel(Level.WARNING);
        logger.addHandler(this);
    }

    public static Logged by(String name) {
        return new Logged(name);
    }

    /** Of this software, for operators. */
    public static Logged forOperators() {
        return by("io.quarkiverse.raftconfig");
    }

    public List<String> warnings() {
        return warnings;
    }

    @Override
    public void publish(LogRecord logged) {
        if (logged.getLevel().intValue() >= Level.WARNING.intValue()) {
            warnings.add(message.format(logged));
        }
    }

    @Override
    public void flush() {
    }

    @Override
    public void close() {
        logger.removeHandler(this);
    }
}
