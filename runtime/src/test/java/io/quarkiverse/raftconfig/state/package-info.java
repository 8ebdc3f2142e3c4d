/** The state machine: what a transaction does, and that every replica does the same. */
@NullMarked
package io.quarkiverse.raftconfig.state;

import org.jspecify.annotations.NullMarked;
