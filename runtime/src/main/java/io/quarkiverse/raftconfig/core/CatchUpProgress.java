package io.quarkiverse.raftconfig.core;

/**
 * How far a learner is on its way to becoming a voter.
 *
 * @param round from 1
 * @param entriesBehind what it is not known to hold of the leader's log
 */
public record CatchUpProgress(int round, long entriesBehind) {
}
