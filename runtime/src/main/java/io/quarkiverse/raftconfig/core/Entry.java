package io.quarkiverse.raftconfig.core;

/** One entry of the log. */
public record Entry(Position position, Payload payload) {
    /** What an entry costs beside its payload, in memory and on the wire: an estimate that bounds, not a measurement. */
    private static final int OVERHEAD_BYTES = 64;

    public Entry {
        if (position.index() == 0) {
            throw new IllegalArgumentException("the first entry of a log has index 1");
        }
    }

    public long index() {
        return position.index();
    }

    public long term() {
        return position.term();
    }

    /** About how many bytes this entry takes up in memory or in a message. */
    public int sizeBytes() {
        if (payload instanceof Payload.Command command) {
            return OVERHEAD_BYTES + command.bytes().length();
        } else if (payload instanceof Payload.MembershipChange change) {
            return OVERHEAD_BYTES + 256 * change.membership().replicas().size();
        }
        return OVERHEAD_BYTES;
    }
}
