/**
 * {@code ConfigStore} and its reactive twin on a node: {@link ConfigClient} checks what is written before anything is proposed,
 * asks the node, and tells what became of it in the exceptions of the API. What an outcome is, and when, is not decided here.
 */
@NullMarked
package io.quarkiverse.raftconfig.client;

import org.jspecify.annotations.NullMarked;
