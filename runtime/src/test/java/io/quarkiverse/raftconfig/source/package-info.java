/** Tests of the config source inside a real configuration. */
@NullMarked
package io.quarkiverse.raftconfig.source;

import org.jspecify.annotations.NullMarked;
