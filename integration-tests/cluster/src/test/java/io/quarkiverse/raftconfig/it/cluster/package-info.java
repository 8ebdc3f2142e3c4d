@NullMarked
package io.quarkiverse.raftconfig.it.cluster;

import org.jspecify.annotations.NullMarked;
