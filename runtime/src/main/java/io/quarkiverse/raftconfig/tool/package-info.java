/**
 * What an operator runs on a node's data directory while the node does not run: {@code verify} looks at it,
 * {@code recover} founds a new cluster from it when the majority of the old one is gone for good. Start reading at
 * {@link RaftConfigTool}. Nothing here is reached by a running application, and no value or name of a property is printed.
 */
@NullMarked
package io.quarkiverse.raftconfig.tool;

import org.jspecify.annotations.NullMarked;
