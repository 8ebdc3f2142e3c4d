/**
 * The wiring: settings are read, a node is put together from its parts and started before any bean is there, found again by
 * beans, REST and health, and stopped with the application. Start reading at {@link RaftConfigSourceFactory}.
 */
@NullMarked
package io.quarkiverse.raftconfig.runtime;

import org.jspecify.annotations.NullMarked;
