package io.quarkiverse.raftconfig.node;

/** A proposal or read that was not done, or of which nobody knows. */
public final class ProposalFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final PeerResponse.Kind kind;

    public ProposalFailedException(PeerResponse.Kind kind, String reason) {
        super(reason);
        this.kind = kind;
    }

    public PeerResponse.Kind kind() {
        return kind;
    }
}
