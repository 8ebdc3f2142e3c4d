/**
 * A whole cluster in one thread: real nodes, with their codecs and state machines, on a clock, a network and disks that are
 * played, and that fail as a seed says. After every event it is checked that nothing has happened that must not.
 * <p>
 * Begin at {@link io.quarkiverse.raftconfig.sim.Simulation}: what a run is. What may go wrong is in {@code Fault}; what must
 * hold, in the subclasses of {@code Invariant}. Everything is seen from outside, at the ports of a node: what it sends, what
 * its disk holds, what it shows to readers. So a fault inside of a node can't hide itself from its judges.
 */
@NullMarked
package io.quarkiverse.raftconfig.sim;

import org.jspecify.annotations.NullMarked;
