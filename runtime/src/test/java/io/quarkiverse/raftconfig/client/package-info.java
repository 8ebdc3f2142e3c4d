/** The client on a real state machine; only the log between them is left out. */
@NullMarked
package io.quarkiverse.raftconfig.client;

import org.jspecify.annotations.NullMarked;
