/** The extension in applications: what they see, and what is left of it. */
@NullMarked
package io.quarkiverse.raftconfig.test;

import org.jspecify.annotations.NullMarked;
