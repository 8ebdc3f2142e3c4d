/**
 * What an application uses, and all of it: {@link ConfigStore} and its reactive twin change and read the replicated
 * properties; {@code @ConfigProperty} reads them like any other configuration. Nothing outside this package is API.
 */
@NullMarked
package io.quarkiverse.raftconfig;

import org.jspecify.annotations.NullMarked;
