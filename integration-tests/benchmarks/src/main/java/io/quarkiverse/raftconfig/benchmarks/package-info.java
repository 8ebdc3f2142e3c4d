/**
 * What the store costs: {@link ReadBenchmark} a read in the application, {@link Load} writes to a cluster, in one process or
 * over HTTP, its fail-over, and what a replica takes when nothing happens, when a million writes have come, and when one that
 * was away is caught up.
 */
@NullMarked
package io.quarkiverse.raftconfig.benchmarks;

import org.jspecify.annotations.NullMarked;
