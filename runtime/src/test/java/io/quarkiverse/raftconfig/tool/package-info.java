@NullMarked
package io.quarkiverse.raftconfig.tool;

import org.jspecify.annotations.NullMarked;
