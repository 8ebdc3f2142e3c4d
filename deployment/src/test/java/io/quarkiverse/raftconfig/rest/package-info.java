/** The HTTP API on a cluster of one, as its users meet it. */
@NullMarked
package io.quarkiverse.raftconfig.rest;

import org.jspecify.annotations.NullMarked;
