@NullMarked
package io.quarkiverse.raftconfig.it.shop;

import org.jspecify.annotations.NullMarked;
