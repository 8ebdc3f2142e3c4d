/** The replicated properties as a source of the application's configuration. */
@NullMarked
package io.quarkiverse.raftconfig.source;

import org.jspecify.annotations.NullMarked;
