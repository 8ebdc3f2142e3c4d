package io.quarkiverse.raftconfig.core;

/** §5.1. A {@code LEARNER} is a follower without a vote; a pre-candidate is shown as {@code CANDIDATE}. */
public enum Role {
    FOLLOWER,
    CANDIDATE,
    LEADER,
    LEARNER
}
