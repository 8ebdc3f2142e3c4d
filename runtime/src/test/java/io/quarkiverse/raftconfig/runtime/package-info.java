/** Tests of the wiring that need no application. */
@NullMarked
package io.quarkiverse.raftconfig.runtime;

import org.jspecify.annotations.NullMarked;
