@NullMarked
package io.quarkiverse.raftconfig.rest;

import org.jspecify.annotations.NullMarked;
