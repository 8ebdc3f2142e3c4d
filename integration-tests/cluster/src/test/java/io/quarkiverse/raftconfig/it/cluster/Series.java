package io.quarkiverse.raftconfig.it.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** The writes of one property: ever higher numbers. For one thread; any other may look. */
final class Series {
    private final String property;
    private final String padding;
    private final AtomicLong tried = new AtomicLong(-1);
    private final AtomicLong acknowledged = new AtomicLong(-1);
    private final AtomicLong acknowledgements = new AtomicLong();

    /**
     * @param property without {@code shop.} in front
     * @param padding so many bytes stand behind each number
     */
    Series(String property, int padding) {
        this.property = property;
        this.padding = padding == 0 ? "" : " " + "x".repeat(padding - 1);
    }

    long acknowledgements() {
        return acknowledgements.get();
    }

    long acknowledgedBytes() {
        return acknowledgements.get() * (padding.length() + 1);
    }

    /** @return whether the outcome is known */
    boolean write(Replica through, long number) {
        long before = tried.get();
        tried.set(number);
        try {
            Reply reply = through.putWithin(Duration.ofSeconds(1), "shop." + property, number + padding);
            if (reply.isSuccess()) {
                acknowledged.set(number);
                acknowledgements.incrementAndGet();
                return true;
            }
            if (reply.status() == 503) {
                // Certainly not done: if it is read later, that is a violation too.
                tried.set(before);
                return true;
            }
            return false;
        } catch (UncheckedIOException e) {
            if (e.getCause() instanceof ConnectException) {
                tried.set(before);
                return true;
            }
            return false;
        }
    }

    /** Whether {@code replica}, with no help of others, has the last acknowledged write, or one that came after it. */
    void assertNothingLostAt(Replica replica) {
        Reply reply = replica.get("/shop/config/" + property);
        long read = reply.status() == 404 ? -1
                : Long.parseLong(reply.body().substring(0, reply.body().length() - padding.length()));
        assertThat(read).as("%s at %s", property, replica).isBetween(acknowledged.get(), tried.get());
        assertThat(reply.status() == 404 || reply.body().endsWith(padding)).as("%s at %s is whole", property, replica).isTrue();
    }
}
