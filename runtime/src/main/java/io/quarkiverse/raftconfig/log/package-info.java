/** What operators may act on, in one message interface with ids that are never reused. */
@NullMarked
package io.quarkiverse.raftconfig.log;

import org.jspecify.annotations.NullMarked;
