/**
 * What clients did and saw, and the judges over it: {@link Linearizability} for each property, {@link RevisionOrder} for the
 * revisions of all. Start reading at {@link History}. Nothing here uses the code that is judged, nor anything but the JDK, so
 * that the simulation and the tests of real processes share it.
 */
@NullMarked
package io.quarkiverse.raftconfig.history;

import org.jspecify.annotations.NullMarked;
