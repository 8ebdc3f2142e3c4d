/**
 * The HTTP API: {@link ApiResource} lists its paths and methods, {@link PropertyReads}, {@link PropertyWrites},
 * {@link StatusReads}, {@link Members}, {@link Duties} and {@link Backups} answer them. It lives inside of somebody else's
 * application, so nothing here is
 * global: no exception
 * mapper, no filter, and no JSON or media type negotiation that the application could change. Each call answers for itself,
 * through {@link Exchange}. Nothing here blocks.
 */
@NullMarked
package io.quarkiverse.raftconfig.rest;

import org.jspecify.annotations.NullMarked;
