package io.quarkiverse.raftconfig.core;

/**
 * A leadership on its way to another voter (thesis §3.10).
 *
 * <pre>
 *   nothing new is taken ---> the target holds the log ---> TimeoutNow ---> it campaigns: a later term ends this leadership
 *            |________________________|________________________|
 *                 an election timeout is over: given up, the leader goes on
 * </pre>
 */
final class Transfer {
    private final RaftState node;
    private final long ticket;
    private final ReplicaId target;
    private final long term;
    private final long givenUpAt;
    private long askAt;

    /** @param target another voter */
    Transfer(RaftState node, long ticket, ReplicaId target) {
        this.node = node;
        this.ticket = ticket;
        this.target = target;
        term = node.term();
        givenUpAt = node.now() + node.settings.electionTimeoutMillis();
        askAt = node.now();
    }

    ReplicaId target() {
        return target;
    }

    long givenUpAt() {
        return givenUpAt;
    }

    boolean isGivenUp() {
        return node.now() >= givenUpAt || !node.otherVoters().contains(target);
    }

    /**
     * Asks the target to campaign, and again if the question may be lost; but not before it holds the whole log, or it would
     * not be elected.
     *
     * @param matchIndex what the target is known to hold
     */
    void ask(long matchIndex) {
        if (matchIndex == node.log.last().index() && node.now() >= askAt) {
            askAt = node.now() + node.settings.heartbeatIntervalMillis();
            node.send(new Message.TimeoutNow(node.self, target, term));
        }
    }

    /** It is given up, or the leadership has ended. */
    void end() {
        boolean succeeded = node.term() > term;
        node.answer(succeeded ? new Answer.Transferred(ticket)
                : new Answer.Refused(ticket, Answer.Refusal.TRANSFER_FAILED));
    }
}
