package io.quarkiverse.raftconfig.wire;

import org.jspecify.annotations.Nullable;

/**
 * Why a node takes no connection from another. Only the code crosses the wire: nothing of the refusing node is told to
 * someone who was not let in.
 */
enum Refusal {
    PROTOCOL_VERSION(1, "speaks no version of the protocol that the other speaks"),
    OTHER_CLUSTER(2, "belongs to another cluster"),
    OTHER_NODE(3, "is not the node that was dialled: an address in the members leads to another node"),
    DUPLICATE_NODE_ID(4, "has a node id that another node with another data directory uses"),
    /** No failure: of two connections of a pair, the other one stays. */
    ALREADY_CONNECTED(5, "is connected already"),
    SECOND_PROCESS(6,
            "has the node id and the storage id of another process that runs: its data directory was copied, and one of "
                    + "the two must be stopped (after a restart this may be said for some seconds)"),
    DIALLED_A_COPY(7, "has dialled a process that a third node refuses, because another process with the same identity runs"),
    NO_ROOM(8, "is not among the members, and the other has no room for more of these"),
    /** A code that only a later version knows. */
    UNKNOWN(255, "is refused for a reason that only a later version knows");

    final int code;
    /** What is wrong with the one who was refused: the sentence begins with a node id. */
    final String words;

    Refusal(int code, String words) {
        this.code = code;
        this.words = words;
    }

    static Refusal of(int code) {
        Refusal found = find(code);
        return found == null ? UNKNOWN : found;
    }

    private static @Nullable Refusal find(int code) {
        for (Refusal refusal : values()) {
            if (refusal.code == code) {
                return refusal;
            }
        }
        return null;
    }
}
