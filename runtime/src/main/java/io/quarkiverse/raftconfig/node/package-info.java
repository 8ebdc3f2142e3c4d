/**
 * The host of the algorithm: {@link RaftNode} feeds {@code RaftCore} on one thread and makes its effects real through
 * three ports, {@link Loop}, {@link RaftStore} and {@link PeerTransport}. Nothing here knows MapDB, Vert.x or Quarkus, so
 * the same node runs in a process and in a simulation.
 */
@NullMarked
package io.quarkiverse.raftconfig.node;

import org.jspecify.annotations.NullMarked;
