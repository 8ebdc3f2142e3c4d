@NullMarked
package io.quarkiverse.raftconfig.benchmarks;

import org.jspecify.annotations.NullMarked;
