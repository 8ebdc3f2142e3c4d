/** What the extension adds to an application while it is built; nothing at all if it is not enabled. */
@NullMarked
package io.quarkiverse.raftconfig.deployment;

import org.jspecify.annotations.NullMarked;
