package io.quarkiverse.raftconfig.wire;

/**
 * How this node talks with its peers.
 *
 * @param host the address to listen on
 * @param port the port to listen on; 0 takes a free one
 * @param heartbeatIntervalMillis of the algorithm: a peer whose connection broke and that does not accept TCP within a fifth
 *        of it is told to be unreachable
 * @param handshakeMillisMax within which a connection must have shown who it is
 * @param silenceMillisMax after which a peer that says nothing is taken for dead and its connection closed
 * @param waitingBytesMax bytes that may wait for one slow peer, beside one message
 * @param strangersMax connections to the port that may be there without having shown who they are, and also nodes that
 *        may be connected without being members
 */
public record WireSettings(String host, int port, int heartbeatIntervalMillis, int handshakeMillisMax, int silenceMillisMax,
        long waitingBytesMax, int strangersMax) {

    /** A garbage collection is no reason to connect anew. */
    private static final int SILENCE_MILLIS_LEAST = 500;
    private static final int SILENCE_MILLIS_MOST = 3000;

    /**
     * With what is no setting of the operator's as measured.
     *
     * @param electionTimeoutMillis for so long a leader may be silent; a connection needs no more
     */
    public static WireSettings of(String host, int port, int heartbeatIntervalMillis, int electionTimeoutMillis) {
        int silenceMillisMax = Math.max(SILENCE_MILLIS_LEAST, Math.min(SILENCE_MILLIS_MOST, electionTimeoutMillis));
        return new WireSettings(host, port, heartbeatIntervalMillis, 3000, silenceMillisMax, 8 << 20, 256);
    }

    int hintMillis() {
        return Math.max(1, heartbeatIntervalMillis / 5);
    }

    /** How often the connections are looked at, and something is said on each. */
    int watchMillis() {
        return Math.max(1, silenceMillisMax / 4);
    }
}
