/**
 * A small shop, steered by configuration while it runs. It is what a user of the extension would write: nothing here knows
 * of replicas, leaders or logs. Start reading at {@link Terms}.
 */
@NullMarked
package io.quarkiverse.raftconfig.it.shop;

import org.jspecify.annotations.NullMarked;
