/**
 * The Raft algorithm as a pure state machine: {@link RaftCore} turns one {@link Input} into
 * {@link Effects}. No thread, clock, socket, file, logger or CDI bean is reachable from here, so a
 * whole cluster can be run, and re-run from a seed, inside one test; {@code ArchitectureTest} keeps
 * it so. Start reading at {@code RaftCore.step}.
 */
@NullMarked
package io.quarkiverse.raftconfig.core;

import org.jspecify.annotations.NullMarked;
