package io.quarkiverse.raftconfig;

/** No leader could be reached in time. A write was certainly <em>not</em> committed; a read could not be confirmed. */
public final class NoLeader extends RaftConfigException {
    private static final long serialVersionUID = 1L;

    public NoLeader(String message) {
        super(message, null);
    }
}
