/**
 * The replicated state: the property table and its revisions, changed only by applying the log's commands in order.
 * Applying reads no clock and no setting, so every replica computes the same. Start reading at {@link ConfigState}.
 */
@NullMarked
package io.quarkiverse.raftconfig.state;

import org.jspecify.annotations.NullMarked;
